"""Edits of transparent pictures: nothing that is hidden comes into view, and what is put down is seen."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from limner.editing import apply, parse
from limner.pictures import composed

INSIDE = np.zeros((40, 40), bool)
INSIDE[10:30, 10:30] = True


def _sprite(hidden: int, colour: tuple[int, int, int] = (200, 60, 30)) -> np.ndarray:
    pixels = np.full((40, 40, 4), (hidden, hidden, hidden, 0), np.uint8)
    pixels[INSIDE] = (*colour, 255)
    return pixels


@pytest.mark.parametrize(
    "text",
    [
        "blur:3",
        "sharpen:2",
        "denoise:0.3",
        "clahe",
        "relight:90",
        "white-balance",
        "exposure:0.5",
        "hue:90",
        "recolour:from=#c83c1e,to=teal",
        "rotate:20",
        "scale:0.7",
        "scale:2",
        "translate:right=2.5,down=1.25",
        "perspective:[0.1, 0, 0, 0.1, 0, 0, 0, 0]",
    ],
)
def test_whatever_is_hidden_what_is_seen_is_the_same(text: str) -> None:
    black, white = (composed(apply([parse(text)], _sprite(hidden)), "teal") for hidden in (0, 255))
    assert np.abs(black.astype(int) - white).max() <= 1


def test_colours_at_the_edge_do_not_take_from_the_nothing_beside_them() -> None:
    for text in ("blur:2", "rotate:15", "scale:3"):  # a cubic filter may overshoot, which is brighter, not darker
        after = apply([parse(text)], _sprite(0, (200, 200, 200)))
        alpha = after[..., 3]
        edge = (alpha > 60) & (alpha < 255)
        assert (after[edge][:, :3] >= 190).all(), text


def test_what_is_moved_or_pasted_is_seen_where_nothing_was(tmp_path: Path) -> None:
    chosen = "select-box:left=8,top=8,width=24,height=24"
    moved = apply([parse(chosen), parse("move:right=8,down=5")], _sprite(255))
    expected = np.roll(_sprite(0), (5, 8), (0, 1))
    assert np.array_equal(moved[..., 3], expected[..., 3])
    assert np.array_equal(moved[moved[..., 3] > 0], expected[expected[..., 3] > 0])
    Image.fromarray(np.full((5, 5, 3), (1, 2, 3), np.uint8)).save(tmp_path / "stamp.png")
    pasted = apply([parse(f"paste:file={tmp_path / 'stamp.png'},left=1,top=2")], _sprite(9))
    assert (pasted[2:7, 1:6] == (1, 2, 3, 255)).all()
    assert (pasted[10:30, 10:30] == _sprite(9)[10:30, 10:30]).all()


def test_what_stands_on_nothing_leaves_nothing_and_a_mark_on_it_leaves_what_is_around() -> None:
    gone = apply([parse("select-box:left=9,top=9,width=22,height=22"), parse("remove")], _sprite(0))
    assert (gone[..., 3] == 0).all()
    marked = _sprite(0)
    marked[12:16, 12:16, :3] = 20
    mended = apply([parse("select-box:left=11,top=11,width=6,height=6"), parse("remove")], marked)
    assert (mended[INSIDE][:, 3] == 255).all()
    assert (np.abs(mended[12:16, 12:16, :3].astype(int) - (200, 60, 30)) < 12).all()
