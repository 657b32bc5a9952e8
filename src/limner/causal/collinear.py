"""Causes that come with each other: where one of a node's causes follows from the others, no data can tell their effects apart."""

from collections.abc import Mapping, Sequence

import numpy as np

from limner.causal.graph import Edge, Graph
from limner.causal.variables import Table, Variable

MIN_OWN_VARIANCE = 1e-3
"""Fraction of a cause's variance that the others must leave, for its own effect to be identified: below it, noise decides."""


def inseparable(graph: Graph, variables: Mapping[str, Variable], table: Table) -> dict[Edge, tuple[str, ...]]:
    """Returns the edges whose cause is a linear function of other causes of the same node, and which these are."""
    found: dict[Edge, tuple[str, ...]] = {}
    for name in graph.nodes:
        parents = graph.parents(name)
        for cause in parents if len(parents) > 1 else ():
            others = tuple(each for each in parents if each != cause)
            if _left(cause, others, variables, table) < MIN_OWN_VARIANCE:
                found[cause, name] = tuple(each for each in others if _helps(each, cause, others, variables, table))
    return found


def in_words(edge: Edge, others: Sequence[str]) -> str:
    """Returns why the effect of an edge is not identified."""
    cause, node = edge
    return f"{cause} -> {node}: {cause} follows from {' and '.join(others)}, so their effects cannot be told apart"


def _left(cause: str, others: Sequence[str], variables: Mapping[str, Variable], table: Table) -> float:
    """Returns the greatest fraction of the variance of a cause's columns that a linear regression on others leaves."""
    columns = _columns(variables[cause], table)
    design = np.concatenate([np.ones((len(columns), 1)), *(_columns(variables[each], table) for each in others)], 1)
    residuals = columns - design @ np.linalg.lstsq(design, columns, rcond=None)[0]
    return float((residuals.var(0) / np.maximum(columns.var(0), 1e-12)).max())


def _helps(one: str, cause: str, others: Sequence[str], variables: Mapping[str, Variable], table: Table) -> bool:
    """Whether a cause is needed for another to follow; each of several that would do alone counts."""
    without = [each for each in others if each != one]
    return (
        _left(cause, [one], variables, table) < MIN_OWN_VARIANCE
        or _left(cause, without, variables, table) >= MIN_OWN_VARIANCE
    )


def _columns(variable: Variable, table: Table) -> np.ndarray:
    """Returns the values of a variable as columns (n, width): a standardised number, or a class each."""
    values = table[variable.name]
    if variable.classes:
        present = np.unique(values)
        return (values[:, None] == present[None]).astype(float)
    return ((values - values.mean()) / (values.std() or 1.0))[:, None]
