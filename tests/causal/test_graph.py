"""Graphs: what is written is what is read, and every mistake is one line."""

from pathlib import Path

import pytest

from limner.causal import Graph, read_graph
from limner.errors import GraphError

WRITTEN = """
nodes:
  height: {kind: number, low: 0, high: 1}
edges:
- season -> sunlight
- sunlight -> height
confounded:
- species <-> soil
picture: [height, soil]
"""


def _read(folder: Path, text: str) -> Graph:
    (folder / "graph.yaml").write_text(text, encoding="utf-8")
    return read_graph(folder / "graph.yaml")


def test_a_file_names_nodes_by_its_edges(tmp_path: Path) -> None:
    graph = _read(tmp_path, WRITTEN)
    assert set(graph.nodes) == {"height", "season", "sunlight", "species", "soil"}
    assert graph.nodes["height"].high == 1
    assert graph.parents("height") == ("sunlight",)
    assert graph.descendants("season") == {"season", "sunlight", "height"}
    assert graph.confounded == (("species", "soil"),)
    assert graph.picture == ("height", "soil")
    assert graph.order.index("season") < graph.order.index("sunlight") < graph.order.index("height")


def test_words_that_yaml_may_take_for_something_else_are_names(tmp_path: Path) -> None:
    (tmp_path / "graph.yaml").write_text("edges: [on -> NO, [true, 12], [null, y]]\npicture: [NO, 12]\n")
    graph = read_graph(tmp_path / "graph.yaml")
    assert set(graph.nodes) == {"on", "NO", "true", "12", "null", "y"}
    assert graph.picture == ("NO", "12")


def test_yaml_round_trip(tmp_path: Path) -> None:
    graph = _read(tmp_path, WRITTEN)
    graph.save(tmp_path / "again.yaml")
    assert read_graph(tmp_path / "again.yaml") == graph


def test_every_node_draws_the_picture_unless_said(tmp_path: Path) -> None:
    assert _read(tmp_path, "edges: [a -> b]\nnodes: [c]\n").picture == ("c", "a", "b")


def test_graphs_without_edges_and_with_reversed_edges_keep_the_nodes(tmp_path: Path) -> None:
    graph = _read(tmp_path, WRITTEN)
    assert graph.without_edges().edges == ()
    assert graph.without_edges().nodes == graph.nodes
    assert graph.with_reversed(("season", "sunlight")).parents("season") == ("sunlight",)
    assert set(graph.reversed().edges) == {("sunlight", "season"), ("height", "sunlight")}
    with pytest.raises(GraphError, match="a cycle"):
        _read(tmp_path, "edges: [a -> b, b -> c, a -> c]").with_reversed(("a", "c"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("edges: [a -> b, b -> c, c -> a]", "nothing causes itself: a -> b -> c -> a"),
        ("edges: [a > b]", "'a > b': write it as `a -> b`"),
        ("edges: [a <-> b]", "'a <-> b': write it as `a -> b`"),
        ("confounded: [a -> b]", "'a -> b': write it as `a <-> b`"),
        ("edges: [a -> a]", "a has an edge to itself"),
        ("edges: a -> b", "edges is a list"),
        ("edges: 3", "edges is a list"),
        ("edgs: [a -> b]", "unknown key 'edgs'; did you mean 'edges'"),
        ("nodes: {a: {kin: number}}", "unknown key 'nodes.a.kin'; did you mean 'kind'"),
        ("nodes: {a: {kind: nmber}}", "nodes.a.kind"),
        ("nodes: {a: {low: 2, high: 1}}", "low 2 is not below high 1"),
        ("nodes: {a: {kind: category, low: 0}}", "a category has no low"),
        ("edges: [a -> picture]", "no node can be called 'picture'"),
        ("edges: []", "there is no node"),
        ("[]", "a mapping"),
        ("a: [", "line 2: not YAML"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(GraphError) as caught:
        _read(tmp_path, text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="cannot be read"):
        read_graph(tmp_path / "absent.yaml")
    (tmp_path / "noise.yaml").write_bytes(bytes(range(128, 256)))
    with pytest.raises(GraphError, match="not UTF-8 text"):
        read_graph(tmp_path / "noise.yaml")
