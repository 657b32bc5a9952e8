"""Does the structural model agree with the truth, where the truth is known exactly?

    python benchmarks/agreement.py [--repeats 100] [--rows 2000] [--parts linear strokes ...] [--out agreement.json]

Every repeat draws a new table (`worlds.py`): of a random linear-Gaussian world of four or five numbers, of thickness and intensity
of Morpho-MNIST, or of the garden.

linear, strokes  A model is fitted, and asked the effect of every cause on all that it causes, and what each of ten units that
                 it did not learn from would have been, had a cause had another unit's value. The 95 % interval of each answer
                 is the answer and Student's t times its standard deviation among models refitted to rows drawn with
                 replacement: 200, or 20 where a mechanism is a flow, the choice of which is not repeated. Printed: the share of
                 answers whose interval holds the truth, and in how many repeats one answer drawn beforehand, the mean of all
                 answers, and every answer do.
linear-edges, strokes-edges, garden-edges
                 An edge is reversed, drawn among those that close no cycle then, and `limner causal check` tests
                 the true graph and the wrong one. It is caught when the verdict contradicts the graph or a part of it:
                 by independences, or by a direction. Numbers that are normal and linear tell no direction but by independences, so
                 an edge whose turning changes none of them cannot be caught by anyone; the others are counted apart. The digit
                 stands beside the strokes here, or their graph would imply nothing.
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import command
import numpy as np
import torch
from scipy import stats
from worlds import Garden, KnownWorld, Linear, Strokes, World, equivalent, turnable

from limner import files, seeds
from limner.causal import Graph, StructuralModel
from limner.causal.graph_check import examine
from limner.causal.variables import Table, with_statistics
from limner.metrics.intervals import mean_interval, proportion_interval
from limner.progress import ProgressLine

UNITS = 10
"""Units of which it is asked what they would have been."""
LEVELS = 1000
"""Levels of noise that a model's effect is the mean over."""
RESAMPLES, RESAMPLES_OF_FLOWS = 200, 20
KINDS = ("effects", "counterfactuals")
Answers = dict[str, np.ndarray]
"""Kind -> every answer of that kind, (n,)."""


def answers_of_model(model: StructuralModel, world: KnownWorld, units: Table, other: Table) -> Answers:
    """What a model says."""
    noise = model.noise(LEVELS)
    for place, name in enumerate(noise):
        # every level once, and those of one node in another order than those of another
        order = np.random.default_rng(place).permutation(LEVELS)
        noise[name] = torch.from_numpy(stats.norm.ppf((order + 0.5) / LEVELS))
    effects = []
    for cause, effect, low, high in _effects(world):
        to, at = (model.predict(noise, {cause: value})[effect].mean() for value in (high, low))
        effects.append(to - at)
    changed = [_changed(world, cause, model.counterfactual(units, {cause: other[cause]})) for cause in _causes(world)]
    return {"effects": np.array(effects), "counterfactuals": np.concatenate(changed)}


def answers_of_world(world: KnownWorld, units: Table, other: Table) -> Answers:
    """The truth."""
    changed = [_changed(world, cause, world.counterfactual(units, {cause: other[cause]})) for cause in _causes(world)]
    return {
        "effects": np.array([world.effect(*question) for question in _effects(world)]),
        "counterfactuals": np.concatenate(changed),
    }


def agreement(world: KnownWorld, rows: int, random: np.random.Generator) -> dict[str, Any]:
    """One repeat: whether each interval holds the truth, and by how many standard errors each answer is beside it."""
    table, units, other = world.draw(rows, random), world.draw(UNITS, random), world.draw(UNITS, random)
    model = StructuralModel.fit(
        world.graph, with_statistics(world.variables, table), table, int(random.integers(2**31))
    )
    # the law of what nothing moves says nothing of effects that add up, or of the one cause that strokes have
    moved = [name for name in world.graph.order if world.graph.parents(name)]
    flows = [name for name in moved if model.mechanisms[name].form == "flow"]
    resamples = RESAMPLES_OF_FLOWS if flows else RESAMPLES
    drawn = []
    for resample in range(resamples):
        kept = random.integers(0, rows, rows)
        refit = model.with_refitted_mechanisms(moved, {name: values[kept] for name, values in table.items()}, resample)
        drawn.append(answers_of_model(refit, world, units, other))
    truth, said = answers_of_world(world, units, other), answers_of_model(model, world, units, other)
    found: dict[str, Any] = {"flows": flows}
    for kind in KINDS:
        error, resampled = said[kind] - truth[kind], np.array([one[kind] for one in drawn])
        width = stats.t.ppf(0.975, resamples - 1)
        average = abs(error.mean()) <= width * resampled.mean(1).std(ddof=1)
        beside = error / resampled.std(0, ddof=1)
        inside = np.abs(beside) <= width
        one = bool(inside[random.integers(len(inside))])
        found[kind] = {"inside": inside.tolist(), "beside": beside.tolist(), "one": one, "average": bool(average)}
    return found


def turning(world: World, rows: int, random: np.random.Generator) -> dict[str, Any]:
    """One repeat: the test of the true graph, and of that with one edge reversed."""
    table = world.draw(rows, random)
    variables, edges = with_statistics(world.variables, table), turnable(world.graph)
    edge = edges[random.integers(len(edges))]
    wrong = world.graph.with_reversed(edge)
    can_be_seen = not isinstance(world, Linear) or not equivalent(world.graph, wrong)

    def said(graph: Graph) -> dict[str, Any]:
        found = examine(graph, variables, table, int(random.integers(2**31)))
        named = bool(found.better_reversed) and found.better_reversed[0].edge == edge[::-1]
        independences, direction = bool(found.falsified or found.wrong), bool(found.better_reversed)
        return {
            "caught": independences or direction,
            "independences": independences,
            "direction": direction,
            "named": named,
            "violations": [[*found.violations], found.tests, found.permutation_p_value],
        }

    return {"edge": list(edge), "can be seen": can_be_seen, "true": said(world.graph), "wrong": said(wrong)}


PARTS: dict[str, Callable[[int, np.random.Generator], dict[str, Any]]] = {
    "linear": lambda rows, random: agreement(Linear(random), rows, random),
    "strokes": lambda rows, random: agreement(Strokes(), rows, random),
    "linear-edges": lambda rows, random: turning(Linear(random), rows, random),
    "strokes-edges": lambda rows, random: turning(Strokes(digit=True), rows, random),
    "garden-edges": lambda rows, random: turning(Garden(), rows, random),
}


def summary(part: str, repeats: list[dict[str, Any]]) -> Iterator[str]:
    """What is printed of a part."""

    def share(what: str, hits: list[bool]) -> str:
        _, low, high = proportion_interval(sum(hits), len(hits)) if hits else (0.0, 0.0, 1.0)
        return f"| {part} | {what} | {sum(hits)} of {len(hits)} | {low:.1%} to {high:.1%} |"

    if part.endswith("-edges"):
        seen = [one["wrong"] for one in repeats if one["can be seen"]]
        yield share("reversed edge caught", [one["wrong"]["caught"] for one in repeats])
        if len(seen) < len(repeats):
            yield share("reversed edge caught, where it changes an independence", [one["caught"] for one in seen])
        for way in ("independences", "direction"):
            yield share(f"- by {way}", [one["wrong"][way] for one in repeats])
        yield share("- by the direction of that very edge first", [one["wrong"]["named"] for one in repeats])
        yield share("true graph spoken against", [one["true"]["caught"] for one in repeats])
        for way in ("independences", "direction"):
            yield share(f"- by {way}", [one["true"][way] for one in repeats])
        return
    for kind in KINDS:
        answers = [one[kind] for one in repeats]
        hits = [hit for one in answers for hit in one["inside"]]
        by_repeat = torch.tensor([float(np.mean(one["inside"])) for one in answers])
        mean, low, high = mean_interval(by_repeat) if len(repeats) > 1 else (by_repeat.item(), 0.0, 1.0)
        yield f"| {part} | {kind}: answers, {mean:.1%} of a repeat's | {sum(hits)} of {len(hits)} | {low:.1%} to {high:.1%} |"
        yield share(f"{kind}: one answer drawn beforehand", [one["one"] for one in answers])
        yield share(f"{kind}: the mean of all answers", [one["average"] for one in answers])
        yield share(f"{kind}: every answer", [all(one["inside"]) for one in answers])
    yield share("the mechanism of an effect is a flow", [bool(one["flows"]) for one in repeats])


def main() -> None:
    parser = command.parser(__doc__)
    parser.add_argument("--repeats", type=int, default=100, help="tables that are drawn for each part")
    parser.add_argument("--rows", type=int, default=2000, help="units a table")
    parser.add_argument("--first", type=int, default=0, help="the first repeat; others are others")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what is measured")
    parser.add_argument("--out", type=Path, default=Path("agreement.json"), help="every repeat")
    options = parser.parse_args()
    torch.set_num_threads(1)
    found: dict[str, list[dict[str, Any]]] = {}
    print("| part | what | holds in | 95 % interval |\n|---|---|---|---|")
    for part in options.parts:
        found[part], began = [], time.perf_counter()
        with ProgressLine(part, options.repeats, "repeats") as bar:
            for repeat in range(options.first, options.first + options.repeats):
                random = np.random.default_rng(seeds.derive("agreement", part, repeat))
                found[part].append(PARTS[part](options.rows, random))
                bar.advance()
        seconds = (time.perf_counter() - began) / options.repeats
        print("\n".join(summary(part, found[part])), f"{part}: {seconds:.1f} s a repeat", sep="\n", flush=True)
        files.write_text(options.out, json.dumps(found, indent=1) + "\n")


def _causes(world: KnownWorld) -> list[str]:
    return [name for name in world.steps if len(world.graph.descendants(name)) > 1]


def _effects(world: KnownWorld) -> list[tuple[str, str, float, float]]:
    """Every question of an effect: cause, effect, from, to."""
    return [
        (cause, effect, *step)
        for cause in _causes(world)
        for effect in world.graph.order
        if effect != cause and effect in world.graph.descendants(cause)
        for step in world.steps[cause]
    ]


def _changed(world: KnownWorld, cause: str, table: Table) -> np.ndarray:
    """The values of all that a cause moves, of every unit."""
    moved = world.graph.descendants(cause) - {cause}
    return np.concatenate([table[name] for name in world.graph.order if name in moved])


if __name__ == "__main__":
    command.call(main)
