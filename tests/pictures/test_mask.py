"""Masks as people have them: grey, in alpha, with classes by number, and what is no mask."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from limner.errors import UsageError
from limner.pictures import open_mask

HALF = np.repeat(np.uint8([[0, 255]]), 10, 1).repeat(20, 0)
SHARES = HALF / np.float32(255)


def _mask(tmp_path: Path, image: Image.Image) -> Path:
    image.save(tmp_path / "mask.png")
    return tmp_path / "mask.png"


def _with_alpha(colours: np.ndarray, alpha: np.ndarray) -> Image.Image:
    return Image.fromarray(np.concatenate([colours, alpha[..., None]], 2))


@pytest.mark.parametrize(
    "image",
    [
        Image.fromarray(HALF),
        Image.fromarray(HALF).convert("1"),
        Image.fromarray(HALF).convert("RGB"),
        Image.fromarray(HALF // 255),
        _with_alpha(np.zeros((20, 20, 3), np.uint8), HALF),
        _with_alpha(np.full((20, 20, 3), 255, np.uint8), HALF),
        _with_alpha(np.full((20, 20, 3), (200, 30, 40), np.uint8), HALF),
        _with_alpha(HALF[..., None].repeat(3, 2), np.full_like(HALF, 255)),
        _with_alpha(np.where(HALF[..., None], HALF[..., None], np.uint8(90)).repeat(3, 2), HALF),
    ],
    ids=[
        "grey",
        "one bit",
        "colour",
        "0 and 1",
        "black in alpha",
        "white in alpha",
        "red in alpha",
        "opaque",
        "hidden",
    ],
)
def test_a_half_is_a_half(image: Image.Image, tmp_path: Path) -> None:
    assert np.array_equal(open_mask(_mask(tmp_path, image)), SHARES)


def test_numbers_of_classes_are_levels_from_black_to_white(tmp_path: Path) -> None:
    numbers = np.repeat(np.uint8([[0, 1, 2]]), 10, 1).repeat(20, 0)
    assert np.array_equal(open_mask(_mask(tmp_path, Image.fromarray(numbers)), 3), numbers / np.float32(2))


@pytest.mark.parametrize(
    ("pixels", "line"),
    [
        (HALF // 64, "its brightest pixel is 3 of 255"),
        (np.dstack([HALF, HALF * 0, HALF * 0]), "it is in colours, but a mask is black"),
    ],
)
def test_what_may_mean_anything_is_refused(pixels: np.ndarray, line: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=line):
        open_mask(_mask(tmp_path, Image.fromarray(pixels)))
