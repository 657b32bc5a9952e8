"""Effects on an attribute: the total and direct effect of each of its causes, with intervals and refutations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from limner import seeds
from limner.causal.collinear import inseparable
from limner.causal.contrasts import Contrast, average_effects, contrasts
from limner.causal.graph import Edge, Graph
from limner.causal.outcome import Outcome, outcome_of
from limner.causal.refute import Refutation, placebo, random_common_cause
from limner.causal.strengths import Strength, resampled, strengths
from limner.causal.structural import StructuralModel
from limner.causal.variables import Table
from limner.errors import GraphError
from limner.metrics.intervals import Interval
from limner.progress import ProgressLine

NUM_RESAMPLES = 200
"""Refits behind an interval: quantiles of 2.5 % need some five beyond either end."""
NUM_UNITS = 10_000
"""Units of the model that an effect is averaged over, so that their number adds nothing to its interval."""


@dataclass(frozen=True)
class Effect:
    """The effect of a contrast of one cause on the outcome."""

    cause: str
    control_value: str
    treatment_value: str
    total: Interval
    direct: Interval | None
    """None where the cause has no edge to the outcome."""
    unidentified_edges: tuple[str, ...] = ()
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
    ancestral = structure.ancestral_model(outcome.name)
    causes = [name for name in ancestral.graph.order if name != outcome.name]
    if not causes:
        raise GraphError(f"{outcome.name}: it has no cause in this graph, so there is no effect on it.")
    table = {name: table[name] for name in ancestral.graph.nodes}
    _same_units(ancestral, table)
    all_contrasts = contrasts(ancestral.variables, table, causes)
    totals, directs = _intervals(ancestral, table, all_contrasts, outcome, seed)
    together = inseparable(ancestral.graph, ancestral.variables, table)
    effects = [
        described_effect(ancestral, contrast, total, direct, {outcome.name}, together)
        for contrast, total, direct in zip(all_contrasts, totals, directs, strict=True)
    ]
    refutations = _refuted(ancestral, table, all_contrasts, totals, outcome, seed)
    protocol = f"95 % intervals: mechanisms refitted to {NUM_RESAMPLES} resamples of {len(next(iter(table.values()))):,} units."
    return Effects(on, effects, protocol, strengths(ancestral, table, outcome.name, seed), refutations)


def described_effect(
    structure: StructuralModel,
    contrast: Contrast,
    total: Interval,
    direct: Interval | None,
    ends: set[str],
    together: Iterable[Edge] = (),
) -> Effect:
    """Returns an effect in words, with the edges on its way to `ends` that are not identified: also those that go together."""
    variable = structure.variables[contrast.cause]
    control, treatment = variable.format(contrast.control_value), variable.format(contrast.treatment_value)
    graph = structure.graph
    between = graph.descendants(contrast.cause) & graph.ancestors(*ends)
    mixed = [f"{a} -> {b}" for a, b in together if {a, b} <= between]
    unidentified = (*unidentified_edges(graph, contrast.cause, ends), *mixed)
    return Effect(contrast.cause, control, treatment, total, direct, tuple(dict.fromkeys(unidentified)))


def unidentified_edges(graph: Graph, cause: str, ends: set[str]) -> tuple[str, ...]:
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
    ancestral: StructuralModel, table: Table, all_contrasts: Sequence[Contrast], outcome: Outcome, seed: int
) -> tuple[list[Interval], list[Interval | None]]:
    """Returns total and direct effects with percentile intervals over refits; each refit draws its own noise."""
    value = np.stack(average_effects(ancestral, all_contrasts, outcome, ancestral.noise(NUM_UNITS, seed)))
    sampled = []
    with ProgressLine("effects", NUM_RESAMPLES, "refits") as bar:
        for index in range(NUM_RESAMPLES):
            refit, _ = resampled(ancestral, table, seed, index)
            noise = refit.noise(NUM_UNITS, seeds.derive("units", seed, index))
            sampled.append(np.stack(average_effects(refit, all_contrasts, outcome, noise)))
            bar.advance()
    low, high = np.quantile(np.stack(sampled), [0.025, 0.975], axis=0)
    bounds = np.stack([value, np.minimum(value, low), np.maximum(value, high)], -1)  # (total | direct, contrasts, 3)
    total, direct = ([Interval(*map(float, each)) for each in kind] for kind in bounds)
    return total, [None if np.isnan(each.value) else each for each in direct]


def _refuted(
    ancestral: StructuralModel,
    table: Table,
    all_contrasts: Sequence[Contrast],
    totals: Sequence[Interval],
    outcome: Outcome,
    seed: int,
) -> list[Refutation]:
    """Tries to refute the greatest effect of each cause."""
    noise = ancestral.noise(NUM_UNITS, seed)
    greatest: dict[str, tuple[Contrast, Interval]] = {}
    for contrast, total in zip(all_contrasts, totals, strict=True):
        if contrast.cause not in greatest or abs(total.value) > abs(greatest[contrast.cause][1].value):
            greatest[contrast.cause] = (contrast, total)
    found = []
    with ProgressLine("refutation", len(greatest), "causes") as bar:
        for contrast, total in greatest.values():
            found.append(placebo(ancestral, table, contrast, outcome, noise, seed))
            found.append(random_common_cause(ancestral, table, contrast, outcome, noise, total, seed))
            bar.advance()
    return found


def _same_units(structure: StructuralModel, table: Table) -> None:
    learned, given = next(iter(structure.fits.values())).rows, len(next(iter(table.values())))
    if learned != given:
        raise GraphError(
            f"the model was learned from {learned:,} units, but here are {given:,}: give the dataset that it was fitted to."
        )
