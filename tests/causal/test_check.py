"""The check of a graph: the true one passes, wrong ones are named, and what cannot be known is said."""

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from torch import Tensor

from limner.causal import direction
from limner.causal.direction import edges_better_reversed
from limner.causal.graph import Graph
from limner.causal.graph_check import completed, falsify, unidentified_edges, unsupported
from limner.causal.variables import Table, Variable, with_statistics


@pytest.fixture(autouse=True, scope="module")
def _each_mechanism_once() -> Iterator[None]:
    """What a node costs under its parents is found once for all graphs, as every direction here is judged on one table."""
    compute, known = direction._nll, {}

    def nll(one: Graph, name: str, *others: Any) -> Tensor:
        key = (name, one.parents(name), *others[2:])
        if key not in known:
            known[key] = compute(one, name, *others)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(direction, "_nll", nll)
        yield


def test_the_true_graph_is_not_spoken_against(graph: Graph, variables: dict[str, Variable], table: Table) -> None:
    found = falsify(graph, variables, table)
    assert found.falsified is False
    assert not found.wrong
    assert "does not prove it" in found.verdict
    assert edges_better_reversed(graph, variables, table) == []


@pytest.mark.parametrize("wrong", ["reversed", "without_edges"])
def test_a_wrong_graph_is_spoken_against(
    graph: Graph, variables: dict[str, Variable], table: Table, wrong: str
) -> None:
    found = falsify(getattr(graph, wrong)(), variables, table)
    assert found.falsified
    assert found.verdict.startswith("the data contradict this graph")


@pytest.mark.parametrize(
    "edge", [("species", "height"), ("sunlight", "height"), ("height", "bloom"), ("soil", "colour")]
)
def test_one_edge_turned_round_is_found(
    graph: Graph, variables: dict[str, Variable], table: Table, edge: tuple[str, str]
) -> None:
    turned = graph.with_reversed(edge)
    assert edges_better_reversed(turned, variables, table)[0].edge == edge[::-1]


def test_where_nothing_fails_the_data_do_not_speak_against_a_graph() -> None:
    # an edge for nearly every pair: many graphs with shuffled nodes contradict as little
    graph = Graph(edges=["a -> b", "a -> c", "a -> d", "b -> c", "b -> d", "b -> e", "c -> d", "d -> e"])
    random = np.random.default_rng(1)
    table: Table = {}
    for name in graph.order:
        weak = sum((0.5 * table[cause] for cause in graph.parents(name)), start=random.standard_normal(2000))
        table[name] = np.asarray(weak)
    variables = with_statistics({name: Variable(name=name, kind="number") for name in graph.nodes}, table)
    for seed in range(10):
        found = falsify(graph, variables, table, seed)
        assert found.wrong or not found.falsified


def test_a_confounded_pair_is_not_held_to_be_independent(
    graph: Graph, variables: dict[str, Variable], table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ("soil", "species") in completed(graph) or ("species", "soil") in completed(graph)
    blind = Graph(nodes=graph.nodes, edges=graph.edges)
    monkeypatch.setattr(sys.modules["limner.causal.graph_check"], "NUM_PERMUTATIONS", 2)  # of which this asks nothing
    assert {"soil", "species"} in [{one, other} for one, other, _ in falsify(blind, variables, table).violations]


def test_what_is_hardly_seen_is_named(graph: Graph, variables: dict[str, Variable], table: Table) -> None:
    said = unsupported(graph, variables, table)
    assert any("species=sunflower" in line and "colour" in line for line in said)


def test_an_effect_behind_an_unseen_cause_cannot_be_known() -> None:
    graph = Graph(edges=["a -> b"], confounded=["b <-> a"])
    assert len(unidentified_edges(graph)) == 1
    assert unidentified_edges(Graph(edges=["a -> b"], confounded=["b <-> c"])) == []
