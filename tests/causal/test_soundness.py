"""Soundness: every figure is what it says, on a model whose faults are known because they were put there."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from flower_table import table_of
from limner.causal.graph import Graph
from limner.causal.predictor import VariablePredictor, train_variable_predictor
from limner.causal.soundness import Soundness, shuffled_values, skill, soundness
from limner.causal.structural import StructuralModel
from limner.causal.truth import garden_truth
from limner.causal.variables import Table, Variable, complete_rows
from limner.data import Dataset, garden, prepare
from limner.errors import ModelError, UsageError
from limner.explain.predictor import errors_of

SIZE = 32


@cache
def _picture(view: object, *values: tuple[str, Any]) -> np.ndarray:
    return garden.draw(garden.observe(dict(values), view), SIZE)


class Drawn:
    """A causal model that draws flowers as they truly are, but for the faults that are asked for."""

    def __init__(self, structure: StructuralModel, flowers: list[garden.Flower], haze: float = 0.0) -> None:
        self.structure, self.flowers, self.haze = structure, flowers, haze

    def counterfactual_pictures(self, pictures: np.ndarray, table: Table, other: Table) -> np.ndarray:
        same = [all(table[name][i] == other[name][i] for name in table) for i in range(len(pictures))]
        shown = np.where(np.array(same)[:, None, None, None], pictures, self._drawn(other))
        return np.where(np.array(same)[:, None, None, None], shown, shown * (1 - self.haze)).astype(np.uint8)

    def counterfactual(self, table: Table, pictures: np.ndarray, do: dict, seed: int = 0) -> tuple[Table, np.ndarray]:
        other = self.structure.counterfactual(table, do, seed)
        return other, self.counterfactual_pictures(pictures, table, other)

    def _drawn(self, table: Table) -> np.ndarray:
        drawn = []
        for i, flower in enumerate(self.flowers):
            values = {
                name: one.classes[int(table[name][i])]
                if one.classes
                else min(max(float(table[name][i]), 1e-6), 1 - 1e-6)
                for name, one in self.structure.variables.items()
            }
            drawn.append(_picture(flower.noise.view, *values.items()))
        return np.stack(drawn)


@pytest.fixture(autouse=True, scope="module")
def _short() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limner.causal.fitting.MAX_FLOW_STEPS", 30)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("soundness")
    garden.make(folder / "flowers", n=400, size=SIZE, seed=5)
    prepare(folder / "flowers", folder / "dataset", size=SIZE)
    return folder


@pytest.fixture(scope="module")
def structure(graph: Graph, variables: dict[str, Variable], table: Table) -> StructuralModel:
    return StructuralModel.fit(graph, variables, table)


@pytest.fixture(scope="module")
def predictor(folder: Path, structure: StructuralModel) -> VariablePredictor:
    return train_variable_predictor(Dataset.open(folder / "dataset"), structure.variables)


@pytest.fixture(scope="module")
def found(structure: StructuralModel, predictor: VariablePredictor, folder: Path) -> Soundness:
    return _evaluated(structure, predictor, folder, haze=0.0)


def _evaluated(structure: StructuralModel, predictor: VariablePredictor, folder: Path, haze: float) -> Soundness:
    flowers = garden.sample(40, 5)
    names = [f"flower-{index:06d}.png" for index in range(40)]
    truth = garden_truth(folder / "flowers", names, structure.variables, SIZE)
    pictures, unrelated = (
        np.stack([garden.draw(one, SIZE) for one in each]) for each in (flowers, garden.sample(60, 9))
    )
    model = Drawn(structure, flowers, haze)
    others = {
        "without_edges": StructuralModel.fit(
            structure.graph.without_edges(), structure.variables, table_of(flowers * 8)
        )
    }
    return soundness(model, table_of(flowers), pictures, predictor, others=unrelated, truth=truth, other_graphs=others)


def test_a_model_that_draws_the_truth_has_its_skill(found: Soundness) -> None:
    for name, one in found.against_truth.items():
        assert one.skill["oracle"].value > 0.99, name
        assert one.skill["model"].value > 0.8, name
        assert one.unchanged.value > 0.5
    assert found.against_truth["season"].skill["without_edges"].high < found.against_truth["season"].skill["model"].low
    assert found.against_truth["season"].excess_error["without_edges"]["sunlight"].low > 0


def test_haze_over_everything_costs_skill_and_is_not_undone(
    found: Soundness, structure: StructuralModel, predictor: VariablePredictor, folder: Path
) -> None:
    hazy = _evaluated(structure, predictor, folder, haze=0.1)
    assert hazy.against_truth["bloom"].skill["model"].value < 0 < found.against_truth["bloom"].skill["model"].value
    assert hazy.reversibility["bloom"][1].value > found.reversibility["bloom"][1].value + 5
    assert hazy.composition[10].value == 0


def test_setting_nothing_is_exact_and_what_is_not_affected_stays(found: Soundness) -> None:
    assert {cycles: tuple(one) for cycles, one in found.composition.items()} == {1: (0, 0, 0), 10: (0, 0, 0)}
    for done, drift in found.drift.items():
        for name, one in drift.items():
            assert one.low <= found.against_truth[done].drift[name].high + 0.05, (done, name)
    assert set(found.drift["bloom"]) == set(garden.GRAPH) - {"bloom"}


def test_shuffled_values_are_other_values_of_the_data() -> None:
    classes = Variable(name="a", kind="category", classes=("x", "y", "z"))
    own = np.array([0, 0, 0, 1, 2, 2, 1, 1] * 10)
    shuffled = shuffled_values(classes, own, torch.Generator().manual_seed(0))
    assert not (shuffled == own).any()
    assert sorted(set(shuffled)) == [0, 1, 2]


def test_skill_is_one_for_the_truth_and_zero_for_the_unchanged_picture() -> None:
    unchanged = np.linspace(1, 3, 50)
    assert skill(np.zeros(50), unchanged).value == 1
    assert skill(unchanged, unchanged).value == 0
    assert skill(unchanged / 2, unchanged).value == pytest.approx(0.5)


def test_the_predictor_learns_is_measured_and_kept(predictor: VariablePredictor, folder: Path, tmp_path: Path) -> None:
    dataset = Dataset.open(folder / "dataset")
    truth, rows = complete_rows(dataset, predictor.variables, dataset.split("test"))
    seen = predictor.read(np.asarray(dataset.pictures[rows]))
    soil = predictor.variables["soil"]
    assert errors_of(soil.classes, seen["soil"], truth["soil"]).mean() < 0.5 * soil.std
    assert set(predictor.errors) == set(garden.GRAPH)
    predictor.save(tmp_path)
    loaded = VariablePredictor.load(tmp_path, predictor.variables, 3, SIZE, SIZE)
    assert loaded.errors == predictor.errors
    assert (loaded.read(np.asarray(dataset.pictures[rows]))["soil"] == seen["soil"]).all()
    (tmp_path / "predictor.safetensors").write_bytes(b"no")
    with pytest.raises(ModelError, match="missing or damaged"):
        VariablePredictor.load(tmp_path, predictor.variables, 3, SIZE, SIZE)


def test_a_truth_is_of_the_garden_that_was_given(folder: Path, structure: StructuralModel, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no garden\.json"):
        garden_truth(tmp_path, ["flower-000000.png"], structure.variables, SIZE)
    with pytest.raises(UsageError, match="has no flower"):
        garden_truth(folder / "flowers", ["rose.png"], structure.variables, SIZE)
