"""Graphs and structural models from anywhere: refused in one line, and soon."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from limner.causal.fitting import Fit
from limner.causal.graph import Graph, read_graph
from limner.causal.mechanisms import build_mechanism
from limner.causal.predictor import VariablePredictor
from limner.causal.structural import StructuralModel
from limner.causal.variables import Variable
from limner.errors import GraphError, ModelError
from limner.tensors import load_tensors, save_tensors

MANY = "edges:\n" + "".join(f"- a{number} -> b{number}\n" for number in range(9000))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "edges: [3]",
            "edges: [[a]]",
            "edges: [{a: b}]",
            "edges: [[[a], b]]",
            "edges: [null]",
            "edges: {a: b}",
        ),
        *(
            "nodes: [[a]]",
            "nodes: {a: 3}",
            "nodes: {a: [1]}",
            "nodes: 3",
            "picture: {a: 1}",
        ),
        *("nodes: {a: {low: .nan}}", "nodes: {a: {low: 1e300}}", "nodes: {a: {low: true}}", 'nodes: {a: {low: "1"}}'),
        *("nodes: {a: {low: !!timestamp x}}", "confounded: [[a, b, c]]", "[" * 15_000, "3", "a: !!bool maybe", MANY),
        "edges: [" + "a" * 2000 + " -> b]",
    ],
)
def test_text_that_is_no_graph(text: str, tmp_path: Path) -> None:
    (tmp_path / "graph.yaml").write_text(text)
    began = time.perf_counter()
    with pytest.raises(GraphError) as caught:
        read_graph(tmp_path / "graph.yaml")
    assert time.perf_counter() - began < 5
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1000


def test_names_that_yaml_takes_for_values_are_names(tmp_path: Path) -> None:
    graph = Graph(nodes={}, edges=("yes -> 2024", "1e3 -> yes"))
    graph.save(tmp_path / "graph.yaml")
    assert read_graph(tmp_path / "graph.yaml") == graph


@pytest.mark.parametrize(
    ("kind", "value"),
    [("number", value) for value in ("nan", "inf", "1e400", True, None, [1], "9" * 5000)]
    + [("count", value) for value in (1.5, True, "nan")]
    + [("category", value) for value in (True, None, "c", ["a"])],
)
def test_a_value_that_is_none(kind: Any, value: Any) -> None:
    variable = Variable(name="x", kind=kind, classes=("a", "True") if kind == "category" else ())
    with pytest.raises(GraphError):
        variable.parse(value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    graph = Graph(nodes={}, edges=("kind -> age",), confounded=("kind <-> age",))
    variables = {
        "kind": Variable(name="kind", kind="category", classes=("a", "b")),
        "age": Variable(name="age", kind="number", low=0, high=1),
    }
    fits = {
        name: Fit(
            build_mechanism(variables[name], [variables[one] for one in graph.parents(name)], "linear"), 1.0, 1.0, 9
        )
        for name in graph.order
    }
    confounded_noise = {"kind": torch.zeros(5, 2, dtype=torch.float64), "age": torch.zeros(5, dtype=torch.float64)}
    StructuralModel(graph, variables, fits, confounded_noise).save(tmp_path)
    return tmp_path


def test_a_structure_is_read_as_it_was_written(folder: Path) -> None:
    assert set(StructuralModel.load(folder).sample(3)) == {"kind", "age"}


@pytest.mark.parametrize(
    "change",
    [
        lambda about: about.pop("variables"),
        lambda about: about["variables"].pop(),
        lambda about: about["variables"][1].update(mean="x"),
        lambda about: about["variables"][0].update(classes=[str(number) for number in range(10_000)]),
        lambda about: about["mechanisms"].pop("age"),
        lambda about: about["mechanisms"]["age"].update(form="other"),
        lambda about: about["mechanisms"]["age"].update(rows=-1),
        lambda about: about.update(mechanisms=[]),
    ],
)
def test_a_structure_that_is_none(folder: Path, change: Callable[[Any], object]) -> None:
    about = json.loads((folder / "structure.json").read_text())
    change(about)
    (folder / "structure.json").write_text(json.dumps(about))
    with pytest.raises(ModelError, match="damaged causal model"):
        StructuralModel.load(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"age.linear.weight": torch.full((1, 2), float("nan"), dtype=torch.float64)},
        {"age.linear.weight": torch.zeros(1, 2)},
        {"confounded_noise.age": torch.zeros(4, dtype=torch.float64)},
        {"confounded_noise.age": torch.zeros((), dtype=torch.float64)},
        {"confounded_noise.age": torch.full((5,), float("inf"), dtype=torch.float64)},
        {"confounded_noise.other": torch.zeros(5, dtype=torch.float64)},
    ],
)
def test_mechanisms_that_are_none(folder: Path, change: dict[str, torch.Tensor]) -> None:
    tensors, _ = load_tensors(folder / "structure.safetensors")
    save_tensors(folder / "structure.safetensors", tensors | change)
    with pytest.raises(ModelError, match="damaged causal model"):
        StructuralModel.load(folder)


def test_a_predictor_that_is_none(folder: Path) -> None:
    variables = StructuralModel.load(folder).variables
    predictor = VariablePredictor(variables, 3, 8, 520)  # a long, narrow picture is reduced no further than to 8 pixels
    predictor.save(folder)
    tensors, metadata = load_tensors(folder / "predictor.safetensors")
    name = next(iter(tensors))
    for weights, texts in (
        ({name: tensors[name] * float("nan")}, {}),
        ({name: tensors[name].half()}, {}),
        ({}, {"errors": "["}),
        ({}, {"errors": "[1]"}),
    ):
        save_tensors(folder / "predictor.safetensors", tensors | weights, metadata | texts)
        with pytest.raises(ModelError, match="missing or damaged"):
            VariablePredictor.load(folder, variables, 3, 8, 520)
