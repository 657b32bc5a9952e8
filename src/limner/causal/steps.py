"""The average effect of a step of a cause on an outcome: in total, and along the edge between them alone.

The total effect is E[Y | do(high)] - E[Y | do(low)], both over the same noise. The direct effect is the part along the edge
from the cause to the outcome: every other parent stays as it was at `low` (the natural direct effect: Pearl 2001,
"Direct and Indirect Effects", arXiv 1301.2300).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from limner.causal.outcome import Outcome
from limner.causal.structural import Noise, StructuralModel
from limner.causal.variables import Table, Variable

QUARTILES = (0.25, 0.75)


class Step(NamedTuple):
    """A cause, the value from which a step starts, and the value to which it is set, both as in a table."""

    cause: str
    low: float
    high: float


def steps(variables: Mapping[str, Variable], table: Table, causes: Iterable[str]) -> list[Step]:
    """Returns the steps of causes: numbers between their quartiles, every class from the most frequent one.

    A number that is the same at both quartiles goes from its least to its greatest value.
    """
    found = []
    for name in causes:
        values = table[name]
        if variables[name].classes:
            counts = np.bincount(values, minlength=len(variables[name].classes))
            most = int(counts.argmax())
            found += [Step(name, most, index) for index in range(len(counts)) if index != most and counts[index]]
            continue
        # quartiles that occur in the data, so that a count stays whole
        low, high = np.quantile(values, QUARTILES, method="nearest")
        found.append(Step(name, low, high) if low < high else Step(name, values.min(), values.max()))
    return found


def average_effects(
    structure: StructuralModel, steps: Sequence[Step], outcome: Outcome, noise: Noise
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the mean total and the mean direct effect of each step, (steps,) both, not-a-number where there is no edge."""
    n, parents = len(next(iter(noise.values()))), structure.graph.parents(outcome.name)
    total, direct = np.full(len(steps), np.nan), np.full(len(steps), np.nan)
    starts: dict[str, Table] = {}
    for index, step in enumerate(steps):
        variable = structure.variables[step.cause]
        if step.cause not in starts:
            starts[step.cause] = structure.predict(noise, {step.cause: constant(variable, step.low, n)})
        low, high = starts[step.cause], {step.cause: constant(variable, step.high, n)}
        before = outcome.of(low).mean()
        total[index] = outcome.of(structure.predict(noise, high)).mean() - before
        if step.cause in parents:
            others = {name: values for name, values in low.items() if name != outcome.name}
            direct[index] = outcome.of(structure.predict(noise, others | high)).mean() - before
    return total, direct


def constant(variable: Variable, value: float, n: int) -> np.ndarray:
    """Returns the same value for each of n units, as a column of a table."""
    return np.full(n, value, dtype=np.int64 if variable.classes else np.float64)
