"""The models that come with Limner: small, whole, found by name, and of the pictures that they say."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import limner
from edit_command import pixels_of, run_edit
from limner.causal import CausalModel
from limner.data import garden
from limner.editing import apply, parse
from limner.errors import ModelError
from limner.model_folder import SHIPPED, find_folder, resolve_shipped, shipped
from limner.replay import replay
from limner.shipped.write import write
from small_models import small_model

NAMES = ("drawings", "garden")


@pytest.mark.parametrize("name", NAMES)
def test_each_is_small_and_generates_what_varies(name: str) -> None:
    assert all(file.stat().st_size <= 3_000_000 for file in (SHIPPED / name).rglob("*.safetensors"))
    pictures = limner.sample(name, 16, seed=1).astype(float)
    assert pictures.std(0).mean() > 15
    assert pictures.std((1, 2)).mean() > 15


def test_names_give_way_to_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shipped() == list(NAMES)
    monkeypatch.chdir(tmp_path)
    assert resolve_shipped(Path("garden")) == SHIPPED / "garden"
    (tmp_path / "garden" / "directions").mkdir(parents=True)
    assert resolve_shipped(Path("garden")) == SHIPPED / "garden", "a folder of reports holds no model"
    small_model("gan").save(tmp_path / "garden")
    assert find_folder(Path("garden")) == Path("garden")
    with pytest.raises(ModelError, match="gardens: no such model; those that come with Limner: drawings, garden"):
        find_folder(Path("gardens"))


def test_the_garden_answers_what_if_as_the_truth_does() -> None:
    model, flowers = CausalModel.load("garden"), garden.sample(32, seed=9)
    pictures = np.stack([garden.draw(one, 64) for one in flowers])
    table = {}
    for name, variable in model.structure.variables.items():
        values = [one.attributes[name] for one in flowers]
        table[name] = np.array([variable.classes.index(str(v)) for v in values] if variable.classes else values)
    _, changed = model.counterfactual(table, pictures, {"colour": 0.1})
    truth = np.stack([garden.draw(garden.counterfactual(one, {"colour": 0.1}), 64) for one in flowers])
    assert _error(changed, truth) < 0.6 * _error(pictures, truth)


def test_a_class_is_changed_by_an_edit_as_the_truth_would() -> None:
    flowers = [one for one in garden.sample(20, seed=5) if one.season != "autumn"][:4]
    before = np.stack([garden.draw(one, 64) for one in flowers])
    edit = parse("condition:season=autumn,model=garden,steps=10")
    after = np.stack([apply([edit], picture) for picture in before])
    truth = np.stack([garden.draw(replace(one, season="autumn"), 64) for one in flowers])
    assert _error(after, truth) < 0.5 * _error(before, truth)


def test_a_shipped_model_is_edited_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "garden" / "directions").mkdir(parents=True)  # a report of it, which holds no model
    run_edit("garden", tmp_path / "out.png", "--seed", 3, "--op", "condition:season=autumn")
    assert pixels_of(tmp_path / "out.png").shape == (64, 64, 3)
    assert replay(tmp_path / "out.png")[1] == 0


def _error(pictures: np.ndarray, truth: np.ndarray) -> float:
    return float(np.abs(pictures.astype(float) - truth).mean())


def test_a_model_is_written_small(tmp_path: Path) -> None:
    small_model("gan").save(tmp_path / "model")
    write(tmp_path / "model", tmp_path / "small")
    before, after = (limner.load(tmp_path / name).sample(8, seed=2).astype(int) for name in ("model", "small"))
    assert 0 <= np.abs(before - after).mean() < 1
