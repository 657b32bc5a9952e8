"""The causal graph: what causes what, and which nodes the picture depends on; one YAML file that a person writes and can justify.

nodes:                       # optional: the kind of a node is that of its column unless said here
  height: {kind: number, low: 0, high: 1}
edges:
- season -> sunlight
- species -> height
- sunlight -> height
confounded:                  # an unobserved common cause
- species <-> soil
picture: [species, height]   # what the picture depends on; every node unless given
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import Field, ValidationError, field_serializer, model_validator

from limner import files
from limner.config import NameText, Section, as_written, in_words
from limner.errors import GraphError, quoted, suggestion
from limner.parsing import ParseError, read_yaml, write_yaml

PICTURE = "picture"
"""The name of the picture's own node, which no attribute can have."""
T = TypeVar("T")
Edge = tuple[NameText, NameText]
"""(cause, effect), or the two nodes of a confounded pair."""
MAX_BOUND = 1e30
"""The farthest bound: the width of a range of double precision must not overflow."""
MAX_NODES, MAX_EDGES, MAX_NODE_LENGTH = 500, 10_000, 1000
"""What a graph may have, and characters of a name: far more than people write, and what is read in a moment."""
ARROWS = {"edges": "->", "confounded": "<->"}
"""How an item of these keys joins its two nodes."""


class Node(Section):
    """What a node can be: a number, a count (0, 1, 2 ...) or a category, and between which bounds."""

    kind: Literal["number", "count", "category"] | None = None
    """None: what its column is."""
    low: float | None = Field(None, ge=-MAX_BOUND, le=MAX_BOUND)
    high: float | None = Field(None, ge=-MAX_BOUND, le=MAX_BOUND)
    """Ends of the range that mechanisms never leave; interventions may reach them."""

    @model_validator(mode="after")
    def _bounds_hold_something(self) -> Self:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"low {self.low:g} is not below high {self.high:g}")
        if self.kind == "category" and (self.low, self.high) != (None, None):
            raise ValueError("a category has no low and no high")
        return self


class Graph(Section):
    """A directed acyclic graph over attributes, with the pairs that an unobserved cause affects."""

    nodes: Mapping[str, Node] = Field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    """(cause, effect)."""
    confounded: tuple[Edge, ...] = ()
    picture: tuple[NameText, ...] = ()
    """The nodes that the picture depends on."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, fields: Any) -> Any:
        """Edges may be texts, nodes a list of names, and nodes that edges name need not be listed."""
        if not isinstance(fields, dict):
            raise ValueError("a graph is a mapping with the key `edges`")
        read = dict(fields)
        if len(_list(read, "edges")) + len(_list(read, "confounded")) > MAX_EDGES:
            raise ValueError(f"more than {MAX_EDGES:,} edges")
        for key, arrow in ARROWS.items():
            read[key] = tuple(dict.fromkeys(_ends(one, arrow) for one in _list(read, key)))
        nodes = read.get("nodes") or {}
        listed = nodes if isinstance(nodes, dict) else dict.fromkeys(_names(read, "nodes"))
        ends = [end for key in ARROWS for edge in read[key] for end in edge]
        of_picture = _names(read, "picture")
        names = dict.fromkeys([*listed, *ends, *of_picture])
        if len(names) > MAX_NODES or any(len(name) > MAX_NODE_LENGTH for name in names):
            raise ValueError(f"more than {MAX_NODES} nodes, or a name of more than {MAX_NODE_LENGTH:,} characters")
        read["nodes"] = {name: listed.get(name) or {} for name in names}
        read["picture"] = tuple(of_picture or read["nodes"])
        return read

    @field_serializer("edges", "confounded")
    def _written(self, value: tuple[Edge, ...], info: Any) -> list[str]:
        return [f" {ARROWS[info.field_name]} ".join(edge) for edge in value]

    @model_validator(mode="after")
    def _is_a_graph(self) -> Self:
        if not self.nodes:
            raise ValueError("there is no node; write edges, such as `season -> sunlight`")
        if PICTURE in self.nodes:
            raise ValueError(
                f"no node can be called '{PICTURE}': that is the key that lists what the picture depends on"
            )
        for one, other in (*self.edges, *self.confounded):
            if one == other:
                raise ValueError(f"{quoted(one)} has an edge to itself")
        _ = self.order  # raises for a cycle
        return self

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Every node, causes before effects."""
        sorter = TopologicalSorter({name: self.parents(name) for name in self.nodes})
        try:
            return tuple(sorter.static_order())
        except CycleError as error:
            circle = " -> ".join(quoted(name, 40) for name in error.args[1])
            raise ValueError(f"a cycle, and nothing causes itself: {circle}; leave out one of these edges") from None

    def parents(self, name: str) -> tuple[str, ...]:
        """Returns the direct causes of a node."""
        return tuple(cause for cause, effect in self.edges if effect == name)

    def of_parents(self, name: str, belongings: Mapping[str, T]) -> list[T]:
        """Returns what belongs to each parent of a node, such as its values, in the parents' order."""
        return [belongings[parent] for parent in self.parents(name)]

    def descendants(self, *names: str) -> set[str]:
        """Returns these nodes and all that they cause, directly or through others."""
        found = set(names)
        for name in self.order:
            if found.intersection(self.parents(name)):
                found.add(name)
        return found

    def ancestors(self, *names: str) -> set[str]:
        """Returns these nodes and all that causes them, directly or through others."""
        found = set(names)
        for name in reversed(self.order):
            if name in found:
                found.update(self.parents(name))
        return found

    def subgraph(self, names: set[str]) -> Graph:
        """Returns the graph of some nodes alone, with the edges between them."""
        edges, confounded = ([e for e in each if names.issuperset(e)] for each in (self.edges, self.confounded))
        nodes = {name: node for name, node in self.nodes.items() if name in names}
        picture = [name for name in self.picture if name in names]
        return Graph(nodes=nodes, edges=tuple(edges), confounded=tuple(confounded), picture=tuple(picture))

    def confounded_nodes(self) -> list[str]:
        """Returns the nodes that share an unobserved cause with another, causes before effects."""
        ends = {end for pair in self.confounded for end in pair}
        return [name for name in self.order if name in ends]

    def without_edges(self) -> Graph:
        """Returns the same nodes without any edge or confounded pair."""
        return Graph(nodes=self.nodes, picture=self.picture)

    def with_reversed(self, edge: Edge) -> Graph:
        """Returns the graph with one edge reversed; GraphError where that closes a cycle."""
        edges = tuple(one[::-1] if one == edge else one for one in self.edges)
        try:
            return Graph(nodes=self.nodes, edges=edges, confounded=self.confounded, picture=self.picture)
        except ValidationError as error:
            raise GraphError(_explain(error)) from None

    def reversed(self) -> Graph:
        """Returns the same nodes with every edge reversed."""
        edges = tuple((effect, cause) for cause, effect in self.edges)
        return Graph(nodes=self.nodes, edges=edges, confounded=self.confounded, picture=self.picture)

    def to_yaml(self) -> str:
        """Returns the graph as YAML that `read_graph` reads back to an equal one."""
        fields = self.model_dump(mode="json", exclude_defaults=True)
        fields["nodes"] = {name: node.model_dump(exclude_none=True) for name, node in self.nodes.items()}
        return write_yaml(fields, block=True)

    def save(self, path: str | Path) -> None:
        """Writes the graph as YAML, whole or not at all."""
        files.write_text(Path(path), self.to_yaml())


def read_graph(path: str | Path) -> Graph:
    """Returns the graph that a YAML file describes; GraphError, one line, when it does not describe one."""
    try:
        return Graph.model_validate(read_yaml(path))
    except ParseError as error:
        raise GraphError(str(error)) from None
    except ValidationError as error:
        raise GraphError(f"{path}: {_explain(error)}") from None


def check_nodes(graph: Graph, names: Iterable[str]) -> None:
    """Raises GraphError for a name that is no node."""
    for name in names:
        if name not in graph.nodes:
            raise GraphError(f"the graph has no node '{quoted(name)}'; {suggestion(name, list(graph.nodes))}")


def _list(fields: dict[str, Any], key: str) -> Sequence[Any]:
    values = fields.get(key) or ()
    if not isinstance(values, list | tuple):
        raise ValueError(f"{key} is a list, one item a line that begins with a dash")
    return values


def _names(fields: dict[str, Any], key: str) -> Sequence[str]:
    names = [as_written(name) for name in _list(fields, key)]
    if not all(isinstance(name, str) for name in names):
        raise ValueError(f"{key} is a list of names")
    return names


def _ends(edge: Any, arrow: str) -> Edge:
    ends = [end.strip() for end in edge.split(arrow)] if isinstance(edge, str) else edge
    if isinstance(ends, list | tuple):
        ends = [as_written(end) for end in ends]
    # the `<->` of two confounded nodes would be cut into `a <` and `b`
    pair = isinstance(ends, list | tuple) and len(ends) == 2 and all(isinstance(end, str) and end for end in ends)
    if not pair or any({"<", ">"} & set(end) for end in ends):
        raise ValueError(f"'{quoted(edge)}': write it as `a {arrow} b`")
    return ends[0], ends[1]


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    where = quoted(".".join(str(part) for part in first["loc"]))
    if first["type"] == "extra_forbidden":
        keys = list(Node.model_fields if len(first["loc"]) > 1 else Graph.model_fields)
        return f"unknown key '{where}'; {suggestion(str(first['loc'][-1]), keys)}"
    said = in_words(first)
    return f"{where}: {said}." if where else f"{said}."
