"""A cause takes a step, and an outcome follows: by how much on average, in all and along one edge alone.

The total effect is E[Y | do(high)] - E[Y | do(low)], both over the same noise. The direct effect is what the edge from the
cause to the outcome carries of it: every other parent stays as it was at `low` (the natural direct effect: Pearl 2001,
"Direct and Indirect Effects", arXiv 1301.2300).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from limner.causal.graph import Graph, known
from limner.causal.structural import Noise, StructuralModel
from limner.causal.variables import Table, Variable
from limner.errors import GraphError

QUARTILES = (0.25, 0.75)


class Step(NamedTuple):
    """A cause and two values as a table has them: where it starts, and what it is set to."""

    cause: str
    low: float
    high: float


class Outcome(NamedTuple):
    """An attribute, or one class of a category, of which an effect changes the probability."""

    name: str
    place: int | None = None

    def of(self, table: Table) -> np.ndarray:
        """Returns what an effect is on, float64 (n,)."""
        values = table[self.name]
        return values.astype(float) if self.place is None else (values == self.place).astype(float)


def outcome_of(graph: Graph, variables: Mapping[str, Variable], asked: str) -> Outcome:
    """Returns the attribute NAME, or the class NAME=CLASS of a category; GraphError for anything else."""
    name, equals, text = (part.strip() for part in asked.partition("="))
    known(graph, [name])
    variable = variables[name]
    if variable.kind == "category":
        if not equals:
            raise GraphError(f"{name} is a category: ask for one class of it, as {name}={variable.classes[0]}.")
        return Outcome(name, int(variable.value(text)))
    if equals:
        raise GraphError(f"{name} is a {variable.kind}, which has no classes: ask for {name} alone.")
    return Outcome(name)


def steps(variables: Mapping[str, Variable], table: Table, causes: Iterable[str]) -> list[Step]:
    """Returns the steps that causes take: numbers between their quartiles, every class from the most frequent one.

    A number that is the same at both quartiles goes from its least to its greatest value.
    """
    found = []
    for name in causes:
        values = table[name]
        if variables[name].classes:
            seen = np.bincount(values, minlength=len(variables[name].classes))
            most = int(seen.argmax())
            found += [Step(name, most, place) for place in range(len(seen)) if place != most and seen[place]]
            continue
        # of values that are there, so that a count stays whole
        low, high = np.quantile(values, QUARTILES, method="nearest")
        found.append(Step(name, low, high) if low < high else Step(name, values.min(), values.max()))
    return found


def average_effects(
    structure: StructuralModel, taken: Sequence[Step], outcome: Outcome, noise: Noise
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the mean total and the mean direct effect of each step, (steps,) both; no number where there is no edge."""
    n, parents = len(next(iter(noise.values()))), structure.graph.parents(outcome.name)
    total, direct = np.full(len(taken), np.nan), np.full(len(taken), np.nan)
    starts: dict[str, Table] = {}
    for place, step in enumerate(taken):
        variable = structure.variables[step.cause]
        if step.cause not in starts:
            starts[step.cause] = structure.predict(noise, {step.cause: constant(variable, step.low, n)})
        low, moved = starts[step.cause], {step.cause: constant(variable, step.high, n)}
        before = outcome.of(low).mean()
        total[place] = outcome.of(structure.predict(noise, moved)).mean() - before
        if step.cause in parents:
            others = {name: values for name, values in low.items() if name != outcome.name}
            direct[place] = outcome.of(structure.predict(noise, others | moved)).mean() - before
    return total, direct


def constant(variable: Variable, value: float, n: int) -> np.ndarray:
    """Returns a value for each of n units, as a table has it."""
    return np.full(n, value, dtype=np.int64 if variable.classes else np.float64)
