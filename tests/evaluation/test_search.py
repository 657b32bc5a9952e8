"""Cross-validation and the search for recipes, run whole on few pictures: what they leave, and that they continue."""

import json
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import yaml

from limner.data import Dataset
from limner.data.splits import fold_of
from limner.errors import DataError, RecipeError, RunError, UsageError
from limner.evaluation import cross_validate, study, tune
from limner.recipes import RECIPES, apply_settings, find_recipe, search_space
from limner.recipes.search import Range, own_values
from limner.training import Interrupted

SMALL = ("method.generator.widths=[8, 8]", "method.discriminator.widths=[8, 8]", "batch=16", "stopping.every=0")
MINUTES = 0.02


def test_folds_are_equal_and_stratified() -> None:
    labels = np.repeat([0, 1, 2], [50, 30, 7])
    folds = fold_of(labels, 87, 5, seed=1)
    assert set(np.bincount(folds)) <= {17, 18}
    for label, count in ((0, 50), (1, 30), (2, 7)):
        shares = np.bincount(folds[labels == label], minlength=5)
        assert shares.sum() == count
        assert shares.max() - shares.min() <= 1
    assert (fold_of(labels, 87, 5, seed=1) == folds).all()
    assert (fold_of(labels, 87, 5, seed=2) != folds).any()
    assert set(np.bincount(fold_of(None, 10, 3, seed=0))) == {3, 4}


def test_a_dataset_split_otherwise_is_another_one(flowers: Dataset) -> None:
    other = flowers.resplit(["test"] * 10 + ["train"] * 350)
    assert len(other.split("test")) == 10
    assert other.fingerprint != flowers.fingerprint
    assert other.resplit(flowers.table["split"].to_pylist()).table.equals(flowers.table)
    assert (other.pictures[5] == flowers.pictures[5]).all()


@pytest.mark.slow
def test_cross_validation_judges_every_fold_once(flowers: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "crossval"
    found = cross_validate(flowers, "gan", out, folds=2, minutes=MINUTES, n=60, settings=SMALL)
    assert len(found.measures["FD-limner"]["values"]) == 2
    header, *rows = found.rows()
    assert header == ["", "mean", "std", "fold 1", "fold 2"]
    assert len(rows) == len(found.measures) > 10
    assert "cross-validated" in (out / "report.html").read_text()
    with patch("limner.evaluation.crossval.train", side_effect=AssertionError("nothing is trained twice")):
        repeated = cross_validate(flowers, "gan", out, folds=2, minutes=MINUTES, n=60, settings=SMALL)
    assert repeated == found
    with pytest.raises(RunError, match="begun with other arguments"):
        cross_validate(flowers, "gan", out, folds=3, minutes=MINUTES, n=60, settings=SMALL)


@pytest.mark.slow
def test_a_search_leaves_a_recipe_and_a_verdict(flowers: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "tune"
    found = tune(flowers, "gan", out, trials=4, minutes=4 * MINUTES, settings=SMALL)
    assert len(found.trials) == 4
    assert all(trial["state"] in ("complete", "given up") for trial in found.trials)
    assert all(1 <= len(trial["rungs"]) <= 4 for trial in found.trials)
    assert set(found.trials[0]["values"]) == set(search_space(find_recipe("gan")))
    assert yaml.safe_load((out / "recipe.yaml").read_text())["name"] == found.recipe.name
    report = json.loads((out / "report.json").read_text())
    assert report["verdict"] == found.verdict
    assert len(report["default"]) == 4
    best = min(trial["rungs"][-1] for trial in found.trials if trial["state"] == "complete")
    assert ("tuned" in found.figures) == (best < found.default[-1])
    assert found.evaluation.reference.split == "test"
    page = (out / "report.html").read_text()
    assert "What mattered" in page
    with patch("limner.evaluation.study.train", side_effect=AssertionError("nothing is trained twice")):
        assert tune(flowers, "gan", out, trials=4, minutes=4 * MINUTES, settings=SMALL).verdict == found.verdict


@pytest.mark.slow
def test_an_interrupted_search_continues_its_trial(flowers: Dataset, tmp_path: Path) -> None:
    out, real = tmp_path / "tune", study.train
    calls = []

    def interrupted(*arguments: object, **named: object) -> object:
        calls.append(arguments[2])
        if len(calls) == 7:  # in the third rung of the first trial
            raise Interrupted("stopped")
        return real(*arguments, **named)

    with (
        patch("limner.evaluation.study.train", side_effect=interrupted),
        pytest.raises(Interrupted, match="same command continues"),
    ):
        tune(flowers, "mlp-vae", out, trials=2, minutes=3 * MINUTES, settings=("batch=16",))
    found = tune(flowers, "mlp-vae", out, trials=2, minutes=3 * MINUTES, settings=("batch=16",))
    assert [trial["folder"] for trial in found.trials] == ["trials/001", "trials/003"]
    assert len(found.trials[0]["rungs"]) == 4
    assert found.figures["default"].name.startswith("negative ELBO")


def test_a_search_needs_something_to_search_and_to_choose_by(flowers: Dataset, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="nothing to search"):
        tune(flowers, "noise", tmp_path / "a")
    with pytest.raises(DataError, match="0 validation pictures"):
        tune(flowers.resplit(["train"] * 300 + ["test"] * 60), "gan", tmp_path / "b")
    with pytest.raises(UsageError, match="at least one trial"):
        tune(flowers, "gan", tmp_path / "c", trials=0)
    with pytest.raises(UsageError, match="--folds 1"):
        cross_validate(flowers, "gan", tmp_path / "d", folds=1)
    with pytest.raises(DataError, match="too few for 60 folds"):
        cross_validate(flowers, "gan", tmp_path / "e", folds=60)
    with pytest.raises(RecipeError, match="no attribute 'colour' to train for"):
        cross_validate(flowers, "gan", tmp_path / "f", settings=("condition=colour",))
    with pytest.raises(RecipeError, match="no attribute 'colour' to train for"):
        tune(flowers, "gan", tmp_path / "g", settings=("condition=colour",))
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("name", RECIPES)
def test_the_space_of_a_recipe_holds_its_own_values(name: str) -> None:
    recipe = find_recipe(name)
    own = own_values(recipe)
    for key, among in search_space(recipe).items():
        assert among.low <= own[key] <= among.high if isinstance(among, Range) else own[key] in among
    same = apply_settings(recipe, [f"{key}={json.dumps(value)}" for key, value in own.items()])
    assert own_values(same) == own
    assert search_space(same) == search_space(recipe)


def test_what_lies_outside_a_space_widens_it() -> None:
    recipe = apply_settings(find_recipe("gan"), ["optimiser.lr=0.01", "method.loss=wasserstein"])
    space = search_space(recipe)
    assert space["optimiser.lr"] == Range(low=5e-5, high=0.01, log=True)
    assert "wasserstein" in space["method.loss"]
