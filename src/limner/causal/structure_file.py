"""What a folder says of a structural causal model: read without PyTorch, so that a wrong intervention is reported at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from limner.causal.graph import MAX_NODES, Graph, check_nodes, read_graph
from limner.causal.variables import Variable
from limner.config import fault_of
from limner.errors import LimnerError, ModelError
from limner.parsing import MAX_DATA_JSON_BYTES, read_json

GRAPH, STRUCTURE = "graph.yaml", "structure.json"
Form = Literal["linear", "flow"]
"""Of a mechanism (see `limner.causal.mechanisms`)."""


class AboutMechanism(BaseModel):
    """What structure.json says of a mechanism."""

    form: Form
    nll: float
    nll_without_parents: float
    rows: int = Field(ge=0)


class About(BaseModel):
    """What structure.json says."""

    variables: tuple[Variable, ...] = Field(max_length=MAX_NODES)
    mechanisms: dict[str, AboutMechanism] = Field(max_length=MAX_NODES)


def read_structure(folder: Path) -> tuple[Graph, dict[str, Variable], dict[str, AboutMechanism]]:
    """Returns the graph, the variables and what is known of the mechanisms; ModelError where a file is missing or damaged."""
    check_parts(folder)
    try:
        about = About.model_validate(read_json(folder / STRUCTURE, MAX_DATA_JSON_BYTES, finite=False))
        variables = {variable.name: variable for variable in about.variables}
        graph = read_graph(folder / GRAPH)
        if set(variables) != set(graph.nodes) or set(about.mechanisms) != set(graph.nodes):
            raise ModelError("its graph has other nodes than its mechanisms")
    except (LimnerError, ValidationError) as error:
        raise damaged(folder, error) from None
    return graph, variables, about.mechanisms


def check_parts(folder: Path, *others: str) -> None:
    """Raises ModelError unless the files of a structural model are there, and others besides."""
    for name in (STRUCTURE, GRAPH, *others):
        if not (folder / name).is_file():
            raise ModelError(f"{folder}: not a causal model ({name} is missing).")


def damaged(folder: Path, error: Exception) -> ModelError:
    """Returns the error for a folder whose files cannot be used."""
    return ModelError(f"{folder}: a damaged causal model ({fault_of(error)}).")


def check_asked(folder: Path, asked: Mapping[str, Any]) -> None:
    """Raises GraphError for a node, a class or a number that the causal model in a folder cannot be asked for; ModelError."""
    graph, variables, _ = read_structure(folder)
    check_nodes(graph, asked)
    for name, value in asked.items():
        variables[name].parse(value)
