"""Directions: of a decoder built by hand, of which it is known what its latent does, and of small ones run through."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from limner.cli.app import app
from limner.data import Dataset, prepare
from limner.data.garden import make
from limner.editing import apply, parse
from limner.editing.directions import read_directions
from limner.editing.latent_space import load_for_editing
from limner.errors import LimnerError, UsageError
from limner.explain.directions import effects, orthogonal, supervised
from limner.explain.scorers import SCORERS
from limner.model import Model
from limner.recipes import apply_settings, find_recipe
from limner.training import train
from small_models import LIGHT, RED, lamp_model

NOTHING = 5


@pytest.fixture(scope="module")
def lamp() -> Model:
    return lamp_model()


def test_an_attribute_s_direction_is_the_number_that_it_follows(lamp: Model) -> None:
    found = supervised(lamp, {"light": lambda pictures: pictures[:, 2].mean((1, 2))}, ["light"])
    assert found["light"][LIGHT] > 0.99


def test_what_is_kept_does_not_change(lamp: Model) -> None:
    steps = supervised(lamp, SCORERS, ["brightness"], ["warmth"])
    alone = supervised(lamp, SCORERS, ["brightness"])
    warm = supervised(lamp, SCORERS, ["warmth"])["warmth"]
    assert abs(float(steps["brightness"] @ warm)) < 1e-5
    assert abs(float(alone["brightness"] @ warm)) > 0.1
    kept, changed = (effects(lamp, one, SCORERS)[0].changes for one in (steps, alone))
    assert abs(kept["warmth"].value) < 0.05 < abs(changed["warmth"].value)
    assert kept["brightness"].value > 0.5


def test_orthogonal_is_orthogonal_to_all() -> None:
    way, *others = torch.randn(4, 8, generator=torch.Generator().manual_seed(0))
    left = orthogonal(way, others)
    assert max(abs(float(left @ other)) for other in others) < 1e-5
    assert torch.equal(orthogonal(way, []), way)


def test_effects_are_in_standard_deviations_with_intervals(lamp: Model) -> None:
    red, light, nothing = torch.eye(6)[[RED, LIGHT, NOTHING]]
    found = {one.name: one for one in effects(lamp, {"red": red, "light": light, "nothing": nothing}, SCORERS, n=400)}
    # red and blue differ by what is red alone, whose standard deviation is what a step changes
    assert found["red"].changes["warmth"].value == pytest.approx(1, abs=0.1)
    assert found["light"].most == "brightness"
    assert all(one.low <= one.value <= one.high for each in found.values() for one in each.changes.values())
    assert found["nothing"].changes["brightness"].value == pytest.approx(0, abs=1e-6)
    assert "contrast" not in found["red"].changes, "all these pictures are flat"


def test_what_cannot_be_found_is_one_line(lamp: Model) -> None:
    with pytest.raises(UsageError, match="did you mean 'warmth'"):
        supervised(lamp, SCORERS, ["warmt"])
    with pytest.raises(UsageError, match="nothing is left of it that keeps warmth"):
        supervised(lamp, SCORERS, ["warmth"], ["warmth"])
    with pytest.raises(UsageError, match="at least 40 pictures"):
        supervised(lamp, SCORERS, ["warmth"], n=39)


@pytest.fixture(scope="module")
def _quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limner.explain.predictor.TRAINING_STEPS", 20)
        patch.setattr("limner.editing.directions.NUM_SAMPLES", 32)
        yield


@pytest.fixture(scope="module")
def run(_quick: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("garden")
    make(folder / "flowers", n=60, size=16)
    prepare(folder / "flowers", folder / "dataset", size=16)
    small = [
        "method.latent_dim=6",
        "method.generator.widths=[16, 8]",
        "method.discriminator.widths=[8, 16]",
        "batch=16",
    ]
    train(Dataset.open(folder / "dataset"), apply_settings(find_recipe("gan"), small), folder / "run", steps=3)
    return folder / "run"


def _directions(*words: object) -> str:
    result = CliRunner().invoke(app, ["directions", *map(str, words)], catch_exceptions=True)
    if isinstance(result.exception, LimnerError):
        return str(result.exception)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_directions_are_printed_written_rendered_and_followed(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "ways"
    said = _directions(run, "--attribute", "species=rose", "--keep", "brightness", "--n", 40, "--out", out)
    assert "pca-1" in said
    assert "sefa-1" in said
    report = json.loads((out / "directions.json").read_text())
    assert report["ai_generated"]
    assert {"species=rose", "colour", "warmth"} <= set(report["directions"]["pca-1"])
    steps = read_directions(out, load_for_editing(run))
    assert "species=rose" in steps
    assert "species=rose" in (out / "report.html").read_text()
    along = parse(f"along:direction=species=rose,amount=3,directions={out},model={run},steps=1")
    pixels = np.full((20, 24, 3), 128, np.uint8)
    assert apply([along], pixels).shape == pixels.shape


def test_what_directions_do_not_have_is_one_line(run: Path, tmp_path: Path) -> None:
    assert "give one" in _directions(run, "--keep", "brightness")
    assert "has no label or number 'specie'" in _directions(run, "--attribute", "specie=rose")
    assert "ask for one class of it" in _directions(run, "--attribute", "species")
    assert "no such model" in _directions(tmp_path / "gone")


def test_the_order_is_that_of_the_numbers_and_a_wrong_name_is_said(lamp: Model) -> None:
    red, light = torch.eye(6)[[RED, LIGHT]]
    found = {one.name: one for one in effects(lamp, {"brightness": light, "warmth": -red, "size": red}, SCORERS, n=400)}
    for one in found.values():
        sizes = [abs(change.value) for change in one.changes.values()]
        assert sizes == sorted(sizes, reverse=True)
    assert found["brightness"].fault is None
    assert "the direction called warmth lowers it" in str(found["warmth"].fault)
    assert found["size"].fault is None, "flat pictures have no size that could change"
