"""Effects on an attribute: the total and direct effect of each of its causes, with intervals and refutations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from limner import seeds
from limner.causal.collinear import inseparable
from limner.causal.graph import Edge, Graph
from limner.causal.outcome import Outcome, outcome_of
from limner.causal.refute import Refutation, placebo, random_common_cause
from limner.causal.steps import Step, average_effects, steps
from limner.causal.strengths import Strength, resampled, strengths
from limner.causal.structural import StructuralModel
from limner.causal.variables import Table
from limner.errors import GraphError
from limner.metrics.intervals import Interval
from limner.progress import ProgressLine

RESAMPLES = 200
UNITS = 10_000
"""Units of the model that an effect is averaged over."""


@dataclass(frozen=True)
class Effect:
    """The effect of a step of one cause on the outcome."""

    cause: str
    low: str
    high: str
    total: Interval
    direct: Interval | None
    """None where the cause has no edge to the outcome."""
    hidden: tuple[str, ...] = ()
    """Edges on its way whose effect is not identified."""


@dataclass
class Effects:
    """The effects on one outcome; all of them hold under the graph."""

    outcome: str
    effects: list[Effect]
    protocol: str
    """What the intervals cover, in words."""
    strengths: list[Strength] = field(default_factory=list)
    refutations: list[Refutation] = field(default_factory=list)


def attribute_effects(structure: StructuralModel, table: Table, on: str, seed: int = 0) -> Effects:
    """Returns the effects of all causes of an attribute, or of NAME=CLASS on its probability, from the units learned from.

    GraphError for an outcome that is none, or that nothing causes; UsageError without DoWhy.
    """
    outcome = outcome_of(structure.graph, structure.variables, on)
    part = structure.part(outcome.name)
    causes = [name for name in part.graph.order if name != outcome.name]
    if not causes:
        raise GraphError(f"{outcome.name}: it has no cause in this graph, so there is no effect on it.")
    table = {name: table[name] for name in part.graph.nodes}
    _same_units(part, table)
    all_steps = steps(part.variables, table, causes)
    totals, directs = _intervals(part, table, all_steps, outcome, seed)
    together = inseparable(part.graph, part.variables, table)
    effects = [
        described_effect(part, step, total, direct, {outcome.name}, together)
        for step, total, direct in zip(all_steps, totals, directs, strict=True)
    ]
    refutations = _refuted(part, table, all_steps, totals, outcome, seed)
    protocol = (
        f"95 % intervals: mechanisms refitted to {RESAMPLES} resamples of {len(next(iter(table.values()))):,} units."
    )
    return Effects(on, effects, protocol, strengths(part, table, outcome.name, seed), refutations)


def described_effect(
    structure: StructuralModel,
    step: Step,
    total: Interval,
    direct: Interval | None,
    ends: set[str],
    together: Iterable[Edge] = (),
) -> Effect:
    """Returns an effect in words, with the edges on its way to `ends` that are not identified: also those that go together."""
    low, high = (structure.variables[step.cause].text(value) for value in (step.low, step.high))
    graph = structure.graph
    between = graph.descendants(step.cause) & graph.ancestors(*ends)
    mixed = [f"{a} -> {b}" for a, b in together if {a, b} <= between]
    hidden = (*hidden_edges(graph, step.cause, ends), *mixed)
    return Effect(step.cause, low, high, total, direct, tuple(dict.fromkeys(hidden)))


def hidden_edges(graph: Graph, cause: str, ends: set[str]) -> tuple[str, ...]:
    """Returns the edges on ways from a cause to `ends` whose effect cannot be separated from that of an unobserved cause.

    A mechanism is learned as if its noise were independent of its causes. That fails where the node shares an unobserved cause
    with another node that is one of its causes, or an ancestor of one.
    """
    between = graph.descendants(cause) & graph.ancestors(*ends)
    return tuple(f"{a} -> {b}" for a, b in graph.edges if {a, b} <= between and _noise_depends_on_causes(graph, b))


def _noise_depends_on_causes(graph: Graph, name: str) -> bool:
    partners = {end for pair in graph.confounded if name in pair for end in pair} - {name}
    return bool(graph.descendants(*partners) & set(graph.parents(name))) if partners else False


def _intervals(
    part: StructuralModel, table: Table, all_steps: Sequence[Step], outcome: Outcome, seed: int
) -> tuple[list[Interval], list[Interval | None]]:
    """Returns total and direct effects with percentile intervals over refits; each refit draws its own noise."""
    value = np.stack(average_effects(part, all_steps, outcome, part.noise(UNITS, seed)))
    sampled = []
    with ProgressLine("effects", RESAMPLES, "refits") as bar:
        for index in range(RESAMPLES):
            refit, _ = resampled(part, table, seed, index)
            noise = refit.noise(UNITS, seeds.derive("units", seed, index))
            sampled.append(np.stack(average_effects(refit, all_steps, outcome, noise)))
            bar.advance()
    low, high = np.quantile(np.stack(sampled), [0.025, 0.975], axis=0)
    bounds = np.stack([value, np.minimum(value, low), np.maximum(value, high)], -1)  # (total | direct, steps, 3)
    total, direct = ([Interval(*map(float, each)) for each in kind] for kind in bounds)
    return total, [None if np.isnan(each.value) else each for each in direct]


def _refuted(
    part: StructuralModel,
    table: Table,
    all_steps: Sequence[Step],
    totals: Sequence[Interval],
    outcome: Outcome,
    seed: int,
) -> list[Refutation]:
    """Tries to refute the greatest effect of each cause."""
    noise = part.noise(UNITS, seed)
    greatest: dict[str, tuple[Step, Interval]] = {}
    for step, total in zip(all_steps, totals, strict=True):
        if step.cause not in greatest or abs(total.value) > abs(greatest[step.cause][1].value):
            greatest[step.cause] = (step, total)
    found = []
    with ProgressLine("refutation", len(greatest), "causes") as bar:
        for step, total in greatest.values():
            found.append(placebo(part, table, step, outcome, noise, seed))
            found.append(random_common_cause(part, table, step, outcome, noise, total, seed))
            bar.advance()
    return found


def _same_units(structure: StructuralModel, table: Table) -> None:
    learned, given = next(iter(structure.fits.values())).rows, len(next(iter(table.values())))
    if learned != given:
        raise GraphError(
            f"the model was learned from {learned:,} units, but here are {given:,}: give the dataset that it was fitted to."
        )
