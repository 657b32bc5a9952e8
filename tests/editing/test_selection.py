"""Selections reach what they name, and edits of objects what is selected."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from limner.editing import Canvas, apply, parse
from limner.errors import LimnerError, UsageError

SQUARE = np.zeros((48, 64), bool)
SQUARE[10:30, 20:40] = True


def _selected(texts: list[str], picture: np.ndarray) -> np.ndarray:
    canvas = Canvas(picture)
    for text in texts:
        canvas = parse(text).apply(canvas)
    assert canvas.selection is not None
    assert np.array_equal(canvas.pixels, picture)
    return canvas.selection


@pytest.mark.parametrize(
    "text",
    [
        "select-box:left=20,top=10,width=20,height=20",
        "select-colour:colour=#dc283c,tolerance=4",
        "select-object:left=16,top=6,width=28,height=28",
    ],
)
def test_a_square_is_selected(text: str, picture: np.ndarray) -> None:
    assert np.abs(_selected([text], picture) - SQUARE).mean() < 0.01
    assert np.abs(_selected([text, "select-rest"], picture) - ~SQUARE).mean() < 0.01


def test_selections_are_combined(opaque: np.ndarray) -> None:
    box = "select-box:left=20,top=10,width=20,height=20"
    half = "select-box:left=30,top=0,width=34,height=48,mode="
    right = np.arange(64)[None] >= 30
    for mode, expected in (("add", SQUARE | right), ("subtract", SQUARE & ~right), ("intersect", SQUARE & right)):
        assert np.array_equal(_selected([box, half + mode], opaque) > 0.5, expected)
    soft = _selected([f"{box},feather=3"], opaque)
    assert 0.3 < soft[20, 20] < 0.7


def test_a_mask_says_what_is_selected(opaque: np.ndarray, tmp_path: Path) -> None:
    mask = tmp_path / "mask.png"
    Image.fromarray((255 * SQUARE).astype(np.uint8)).save(mask)
    assert np.array_equal(_selected([f"select-mask:{mask}"], opaque), SQUARE.astype(np.float32))
    Image.new("L", (64, 48)).save(mask)
    with pytest.raises(UsageError, match="selects nothing"):
        apply([parse(f"select-mask:{mask}")], opaque)
    Image.new("L", (10, 10), 255).save(mask)
    with pytest.raises(UsageError, match="10x10, but the picture is 64x48"):
        apply([parse(f"select-mask:{mask}")], opaque)


def test_what_is_taken_out_leaves_what_was_around_it() -> None:
    ramp = np.repeat(np.linspace(40, 200, 64)[None, :, None], 48, 0).repeat(3, 2).astype(np.uint8)
    spoiled = ramp.copy()
    spoiled[20:26, 30:36] = (255, 0, 0)
    edits = [parse("select-colour:red"), parse("remove")]
    assert np.abs(apply(edits, spoiled).astype(int) - ramp).max() < 12


def test_a_blurred_background_takes_nothing_from_the_object() -> None:
    pixels = np.full((48, 64, 3), 50, np.uint8)
    pixels[SQUARE] = (250, 20, 20)
    edits = [parse("select-colour:colour=#fa1414"), parse("select-rest"), parse("blur:6")]
    assert np.abs(apply(edits, pixels).astype(int) - pixels).max() <= 1


def test_a_background_is_made_transparent_or_another(picture: np.ndarray, tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    Image.new("RGB", (20, 30), (1, 2, 3)).save(other)
    chosen = [parse("select-box:left=20,top=10,width=20,height=20"), parse("select-rest")]
    erased = apply([*chosen, parse("erase")], picture)
    assert (erased[~SQUARE][:, 3] == 0).all()
    assert (erased[SQUARE][:, 3] > 0).any()
    filled = apply([*chosen, parse(f"fill:{other}")], picture)
    assert (filled[~SQUARE] == (1, 2, 3, 255)[: picture.shape[2]]).all()
    assert np.array_equal(filled[SQUARE], picture[SQUARE])


@pytest.mark.parametrize("blend", ["none", "poisson"])
def test_an_object_is_moved_and_its_place_continued(blend: str) -> None:
    pixels = np.full((48, 64, 3), 90, np.uint8)
    pixels[10:20, 10:20] = (200, 40, 40)
    edits = [parse("select-box:left=7,top=7,width=16,height=16"), parse(f"move:right=30,down=20,blend={blend}")]
    expected = np.full((48, 64, 3), 90, np.uint8)
    expected[30:40, 40:50] = (200, 40, 40)
    assert np.abs(apply(edits, pixels).astype(int) - expected).mean() < 1.5
    assert np.array_equal(apply([edits[0], parse("move")], pixels), pixels)


def test_a_picture_is_pasted_as_far_as_it_is_opaque(picture: np.ndarray, tmp_path: Path) -> None:
    stamp = np.zeros((10, 10, 4), np.uint8)
    stamp[2:8, 2:8] = (1, 200, 3, 255)
    Image.fromarray(stamp).save(tmp_path / "stamp.png")
    pasted = apply([parse(f"paste:file={tmp_path / 'stamp.png'},left=5,top=-4")], picture)
    expected = picture.copy()
    expected[0:4, 7:13] = (1, 200, 3, 255)[: picture.shape[2]]
    assert np.array_equal(pasted, expected)
    ramp = np.full((48, 64, 3), 120, np.uint8)
    joined = apply([parse(f"paste:file={tmp_path / 'stamp.png'},left=20,top=20,blend=poisson")], ramp)
    assert np.abs(joined.astype(int) - 120).max() <= 3, "what has no inner gradient takes the ground's colour"


def test_what_is_pasted_is_scaled_and_turned(tmp_path: Path) -> None:
    stamp = np.zeros((8, 16, 4), np.uint8)
    stamp[:, :8], stamp[:, 8:] = (250, 0, 0, 255), (0, 0, 250, 255)  # red on the left, blue on the right
    Image.fromarray(stamp).save(tmp_path / "stamp.png")
    ground = np.full((64, 64, 3), 128, np.uint8)

    def where(colour: tuple[int, int, int], arguments: str) -> tuple[np.ndarray, int]:
        pasted = apply([parse(f"paste:file={tmp_path / 'stamp.png'},{arguments}")], ground)
        found = np.argwhere((np.abs(pasted.astype(int) - colour) < 60).all(2))
        return found.mean(0), len(found)

    for factor, left in ((0.5, 10), (2.0, 10)):
        (row, column), count = where((250, 0, 0), f"left={left},top=20,scale={factor}")
        assert count == pytest.approx(64 * factor**2, rel=0.3)
        assert (row, column) == pytest.approx((20 + 4 * factor, left + 4 * factor), abs=1.5)
    # a quarter against the clock: what was on the right is above
    red, blue = (where(colour, "left=20,top=30,angle=90")[0] for colour in ((250, 0, 0), (0, 0, 250)))
    assert red[0] == pytest.approx(blue[0] + 8, abs=1)
    assert (red + blue)[0] / 2 == pytest.approx(33.5, abs=1)
    assert (red + blue)[1] / 2 == pytest.approx(27.5, abs=1)


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        (["select-colour:colour=#00ff00,tolerance=1", "exposure:1"], "nothing is selected by this"),
        (["erase"], "nothing is selected"),
        (["remove"], "nothing is selected"),
        (["move:right=3"], "nothing is selected"),
        (["select-box:left=0,top=0,width=9,height=9", "move:right=-10"], "would stay within"),
        (["paste:missing.png"], "missing.png"),
        (["select-box:left=0,top=0,width=64,height=48", "remove"], "nothing is left to continue"),
        (["select-box:left=60,top=0,width=20,height=5"], "not within 64x48"),
        (["select-object:left=0,top=0,width=64,height=48"], "around it"),
        (["select-mask:missing.png"], "missing.png"),
        (["fill:missing.png"], "missing.png"),
        (["fill:nocolour"], "not a colour"),
    ],
)
def test_what_cannot_be_done_is_refused(texts: list[str], line: str, opaque: np.ndarray) -> None:
    with pytest.raises(LimnerError, match=line):
        apply([parse(text) for text in texts], opaque)
