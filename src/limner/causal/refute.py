"""Refutation: changed data in which an effect should vanish, or stay the same.

After the refuters of DoWhy (Sharma and Kiciman 2020, arXiv 2011.04216), on our mechanisms. They find mechanisms that give
effects where there are none, or that change when any column is added; a wrong graph passes them all.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch

from limner import seeds
from limner.causal.contrasts import Contrast, average_effects
from limner.causal.fitting import Fit
from limner.causal.graph import Graph
from limner.causal.mechanisms import NumberMechanism
from limner.causal.outcome import Outcome
from limner.causal.structural import Noise, StructuralModel
from limner.causal.variables import Table, Variable, with_statistics
from limner.metrics.intervals import Interval

NUM_ROUNDS, T_OF_FOUR = 5, 2.776
"""Random columns, and the standard deviations that hold 95 % of effects when the deviation is estimated from so few."""
RANDOM_COLUMN = "a random column"
"""Its name, which no column of a table has."""


class Refutation(NamedTuple):
    """An effect in changed data, and the bounds between which it should be."""

    cause: str
    kind: str
    effect: float
    low: float
    high: float

    @property
    def passes(self) -> bool:
        """Whether the effect is what it should be."""
        return self.low <= self.effect <= self.high


def placebo(
    structure: StructuralModel, table: Table, contrast: Contrast, outcome: Outcome, noise: Noise, seed: int = 0
) -> Refutation:
    """Shuffles the cause's column and refits its effects: the remaining effect should be 0, within its standard deviation."""
    children = [name for name in structure.graph.order if contrast.cause in structure.graph.parents(name)]
    remaining = []
    for index in range(NUM_ROUNDS):
        shuffle = torch.randperm(len(table[contrast.cause]), generator=seeds.generator("placebo", seed, index)).numpy()
        shuffled = table | {contrast.cause: table[contrast.cause][shuffle]}
        remaining.append(_total(structure.with_refitted_mechanisms(children, shuffled, seed), contrast, outcome, noise))
    half = T_OF_FOUR * float(np.std(remaining, ddof=1))
    return Refutation(contrast.cause, "placebo", float(np.mean(remaining)), -half, half)


def random_common_cause(
    structure: StructuralModel,
    table: Table,
    contrast: Contrast,
    outcome: Outcome,
    noise: Noise,
    expected: Interval,
    seed: int = 0,
) -> Refutation:
    """Adds a random column as a cause of both, and refits both: the effect should stay within its interval."""
    found = []
    for index in range(NUM_ROUNDS):
        column = np.random.default_rng(seeds.derive("common cause", seed, index)).standard_normal(
            len(table[contrast.cause])
        )
        wider = _with_column(structure, column, (contrast.cause, outcome.name))
        learned = wider.with_refitted_mechanisms((contrast.cause, outcome.name), table | {RANDOM_COLUMN: column}, seed)
        own = learned.mechanisms[RANDOM_COLUMN].noise(
            len(next(iter(noise.values()))), seeds.generator("own", seed, index)
        )
        found.append(_total(learned, contrast, outcome, noise | {RANDOM_COLUMN: own}))
    return Refutation(contrast.cause, "random common cause", float(np.mean(found)), expected.low, expected.high)


def _with_column(structure: StructuralModel, column: np.ndarray, effects: tuple[str, ...]) -> StructuralModel:
    """Returns the model with one more root, standard normal; the mechanisms of its effects are not refitted yet."""
    edges = (*structure.graph.edges, *((RANDOM_COLUMN, name) for name in effects))
    graph = Graph(nodes=structure.graph.nodes, edges=edges, confounded=structure.graph.confounded)
    root = with_statistics({RANDOM_COLUMN: Variable(name=RANDOM_COLUMN, kind="number")}, {RANDOM_COLUMN: column})
    variables: Mapping[str, Variable] = {**structure.variables, **root}
    mechanism = NumberMechanism(variables[RANDOM_COLUMN], (), "linear")
    mechanism.fit_linear(torch.from_numpy(column), (), torch.Generator())
    fit = Fit(mechanism.requires_grad_(False), np.nan, np.nan, len(column))
    return StructuralModel(graph, variables, {**structure.fits, RANDOM_COLUMN: fit}, structure.confounded_noise)


def _total(structure: StructuralModel, contrast: Contrast, outcome: Outcome, noise: Noise) -> float:
    return float(average_effects(structure, [contrast], outcome, noise)[0][0])
