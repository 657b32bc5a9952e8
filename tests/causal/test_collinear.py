"""Causes that come together are said to be so, direction is judged by the forms of `fit`, and exact forks are no contradiction."""

import sys

import numpy as np
import pytest
import torch

from limner.causal.collinear import in_words, inseparable
from limner.causal.direction import edges_better_reversed
from limner.causal.effects import attribute_effects
from limner.causal.graph import Graph
from limner.causal.graph_check import examine, falsify
from limner.causal.independence import independence_p
from limner.causal.structural import StructuralModel
from limner.causal.variables import Table, Variable, with_statistics


def _variables(table: Table, **kinds: str) -> dict[str, Variable]:
    named = {
        name: Variable(
            name=name,
            kind=kinds.get(name, "number"),
            classes=tuple(f"c{index}" for index in range(int(values.max()) + 1))
            if kinds.get(name) == "category"
            else (),
        )
        for name, values in table.items()
    }
    return with_statistics(named, table)


@pytest.mark.parametrize("noise", [0.0, 1e-3])
def test_a_cause_that_follows_from_another_has_no_effect_of_its_own(noise: float) -> None:
    """Height in centimetres and in inches: neither gets a coefficient of thousands, and both together are right."""
    random = np.random.default_rng(0)
    size = random.normal(size=400)
    table: Table = {"cm": size, "inch": size / 2.54 + noise * random.normal(size=400)}
    table["weight"] = 2 * size + 0.5 * random.normal(size=400)
    graph = Graph(edges=["cm -> inch", "cm -> weight", "inch -> weight"])
    variables = _variables(table)
    found = inseparable(graph, variables, table)
    assert found == {("cm", "weight"): ("inch",), ("inch", "weight"): ("cm",)}
    words = in_words(("cm", "weight"), ("inch",))
    assert words == "cm -> weight: cm follows from inch, so their effects cannot be told apart"
    structure = StructuralModel.fit(graph, variables, table)
    weights = structure.fits["weight"].mechanism.linear.weight.detach()
    assert float(weights.abs().max()) < 200 * max(noise, 0.02) + 2
    assert float(weights.sum()) == pytest.approx(2, abs=0.1), "what both do together is known"


@pytest.mark.slow
def test_effects_along_such_an_edge_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limner.causal.effects.NUM_RESAMPLES", 20)
    monkeypatch.setattr("limner.causal.strengths.NUM_RESAMPLES", 4)
    random = np.random.default_rng(0)
    size = random.normal(size=400)
    table: Table = {"cm": size, "inch": size / 2.54, "age": random.normal(size=400)}
    table["weight"] = 2 * size + table["age"] + 0.5 * random.normal(size=400)
    graph = Graph(edges=["cm -> weight", "inch -> weight", "age -> weight"])
    variables = _variables(table)
    structure = StructuralModel.fit(graph, variables, table)
    monkeypatch.setattr(sys.modules["limner.causal.graph_check"], "NUM_PERMUTATIONS", 2)
    assert in_words(("cm", "weight"), ("inch",)) in examine(graph, variables, table).unidentified_edges
    pytest.importorskip("dowhy")
    found = {one.cause: one for one in attribute_effects(structure, table, "weight").effects}
    assert found["cm"].unidentified_edges == ("cm -> weight",)
    assert found["inch"].unidentified_edges == ("inch -> weight",)
    assert found["age"].unidentified_edges == ()
    assert all(abs(one.total.value) < 10 for one in found.values())


def test_classes_and_sums_are_seen_through_and_separate_causes_are_not_accused() -> None:
    random = np.random.default_rng(1)
    kind = random.integers(0, 3, 900)
    first, second = random.normal(size=900), random.normal(size=900)
    table: Table = {
        "kind": kind,
        "code": np.array([4.0, 7.0, 1.0])[kind],
        "first": first,
        "second": second,
        "both": first + second,
        "near": first + 0.3 * second,
    }
    table["y"] = first + random.normal(size=900)
    variables = _variables(table, kind="category")
    graph = Graph(edges=[f"{name} -> y" for name in table if name != "y"])
    assert {edge[0] for edge in inseparable(graph, variables, table)} == {"code", "first", "second", "both", "near"}
    apart = Graph(edges=["first -> y", "near -> y", "kind -> y"])
    assert inseparable(apart, variables, table) == {}


@pytest.mark.parametrize(
    "functions",
    [(np.sin, np.cos), (np.floor, np.sin), (lambda a: 3 * a, lambda a: a**2), (np.exp, lambda a: np.floor(2 * a))],
    ids=["waves", "steps", "squares", "counts"],
)
def test_an_exact_fork_does_not_speak_against_its_graph(functions: tuple) -> None:
    values = np.random.default_rng(2).normal(size=1000) * 2
    table: Table = {"a": values, "b": functions[0](values), "c": functions[1](values)}
    assert independence_p(table["b"], table["c"], table["a"]) == 1.0
    graph = Graph(edges=["a -> b", "a -> c"])
    found = falsify(graph, _variables(table), table)
    assert found.violations == []
    assert not found.falsified


def test_a_fork_with_noise_that_is_no_fork_is_still_told() -> None:
    random = np.random.default_rng(3)
    a = random.normal(size=1000)
    b = a + 0.3 * random.normal(size=1000)
    c = a + b + 0.3 * random.normal(size=1000)
    assert independence_p(b, c, a) < 1e-3


def test_a_count_that_follows_from_a_number_does_not_turn_its_edge() -> None:
    """Counts whose rate bends: no line describes them, and the flow that `fit` takes describes them well."""
    random = np.random.default_rng(4)
    sun = random.uniform(-2, 2, 1500)
    table: Table = {"sun": sun, "petals": random.poisson(2 + 10 * np.exp(-4 * sun**2)).astype(float)}
    variables = _variables(table, petals="count")
    torch.manual_seed(0)
    assert edges_better_reversed(Graph(edges=["sun -> petals"]), variables, table) == []


def test_the_direction_of_edges_of_causes_that_follow_from_each_other_is_left_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("dowhy")
    monkeypatch.setattr(sys.modules["limner.causal.graph_check"], "NUM_PERMUTATIONS", 2)
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 600))
    table = {"a": a, "b": b, "total": a + b, "weight": a + b + 0.3 * rng.normal(size=600)}
    graph = Graph(edges=["a -> total", "b -> total", "a -> weight", "b -> weight", "total -> weight"])
    found = examine(graph, _variables(table), table)
    assert found.better_reversed == []
    assert len(found.unidentified_edges) == 3
