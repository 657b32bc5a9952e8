"""Effects against what is known exactly: linear models, a category, unseen causes, refutation, and generated pictures."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
import torch

import limner.causal.effects
import limner.causal.strengths
from limner.causal.contrasts import average_effects, contrasts
from limner.causal.effects import Effect, Effects, attribute_effects, unidentified_edges
from limner.causal.fitting import Fit, learn
from limner.causal.graph import Graph
from limner.causal.model import CausalModel
from limner.causal.outcome import Outcome, outcome_of
from limner.causal.picture_effects import STATISTICS, picture_effects
from limner.causal.refute import placebo
from limner.causal.strengths import strengths
from limner.causal.structural import StructuralModel
from limner.causal.variables import Table, Variable, with_statistics
from limner.errors import GraphError
from limner.metrics.intervals import Interval

N = 1500
GRAPH = Graph(edges=["a -> b", "a -> c", "b -> c", "k -> c"], nodes=["apart"])
"""b = 2 a, c = 3 b - a + (0, 1, 4 of the class of k): a moves c by 3 x 2 - 1 in all, by -1 alone."""
SHIFTS = np.array([0.0, 1.0, 4.0])


@pytest.fixture(scope="module", autouse=True)
def fewer() -> Iterator[None]:
    """Resamples that tests have time for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limner.causal.effects, "NUM_RESAMPLES", 50)
        patch.setattr(limner.causal.effects, "NUM_UNITS", 4000)
        patch.setattr(limner.causal.strengths, "NUM_RESAMPLES", 10)
        yield


@pytest.fixture(scope="module")
def seen() -> Table:
    random = np.random.default_rng(0)
    a, noise, more = random.standard_normal((3, N))
    k = random.choice(3, N, p=[0.2, 0.5, 0.3])
    b = 2 * a + noise
    return {"a": a, "b": b, "k": k, "c": 3 * b - a + SHIFTS[k] + more, "apart": random.standard_normal(N)}


@pytest.fixture(scope="module")
def structure(seen: Table) -> StructuralModel:
    variables = {name: Variable(name=name, kind="number") for name in ("a", "b", "c", "apart")}
    variables["k"] = Variable(name="k", kind="category", classes=("x", "y", "z"))
    return _linear(GRAPH, with_statistics(variables, seen), seen)


@pytest.fixture(scope="module")
def found(structure: StructuralModel, seen: Table) -> Effects:
    return attribute_effects(structure, seen, "c")


def _linear(graph: Graph, variables: Mapping[str, Variable], table: Table) -> StructuralModel:
    """Fitted without asking whether a line is enough."""
    fits = {}
    for name, variable in variables.items():
        parent_values = [torch.from_numpy(values) for values in graph.of_parents(name, table)]
        values, parents = torch.from_numpy(table[name]), graph.of_parents(name, variables)
        fits[name] = Fit(learn("linear", variable, parents, values, parent_values, 0), 0, 0, len(values))
    return StructuralModel(graph, variables, fits, {})


def _of(found: Effects, cause: str, value: str | None = None) -> Effect:
    return next(one for one in found.effects if one.cause == cause and value in (None, one.treatment_value))


def _holds(interval: Interval | None, truth: float, width: float) -> bool:
    return interval is not None and interval.low <= truth <= interval.high and interval.high - interval.low < width


def test_total_is_the_sum_over_ways_and_direct_the_coefficient(found: Effects, seen: Table) -> None:
    width = {name: float(np.subtract(*np.quantile(seen[name], [0.75, 0.25], method="nearest"))) for name in "ab"}
    assert _holds(_of(found, "a").total, 5 * width["a"], 0.6)
    assert _holds(_of(found, "a").direct, -width["a"], 0.6)
    assert _holds(_of(found, "b").total, 3 * width["b"], 0.6)
    assert {one.cause for one in found.effects} == {"a", "b", "k"}


def test_classes_are_held_against_the_most_frequent_one(found: Effects) -> None:
    assert [(one.control_value, one.treatment_value) for one in found.effects if one.cause == "k"] == [
        ("y", "x"),
        ("y", "z"),
    ]
    assert _holds(_of(found, "k", "x").total, -1, 0.5)
    assert _holds(_of(found, "k", "z").total, 3, 0.5)
    assert _of(found, "k", "z").total == _of(found, "k", "z").direct


def test_without_an_edge_there_is_no_direct_effect(seen: Table) -> None:
    graph = Graph(edges=["a -> b", "b -> c"])
    table = {name: seen[name] for name in "abc"}
    model = _linear(graph, with_statistics({name: Variable(name=name, kind="number") for name in "abc"}, table), table)
    total, direct = average_effects(model, contrasts(model.variables, table, ["a"]), Outcome("c"), model.noise(500))
    assert total[0] > 1
    assert np.isnan(direct[0])


def test_arrows_are_as_strong_as_the_variance_that_they_carry(found: Effects, seen: Table) -> None:
    strength = {one.cause: one.strength for one in found.strengths}
    assert strength["b"].value == pytest.approx(9 * seen["b"].var(), rel=0.25)
    assert strength["k"].value == pytest.approx(SHIFTS[seen["k"]].var(), rel=0.35)
    assert found.strengths[0].cause == "b"


def test_refutation_passes_what_is_right(found: Effects) -> None:
    assert {(one.kind, one.cause) for one in found.refutations} == {
        (kind, cause) for kind in ("placebo", "random common cause") for cause in "abk"
    }
    assert all(one.passes for one in found.refutations)
    assert all(abs(one.effect) < 0.3 for one in found.refutations if one.kind == "placebo")


def test_a_mechanism_that_makes_effects_of_nothing_fails(
    structure: StructuralModel, seen: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    contrast = next(one for one in contrasts(structure.variables, seen, ["a"]))
    noise = structure.noise(500)
    assert placebo(structure, seen, contrast, Outcome("c"), noise).passes
    monkeypatch.setattr(StructuralModel, "with_refitted_mechanisms", lambda model, *_: model)
    assert not placebo(structure, seen, contrast, Outcome("c"), noise).passes


def test_a_class_is_moved_in_its_probability() -> None:
    random = np.random.default_rng(1)
    cause = random.standard_normal(3000)
    effect = (cause + random.logistic(size=3000) > 0).astype(np.int64)
    table = {"cause": cause, "effect": effect}
    graph = Graph(edges=["cause -> effect"])
    variables = {"cause": Variable(name="cause", kind="number")}
    variables["effect"] = Variable(name="effect", kind="category", classes=("no", "yes"))
    model = _linear(graph, with_statistics(variables, table), table)
    low, high = np.quantile(cause, [0.25, 0.75])
    truth = 1 / (1 + np.exp(-high)) - 1 / (1 + np.exp(-low))
    found = attribute_effects(model, table, "effect=yes")
    assert _holds(_of(found, "cause").total, truth, 0.12)
    assert 0 < strengths(model, table, "effect")[0].strength.low < 1  # nats


def test_an_edge_behind_an_unseen_cause_is_named() -> None:
    graph = Graph(edges=["a -> b", "b -> c", "d -> c"], confounded=["b <-> c"])
    assert unidentified_edges(graph, "a", {"c"}) == ("b -> c",)
    assert unidentified_edges(graph, "d", {"c"}) == ("d -> c",)  # learned together with b -> c, and wrong with it
    assert unidentified_edges(graph, "a", {"b"}) == ()
    # the noise of c tells of a, and so of b, which follows from a
    assert unidentified_edges(Graph(edges=["a -> b", "b -> c"], confounded=["a <-> c"]), "a", {"c"}) == ("b -> c",)
    assert unidentified_edges(Graph(edges=["a -> c", "b -> c"], confounded=["a <-> b"]), "a", {"c"}) == ()


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("d", "no node 'd'"),
        ("k", "ask for one class of it, as k=x"),
        ("k=w", "no such class in the data"),
        ("c=1", "has no classes"),
    ],
)
def test_an_outcome_that_is_none_is_one_line(structure: StructuralModel, on: str, said: str) -> None:
    with pytest.raises(GraphError, match=said):
        outcome_of(structure.graph, structure.variables, on)


def test_what_cannot_be_answered_is_one_line(structure: StructuralModel, seen: Table) -> None:
    with pytest.raises(GraphError, match="it has no cause"):
        attribute_effects(structure, seen, "a")
    with pytest.raises(GraphError, match="that it was fitted to"):
        attribute_effects(structure, {name: values[:100] for name, values in seen.items()}, "c")


class _Grey:
    """Generates an even grey, 100 + 10 b + a, whatever the picture was."""

    condition_names = ("a", "b")

    @property
    def generator(self) -> "_Grey":
        return self

    def counterfactual_pictures(self, pictures: np.ndarray, _: Any, other: dict[str, list[float]]) -> np.ndarray:
        level = 100 + 10 * np.array(other["b"]) + np.array(other["a"])
        return np.broadcast_to(level.round()[:, None, None, None], pictures.shape).astype(np.uint8)


def test_a_picture_follows_what_draws_it(structure: StructuralModel, seen: Table) -> None:
    drawn = StructuralModel(
        Graph(nodes=GRAPH.nodes, edges=GRAPH.edges, picture=("a", "b")), structure.variables, structure.fits, {}
    )
    model = CausalModel(drawn, _Grey(), None)
    units = {name: values[:60] for name, values in seen.items()}, np.zeros((60, 4, 4, 1), np.uint8)
    found = picture_effects(drawn, model.counterfactual_pictures, units, seen, "picture:brightness")
    contrast = float(np.subtract(*np.quantile(seen["a"], [0.75, 0.25], method="nearest"))) / 255
    assert _of(found, "a").total.value == pytest.approx(21 * contrast, abs=0.01)
    direct = _of(found, "a").direct
    assert direct is not None
    assert direct.value == pytest.approx(contrast, abs=0.003)
    assert {one.cause for one in found.effects} == {"a", "b"}
    with pytest.raises(GraphError, match="grey pictures have none"):
        picture_effects(drawn, model.counterfactual_pictures, units, seen, "picture:saturation")
    with pytest.raises(GraphError, match="did you mean 'contrast'"):
        picture_effects(drawn, model.counterfactual_pictures, units, seen, "picture:contrst")


def test_statistics_are_what_they_are_called() -> None:
    pictures = np.zeros((3, 2, 2, 3), np.uint8)
    pictures[1] = 255
    pictures[2, :, 0] = (255, 0, 0)
    measured = {name: measure(pictures) for name, measure in STATISTICS.items()}
    np.testing.assert_allclose(measured["brightness"], [0, 1, 0.1495], atol=1e-12)
    np.testing.assert_allclose(measured["contrast"], [0, 0, 0.1495], atol=1e-12)
    np.testing.assert_allclose(measured["saturation"], [0, 0, 0.5])
