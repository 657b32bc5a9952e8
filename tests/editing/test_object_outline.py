"""The object in a box is found with its edge, without the sky that the box encloses, as strokes say, and says how sure it is."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from edit_command import run_edit
from limner.editing import Canvas, apply, parse
from limner.editing.object_outline import find_object
from limner.errors import UsageError


def _scene(side: int = 160) -> tuple[np.ndarray, np.ndarray]:
    """A grained sky that brightens to the right, and before it a dark L-shape with a red spot; and where that is."""
    drawn = Image.new("L", (side, side))
    ImageDraw.Draw(drawn).polygon([(40, 40), (60, 40), (60, 100), (120, 100), (120, 120), (40, 120)], fill=255)
    shape = np.asarray(drawn) > 0
    rows, columns = np.mgrid[:side, :side]
    sky = np.stack([170 + columns / 3, 180 + columns / 4, 200 + rows / 6], 2)
    sky += np.random.default_rng(0).normal(0, 2, sky.shape)
    picture = np.where(shape[..., None], (60, 50, 40), sky)
    picture[44:52, 44:52] = (200, 20, 20)
    return picture.clip(0, 255).astype(np.uint8), shape


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def test_the_sky_that_a_box_encloses_is_left_out() -> None:
    picture, shape = _scene()
    found, confidence = find_object(picture, (36, 36, 90, 90))
    assert _overlap(found > 0.5, shape) > 0.95
    assert confidence > 0.9
    assert not found[:36].any()


def test_the_edge_is_found_at_full_size() -> None:
    picture, shape = _scene()
    large, large_shape = (np.kron(part, np.ones((6, 6, 1)[: part.ndim], np.uint8)) for part in (picture, shape))
    found, _ = find_object(large, (216, 216, 540, 540))
    assert _overlap(found > 0.5, large_shape > 0) > 0.95


def test_strokes_say_what_is_object_and_what_is_not() -> None:
    picture, shape = _scene()
    arm = np.zeros_like(shape)
    arm[100:120, 66:120] = True
    box = "select-object:left=36,top=36,width=90,height=90"
    without = parse(f"{box},background=[[70,110,118,110],[90,104,90,116]],brush=9").apply(Canvas(picture)).selection
    assert without is not None
    assert without[104:116, 80:110].mean() < 0.1
    assert without[60:95, 43:57].mean() > 0.9
    more = parse(f"{box},foreground=[[90,50,100,60]],brush=4").apply(Canvas(picture)).selection
    assert more is not None
    assert more[54:57, 93:98].mean() > 0.9


def test_an_object_that_does_not_fill_its_box_is_warned_of(tmp_path: Path) -> None:
    loose = np.full((160, 160, 3), 120, np.uint8)
    loose[30:42, 30:42] = (250, 20, 20)  # in a corner of its box, which a person would not draw so
    canvas = parse("select-object:left=20,top=20,width=120,height=120").apply(Canvas(loose))
    (note,) = canvas.notes
    assert note.edit == "select-object"
    assert note.confidence < 0.75
    assert canvas.warnings == [note.warning]
    Image.fromarray(loose).save(tmp_path / "loose.png")
    words = ["--op", "select-object:left=20,top=20,width=120,height=120", "--op", "exposure:1"]
    assert "the outline is unsure" in run_edit(tmp_path / "loose.png", tmp_path / "out.png", *words)


@pytest.mark.parametrize(
    ("stroke", "line"),
    [("foreground=[[1,2,3]]", "x, y, x, y"), ("background=[[500,2]]", "within 160x160"), ("brush=0", "brush")],
)
def test_strokes_that_cannot_be_are_refused(stroke: str, line: str) -> None:
    with pytest.raises(UsageError, match=line):
        apply([parse(f"select-object:left=36,top=36,width=90,height=90,{stroke}")], _scene()[0])
