"""Limner in Python and in notebooks: the verbs as functions, and what things show of themselves."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import limner
from limner.errors import UsageError
from limner.pictures import open_pixels, save
from limner.recipes import find_recipe
from small_models import small_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "model"
    small_model().save(folder)
    return folder


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    save(np.random.default_rng(0).integers(0, 256, (40, 48, 3), np.uint8), tmp_path / "picture.png")
    return tmp_path / "picture.png"


def test_dir_shows_the_verbs() -> None:
    verbs = {"directions", "edit", "evaluate", "load", "prepare", "sample", "stylize", "train"}
    assert verbs <= set(dir(limner))
    assert all(callable(getattr(limner, name)) for name in verbs)


def test_samples_are_those_of_the_model(model: Path) -> None:
    loaded = limner.load(model)
    asked = {"kind": "round"}
    assert np.array_equal(limner.sample(model, 2, seed=3, condition=asked), loaded.sample(2, seed=3, condition=asked))
    assert limner.sample(loaded).shape == (16, 16, 16, 3)


def test_edits_are_texts_mappings_or_one_of_them(picture: Path, model: Path) -> None:
    pixels = open_pixels(picture)
    assert np.array_equal(limner.edit(picture, "flip"), pixels[:, ::-1])
    listed = ["flip", {"crop": {"left": 4, "top": 0, "width": 8, "height": 9}}]
    assert np.array_equal(limner.edit(pixels, listed), pixels[:9, ::-1][:, 4:12])
    assert limner.edit(pixels, "along:direction=pca-1,amount=2,steps=1", model).shape == pixels.shape
    with pytest.raises(UsageError, match="a picture is uint8"):
        limner.edit(pixels / 255, "flip")


def test_styles_and_directions(picture: Path, model: Path, tmp_path: Path) -> None:
    stylized = limner.stylize(picture, picture, line=0, texture=0)
    assert stylized.shape == (40, 48, 3)
    with pytest.raises(UsageError, match="stylize: colour: "):
        limner.stylize(picture, picture, colour=2)
    assert limner.stylize(picture, look="pixel-art").shape == (40, 48, 3)
    with pytest.raises(UsageError, match="there is no look 'pn'"):
        limner.stylize(picture, look="pn")
    with pytest.raises(UsageError, match="a look needs no style"):
        limner.stylize(picture, picture, look="pen")
    found = limner.directions(model, ["brightness"], keep=["warmth"], n=40, out=tmp_path / "found")
    assert found[0].name == "brightness"
    written = json.loads((tmp_path / "found" / "directions.json").read_text(encoding="utf-8"))
    assert written["directions"]["brightness"] == {name: list(change) for name, change in found[0].changes.items()}
    assert written["keep"] == ["warmth"]
    with pytest.raises(UsageError, match="--keep says"):
        limner.directions(model, keep=["warmth"], n=40)


def test_notebooks_show_pictures_and_escape_texts(model: Path, tmp_path: Path) -> None:
    (tmp_path / "<b>").mkdir()
    for seed in range(120):
        pixels = np.random.default_rng(seed).integers(0, 256, (16, 16, 3), np.uint8)
        save(pixels, tmp_path / "<b>" / f"{seed}.png")
    dataset = limner.prepare(tmp_path / "<b>", tmp_path / "data<i>")
    loaded = limner.load(model)
    judged = limner.evaluate({"rose": loaded}, dataset, n=12, only=["distances"])
    for one in (dataset, loaded, judged):
        html = one._repr_html_()
        assert "data:image/png;base64," in html
        assert "<i>" not in html
        assert "&lt;" in html or one is not dataset
    assert "120 pictures of 16x16, colour" in repr(dataset)
    assert repr(loaded) == "Model('gan': 16x16, colour; conditional on kind)"
    assert "rose" in repr(judged)
    assert "<th>rose</th>" in judged._repr_html_()
    recipe = find_recipe("gan")
    assert repr(recipe).startswith("Recipe('gan': ")
    assert re.search(r"<pre>.*kind: gan", recipe._repr_html_(), re.DOTALL)
