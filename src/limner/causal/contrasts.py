"""The average effect of a contrast of a cause on an outcome: in total, and along the edge between them alone.

The total effect is E[Y | do(treatment)] - E[Y | do(control)], both over the same noise. The direct effect is the part along the
edge from the cause to the outcome: every other parent stays as it was at the control value (the natural direct effect: Pearl
2001, "Direct and Indirect Effects", arXiv 1301.2300).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from limner.causal.outcome import Outcome
from limner.causal.structural import Noise, StructuralModel
from limner.causal.variables import Table, Variable

QUARTILES = (0.25, 0.75)
"""Quantiles of a number between which it is moved: values that it often has."""


class Contrast(NamedTuple):
    """A cause, the value that it is compared with, and the value that it is set to, both as in a table."""

    cause: str
    control_value: float
    treatment_value: float


def contrasts(variables: Mapping[str, Variable], table: Table, causes: Iterable[str]) -> list[Contrast]:
    """Returns the contrasts of causes: numbers between their quartiles, every class from the most frequent one.

    A number that is the same at both quartiles goes from its least to its greatest value.
    """
    found = []
    for name in causes:
        values = table[name]
        if variables[name].classes:
            counts = np.bincount(values, minlength=len(variables[name].classes))
            most = int(counts.argmax())
            found += [Contrast(name, most, index) for index in range(len(counts)) if index != most and counts[index]]
            continue
        # quartiles that occur in the data, so that a count stays whole
        low, high = np.quantile(values, QUARTILES, method="nearest")
        found.append(Contrast(name, low, high) if low < high else Contrast(name, values.min(), values.max()))
    return found


def average_effects(
    structure: StructuralModel, contrasts: Sequence[Contrast], outcome: Outcome, noise: Noise
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the mean total and the mean direct effect of each contrast, (contrasts,) both; nan where there is no edge."""
    n, parents = len(next(iter(noise.values()))), structure.graph.parents(outcome.name)
    total, direct = np.full(len(contrasts), np.nan), np.full(len(contrasts), np.nan)
    controls: dict[str, Table] = {}
    for index, contrast in enumerate(contrasts):
        variable = structure.variables[contrast.cause]
        if contrast.cause not in controls:
            do_control = {contrast.cause: constant(variable, contrast.control_value, n)}
            controls[contrast.cause] = structure.predict(noise, do_control)
        control, treatment = controls[contrast.cause], {contrast.cause: constant(variable, contrast.treatment_value, n)}
        before = outcome.of(control).mean()
        total[index] = outcome.of(structure.predict(noise, treatment)).mean() - before
        if contrast.cause in parents:
            others = {name: values for name, values in control.items() if name != outcome.name}
            direct[index] = outcome.of(structure.predict(noise, others | treatment)).mean() - before
    return total, direct


def constant(variable: Variable, value: float, n: int) -> np.ndarray:
    """Returns the same value for each of n units, as a column of a table."""
    return np.full(n, value, dtype=np.int64 if variable.classes else np.float64)
