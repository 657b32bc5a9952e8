"""Variables: the nodes of a graph as columns of a dataset, and their values, one row a unit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from limner.causal.graph import Graph
from limner.conditions.attribute import as_number
from limner.conditions.commas import typed_number
from limner.config import Section
from limner.data.attributes import natural
from limner.errors import GraphError, quoted, suggestion

if TYPE_CHECKING:
    from limner.data.dataset import Dataset

Table = dict[str, np.ndarray]
"""Variable -> its values, one a unit: float64 numbers and counts, int64 indices of classes."""
MAX_CLASSES = 100
"""Of a category: with more, classes have too few units each, and a column is rather a text or a number."""


class Variable(Section):
    """One node: its kind, its classes or bounds, and statistics of its values."""

    name: str
    kind: Literal["number", "count", "category"]
    classes: tuple[str, ...] = Field((), max_length=MAX_CLASSES)
    low: float | None = None
    high: float | None = None
    mean: float = 0.0
    std: float = 1.0
    training_range: tuple[float, float] = (0.0, 0.0)
    """The least and the greatest value in the training units."""

    def parse(self, written: Any) -> float | int:
        """Returns what a person gives as a value of this variable: a number, or the index of a class; GraphError for neither."""
        if self.kind == "category":
            if isinstance(written, bool) or str(written) not in self.classes:
                raise GraphError(
                    f"{quoted(self.name)} = {quoted(written)}: no such class in the data; "
                    f"{suggestion(str(written), list(self.classes))}"
                )
            return self.classes.index(str(written))
        number = typed_number(written)
        number = np.nan if number is None else number
        if not np.isfinite(number) or (self.kind == "count" and number != round(number)):
            raise GraphError(
                f"{quoted(self.name)} = {quoted(written)}: give a {'whole ' if self.kind == 'count' else ''}number."
            )
        low, high = self.bounds
        if not low <= number <= high:
            raise GraphError(f"{quoted(self.name)} = {quoted(written)}: it is from {low:g} to {high:g}.")
        return number

    def format(self, value: float | int) -> str:
        """Returns a value as text."""
        return self.classes[int(value)] if self.kind == "category" else f"{value:.4g}"

    @property
    def bounds(self) -> tuple[float, float]:
        """The ends of its range, infinite where none is declared."""
        low = 0.0 if self.kind == "count" and self.low is None else self.low
        return -np.inf if low is None else low, np.inf if self.high is None else self.high


def variables_of(graph: Graph, dataset: Dataset) -> dict[str, Variable]:
    """Returns the graph's nodes as the dataset's columns have them; GraphError for a column that is missing or no variable."""
    attributes = {attribute.name: attribute for attribute in dataset.schema.attributes}
    found = {}
    for name, node in graph.nodes.items():
        if name not in attributes:
            hint = suggestion(name, list(attributes)) if attributes else "it has none."
            raise GraphError(f"{dataset.path} has no column '{quoted(name)}'; {hint}")
        attribute = attributes[name]
        if attribute.kind == "caption":
            raise GraphError(
                f"{quoted(name)}: a caption is free text, for which there is no mechanism; leave it out of the graph."
            )
        kind = node.kind or ("category" if attribute.kind == "label" else "number")
        classes: tuple[str, ...] = ()
        if kind == "category":
            texts = {text for text in _texts(dataset, name) if text is not None}
            values = attribute.classes or tuple(sorted(texts, key=natural))
            classes = tuple(one for one in values if one != attribute.missing)
            if len(classes) > MAX_CLASSES:
                raise GraphError(
                    f"{quoted(name)}: {len(classes)} classes are too many for a category; at most {MAX_CLASSES}."
                )
        found[name] = Variable(name=name, kind=kind, classes=classes, low=node.low, high=node.high)
    return found


def complete_rows(
    dataset: Dataset, variables: Mapping[str, Variable], rows: Sequence[int] | np.ndarray
) -> tuple[Table, np.ndarray]:
    """Returns the values of those rows that have all of them, and which rows these are.

    GraphError for a text where a number should be, or a value beyond the declared bounds.
    """
    rows = np.asarray(rows)
    columns = {name: _column(dataset, variable)[rows] for name, variable in variables.items()}
    complete = ~np.any([np.isnan(values) for values in columns.values()], axis=0)
    table = {
        name: values[complete].astype(np.int64 if variables[name].kind == "category" else np.float64)
        for name, values in columns.items()
    }
    return table, rows[complete]


def with_statistics(variables: Mapping[str, Variable], table: Table) -> dict[str, Variable]:
    """Returns the variables with the statistics of a table; GraphError for one that is constant."""
    found = {}
    for name, variable in variables.items():
        values = table[name]
        if len(values) == 0 or (values == values[0]).all():
            raise GraphError(
                f"{quoted(name)}: always the same in these {len(values)} rows, so nothing can be learned of it; leave it out."
            )
        ends = (float(values.min()), float(values.max()))
        statistics = {"mean": float(values.mean()), "std": float(values.std()), "training_range": ends}
        found[name] = variable if variable.kind == "category" else variable.model_copy(update=statistics)
    return found


def _column(dataset: Dataset, variable: Variable) -> np.ndarray:
    """Returns float64 (N,), not-a-number where a value is missing."""
    if variable.kind == "category":
        indices = {name: float(index) for index, name in enumerate(variable.classes)}
        return np.array(
            [np.nan if text is None else indices.get(text, np.nan) for text in _texts(dataset, variable.name)]
        )
    present = _present(dataset, variable.name)
    values = np.array([np.nan if (number := as_number(one)) is None else number for one in present])
    if any(isinstance(one, str) and math.isnan(value) for one, value in zip(present, values, strict=True)):
        raise GraphError(f"{quoted(variable.name)}: its classes are not numbers; its kind is category.")
    if variable.kind == "count" and (values % 1 > 0).any():
        raise GraphError(
            f"{quoted(variable.name)}: a count is whole, but {values[values % 1 > 0][0]:g} is among its values."
        )
    low, high = variable.bounds
    beyond = (values < low) | (values > high)
    if beyond.any():
        raise GraphError(
            f"{quoted(variable.name)}: {beyond.sum():,} values, such as {values[beyond][0]:g}, are beyond its bounds, "
            f"{low:g} to {high:g}."
        )
    return values


def _present(dataset: Dataset, name: str) -> list[Any]:
    """Returns the values of a column, None where they are missing."""
    missing = dataset.schema.attribute(name).missing
    return [None if value == missing else value for value in dataset.table[name].to_pylist()]


def _texts(dataset: Dataset, name: str) -> list[str | None]:
    return [_text(value) for value in _present(dataset, name)]


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    number = as_number(value)
    return None if number is None else f"{number:g}"
