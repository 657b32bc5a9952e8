"""Transparent pictures stay so, and what is hidden under alpha 0 counts nowhere."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from limner.data import Dataset, prepare
from limner.data.report import read_report
from limner.errors import UsageError


def _glyph(seed: int, colour: int = 255, hidden: int = 0) -> np.ndarray:
    """Returns a shape of one colour on nothing, uint8 (32, 32, 4)."""
    random = np.random.default_rng(seed)
    alpha = np.kron(random.integers(0, 2, (6, 6), np.uint8), np.ones((4, 4), np.uint8))
    pixels = np.full((32, 32, 4), (hidden, hidden, hidden, 0), np.uint8)
    pixels[4:28, 4:28, 3] = 255 * alpha
    pixels[pixels[..., 3] > 0, :3] = colour
    return pixels


def _folder(path: Path, pictures: list[np.ndarray]) -> Path:
    path.mkdir()
    for index, pixels in enumerate(pictures):
        Image.fromarray(pixels).save(path / f"{index:03d}.png")
    return path


@pytest.mark.parametrize("colour", [255, 0], ids=["white", "black"])
def test_glyphs_on_nothing_keep_their_alpha_and_are_not_blank(colour: int, tmp_path: Path) -> None:
    glyphs = [_glyph(seed, colour) for seed in range(20)]
    dataset = prepare(_folder(tmp_path / "glyphs", glyphs), tmp_path / "out")
    report = read_report(tmp_path / "out")
    assert (dataset.schema.channels, dataset.schema.colours) == (4, "colour with transparency")
    assert np.array_equal(np.asarray(dataset.pictures), np.stack(glyphs))
    assert report.flagged == {}
    assert report.notes == ["20 of 20 pictures are transparent and stay so; --background white would lay them on white"]
    assert '<img class="transparent"' in (tmp_path / "out" / "report.html").read_text()


def test_what_is_hidden_tells_no_two_pictures_apart_and_is_not_kept(tmp_path: Path) -> None:
    glyphs = [_glyph(seed, 90, hidden) for seed in range(8) for hidden in (0, 200)]
    dataset = prepare(_folder(tmp_path / "glyphs", glyphs), tmp_path / "out")
    assert len(dataset) == 8
    assert (np.asarray(dataset.pictures)[np.asarray(dataset.pictures)[..., 3] == 0] == 0).all()


def test_a_background_is_laid_under_them(tmp_path: Path) -> None:
    source = _folder(tmp_path / "glyphs", [_glyph(seed) for seed in range(8)])
    dataset = prepare(source, tmp_path / "out", background="#204060")
    pixels = np.asarray(dataset.pictures)
    assert pixels.shape[3] == 3
    assert {tuple(colour) for colour in pixels.reshape(-1, 3).tolist()} == {(0x20, 0x40, 0x60), (255, 255, 255)}
    with pytest.raises(UsageError, match="is not a colour"):
        prepare(source, tmp_path / "other", background="blurple")


def test_opaque_and_grey_ones_among_them_become_opaque_and_a_full_alpha_is_none(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    grey, colour = random.integers(0, 256, (32, 32), np.uint8), random.integers(0, 256, (32, 32, 3), np.uint8)
    full = np.dstack([random.integers(0, 256, (32, 32, 3), np.uint8), np.full((32, 32), 255, np.uint8)])
    glyph = _glyph(1)
    dataset = prepare(_folder(tmp_path / "mixed", [glyph, grey, colour, full]), tmp_path / "out")
    own = dict(zip(dataset.table["file_name"].to_pylist(), np.asarray(dataset.pictures), strict=True))
    assert np.array_equal(own["000.png"], glyph)
    assert np.array_equal(own["001.png"], np.dstack([grey, grey, grey, np.full_like(grey, 255)]))
    assert np.array_equal(own["002.png"][..., :3], colour)
    assert np.array_equal(own["003.png"], full)
    opaque = prepare(_folder(tmp_path / "full", [full, np.roll(full, 3, 0), np.roll(full, 9, 1)]), tmp_path / "three")
    assert opaque.schema.channels == 3


def test_scaling_and_padding_bring_no_colour_from_nothing(tmp_path: Path) -> None:
    tall = [np.repeat(_glyph(seed, 255, hidden=0), 3, 0) for seed in range(4)]
    dataset = prepare(_folder(tmp_path / "tall", tall), tmp_path / "out", size=24, fit="pad")
    pixels = np.asarray(dataset.pictures)
    assert (pixels[:, :, :8, 3] == 0).all()
    assert (pixels[pixels[..., 3] > 8][:, :3] >= 250).all(), "white stays white at soft edges"
    assert Dataset.open(tmp_path / "out").schema.channels == 4
