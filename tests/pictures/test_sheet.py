"""Sheets of sprites, and pictures that are enlarged."""

import json
from pathlib import Path

import numpy as np
import pytest

from limner.errors import UsageError
from limner.pictures.scale import scaled
from limner.pictures.sheet import Layout, parse_layout, save_frames, sheet


def test_frames_are_where_the_json_says(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (7, 4, 6, 4), np.uint8)
    layout = parse_layout("3x4")
    whole = sheet(pictures, layout)
    save_frames(tmp_path / "s.png", layout, 7, 6, 4)
    written = json.loads((tmp_path / "s.json").read_text())
    assert written["meta"]["image"] == "s.png"
    assert (written["meta"]["size"]["h"], written["meta"]["size"]["w"]) == whole.shape[:2] == (16, 18)
    assert len(written["frames"]) == 7
    for picture, one in zip(pictures, written["frames"], strict=True):
        x, y, w, h = (one["frame"][key] for key in "xywh")
        assert np.array_equal(whole[y : y + h, x : x + w], picture)
    assert not whole[12:].any()


@pytest.mark.parametrize("text", ["", "8", "8x", "0x4", "8x0", "-1x2", "axb", "99999x1", "8x4x2"])
def test_what_is_no_layout_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="give columns and rows, such as 8x4"):
        parse_layout(text)
    assert parse_layout(" 8X4 ") == Layout(8, 4)


def test_an_enlarged_pixel_is_a_square_or_smooth() -> None:
    picture = np.zeros((1, 4, 4, 3), np.uint8)
    picture[0, :, 2:] = 200
    squares, smooth = scaled(picture, 4, nearest=True), scaled(picture, 4, nearest=False)
    assert squares.shape == smooth.shape == (1, 16, 16, 3)
    assert set(np.unique(squares)) == {0, 200}
    assert len(np.unique(smooth)) > 4
    assert scaled(picture, 1, nearest=False) is picture
    assert scaled(picture[..., :1], 3, nearest=False).shape == (1, 12, 12, 1)


def test_what_is_hidden_does_not_come_into_view_when_enlarged() -> None:
    picture = np.zeros((1, 8, 8, 4), np.uint8)
    picture[..., :3], picture[0, :, :4] = 255, (200, 20, 20, 255)
    seen = scaled(picture, 4, nearest=False)
    assert np.abs(seen[seen[..., 3] > 20][:, :3].astype(int) - (200, 20, 20)).max() <= 2
