"""What an effect is on: an attribute, a class of it, or a statistic of pictures; read without PyTorch."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from limner.causal.graph import Graph, check_nodes
from limner.causal.structure_file import read_structure
from limner.causal.variables import Table, Variable
from limner.errors import GraphError, quoted, suggestion

PREFIX = "picture:"
OF_PICTURES = ("brightness", "contrast", "saturation")
"""The names of `limner.causal.picture_effects.STATISTICS`."""


class Outcome(NamedTuple):
    """An attribute, or one class of a category, whose probability is the outcome."""

    name: str
    class_index: int | None = None

    def of(self, table: Table) -> np.ndarray:
        """Returns the number, or 1 where the class is this one and 0 elsewhere, float64 (n,)."""
        values = table[self.name]
        return values.astype(float) if self.class_index is None else (values == self.class_index).astype(float)


def outcome_of(graph: Graph, variables: Mapping[str, Variable], asked: str) -> Outcome:
    """Returns the attribute NAME, or the class NAME=CLASS of a category; GraphError for anything else."""
    name, equals, text = (part.strip() for part in asked.partition("="))
    check_nodes(graph, [name])
    variable = variables[name]
    if variable.kind == "category":
        if not equals:
            raise GraphError(f"{name} is a category: ask for one class of it, as {name}={variable.classes[0]}.")
        return Outcome(name, int(variable.parse(text)))
    if equals:
        raise GraphError(f"{name} is a {variable.kind}, which has no classes: ask for {name} alone.")
    return Outcome(name)


def statistic_of(asked: str) -> str:
    """Returns the name of a statistic that picture:STATISTIC asks for; GraphError for one that there is not."""
    name = asked.removeprefix(PREFIX)
    if name not in OF_PICTURES:
        raise GraphError(f"{quoted(asked)}: no such statistic of a picture; {suggestion(name, list(OF_PICTURES))}")
    return name


def check_outcome(folder: Path, asked: str) -> None:
    """Raises GraphError for what is no outcome of the causal model in a folder; ModelError."""
    graph, variables, _ = read_structure(folder)
    if asked.startswith(PREFIX):
        statistic_of(asked)
    else:
        outcome_of(graph, variables, asked)
