"""A removal says how sure it is that no seam is seen, and warns where it is not."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edit_command import run_edit
from limner.editing import Canvas, parse
from limner.editing.inpainting import inpaint_judged


def _removed(picture: np.ndarray, left: int, top: int, width: int, height: int) -> Canvas:
    canvas = parse(f"select-box:left={left},top={top},width={width},height={height}").apply(Canvas(picture))
    return parse("remove").apply(canvas)


def _stripes() -> np.ndarray:
    columns = np.mgrid[:96, :128][1]
    return np.repeat((60 + 120 * (columns // 8 % 2))[..., None], 3, 2).astype(np.uint8)


def _clutter() -> np.ndarray:
    """Blocks of random colours, of which none is like another."""
    return np.kron(np.random.default_rng(0).integers(0, 255, (12, 16, 3)), np.ones((8, 8, 1))).astype(np.uint8)


def test_clutter_is_less_sure_than_a_texture_and_is_warned_of() -> None:
    texture, clutter = (_removed(picture, 40, 30, 40, 36) for picture in (_stripes(), _clutter()))
    assert texture.notes[0].confidence > 0.9
    assert texture.warnings == []
    assert clutter.notes[0].confidence < 0.5
    assert "the seam may be visible" in clutter.warnings[0]


def test_more_than_half_of_the_picture_is_done_and_warned_of() -> None:
    canvas = _removed(_stripes(), 0, 0, 100, 96)
    assert canvas.warnings == ["remove: 78% of the picture were removed, so most of what is seen there is made up."]


@pytest.mark.parametrize("by", ["marching", "biharmonic", "auto"])
def test_without_patches_nothing_is_judged(by: str) -> None:
    hole = np.zeros((96, 128), bool)
    hole[40:42, 20:90] = True
    assert inpaint_judged(_clutter(), hole, by)[1] == 1


def test_the_command_says_it_in_one_line(tmp_path: Path) -> None:
    Image.fromarray(_clutter()).save(tmp_path / "clutter.png")
    words = ["--op", "select-box:left=40,top=30,width=40,height=36", "--op", "remove"]
    assert (
        run_edit(tmp_path / "clutter.png", tmp_path / "out.png", *words).count("remove: the seam may be visible") == 1
    )


def test_a_folder_says_of_which_picture(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, picture in (("clutter", _clutter()), ("stripes", _stripes())):
        Image.fromarray(picture).save(tmp_path / "in" / f"{name}.png")
    words = ["--op", "select-box:left=40,top=30,width=40,height=36", "--op", "remove"]
    lines = run_edit(tmp_path / "in", tmp_path / "out", *words).splitlines()
    assert [line.split(": ")[0].endswith("clutter.png") for line in lines if "seam" in line] == [True]


def test_a_mask_of_everything_or_nothing_is_one_clear_line(tmp_path: Path) -> None:
    Image.fromarray(_stripes()).save(tmp_path / "stripes.png")
    for value, line in ((255, "everything is selected"), (0, "selects nothing")):
        Image.new("L", (128, 96), value).save(tmp_path / "mask.png")
        words = ["--op", f"select-mask:{tmp_path / 'mask.png'}", "--op", "remove"]
        assert line in run_edit(tmp_path / "stripes.png", tmp_path / "out.png", *words)
        assert not (tmp_path / "out.png").exists()
