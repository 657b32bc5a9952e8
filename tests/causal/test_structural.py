"""The structural model against the garden's truth: abduction, interventions, conditions and counterfactuals."""

from pathlib import Path

import numpy as np
import pytest

from flower_table import table_of
from limner.causal.graph import Graph
from limner.causal.structural import StructuralModel
from limner.causal.variables import Table, Variable
from limner.data.garden import model as garden
from limner.errors import GraphError, ModelError


@pytest.fixture(scope="module")
def model(graph: Graph, variables: dict[str, Variable], table: Table) -> StructuralModel:
    return StructuralModel.fit(graph, variables, table)


def test_causes_tell_of_their_effects(model: StructuralModel) -> None:
    fits = model.fits
    assert all(
        fits[name].nll < fits[name].nll_without_parents - 0.1 for name in ("sunlight", "height", "bloom", "colour")
    )
    assert all(fits[name].mechanism.form == "linear" for name in ("sunlight", "height", "bloom", "colour"))


def test_nothing_done_is_nothing_changed(model: StructuralModel, table: Table) -> None:
    unchanged = model.predict(model.abduct(table))
    for name, values in table.items():
        np.testing.assert_allclose(unchanged[name], values, atol=1e-9)


@pytest.mark.parametrize("do", [{"sunlight": 0.9}, {"species": "sunflower"}, {"season": "autumn"}, {"soil": 0.1}])
def test_counterfactuals_are_near_the_truth(
    model: StructuralModel, table: Table, flowers: list[garden.Flower], do: dict[str, object]
) -> None:
    other, truth = model.counterfactual(table, do), table_of([garden.counterfactual(flower, do) for flower in flowers])
    changed = garden.descendants(*do)
    for name in garden.NUMBERS:
        if name in changed:
            assert np.abs(other[name] - truth[name]).mean() < 0.1 * np.abs(table[name] - truth[name]).mean() + 1e-9
        else:
            assert (other[name] == table[name]).all()


def test_an_intervention_is_no_observation(model: StructuralModel, table: Table) -> None:
    done = model.sample(4000, {"bloom": 0.9})["sunlight"].mean()
    seen = model.condition_on(4000, {"bloom": 0.9})["sunlight"].mean()
    near = np.abs(table["bloom"] - 0.9) < 0.03
    assert done == pytest.approx(table["sunlight"].mean(), abs=0.02)
    assert seen == pytest.approx(table["sunlight"][near].mean(), abs=0.04)
    assert seen > done + 0.1


def test_average_effects_are_the_garden_s(model: StructuralModel) -> None:
    effect = (
        model.sample(4000, {"sunlight": 0.8})["bloom"].mean() - model.sample(4000, {"sunlight": 0.2})["bloom"].mean()
    )
    truth, error = garden.average_effect("bloom", "sunlight", 0.2, 0.8)
    assert effect == pytest.approx(truth, abs=0.03 + 2 * error)


def test_an_unseen_cause_moves_both_but_an_intervention_moves_one(model: StructuralModel, table: Table) -> None:
    def gap(sampled: Table) -> float:
        return float(sampled["soil"][sampled["species"] == 4].mean() - sampled["soil"][sampled["species"] == 5].mean())

    assert gap(model.sample(4000)) == pytest.approx(gap(table), abs=0.06)
    by_hand = (
        model.sample(4000, {"species": "sunflower"})["soil"].mean()
        - model.sample(4000, {"species": "lupin"})["soil"].mean()
    )
    assert by_hand == 0


def test_a_category_is_abducted_from_its_posterior(model: StructuralModel, table: Table) -> None:
    noise = model.abduct(table, seed=3)["season"]
    # over all units the posterior is the prior again: standard Gumbel, of mean 0.5772 and deviation 1.2825
    assert noise.mean() == pytest.approx(0.5772, abs=0.08)
    assert noise.std() == pytest.approx(1.2825, abs=0.08)


def test_a_model_is_read_as_it_was_written(model: StructuralModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    loaded = StructuralModel.load(tmp_path)
    assert loaded.graph == model.graph
    assert loaded.fits["height"].nll == model.fits["height"].nll
    first, second = model.sample(50, {"sunlight": 0.7}, seed=4), loaded.sample(50, {"sunlight": 0.7}, seed=4)
    assert all((first[name] == second[name]).all() for name in first)
    (tmp_path / "structure.safetensors").write_bytes((tmp_path / "structure.safetensors").read_bytes()[:-9])
    with pytest.raises(ModelError, match="damaged"):
        StructuralModel.load(tmp_path)
    (tmp_path / "structure.json").unlink()
    with pytest.raises(ModelError, match=r"structure\.json is missing"):
        StructuralModel.load(tmp_path)


@pytest.mark.parametrize(
    ("do", "said"),
    [
        ({"hight": 1}, "did you mean 'height'"),
        ({"height": 1.2}, "from 0 to 1"),
        ({"height": "tall"}, "give a number"),
        ({"season": "winter"}, "no such class in the data"),
    ],
)
def test_what_cannot_be_done_is_one_line(model: StructuralModel, do: dict[str, object], said: str) -> None:
    with pytest.raises(GraphError, match=said):
        model.sample(5, do)


def test_too_few_units_are_refused(graph: Graph, variables: dict[str, Variable], table: Table) -> None:
    with pytest.raises(GraphError, match="needs at least"):
        StructuralModel.fit(graph, variables, {name: values[:30] for name, values in table.items()})
