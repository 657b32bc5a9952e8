"""Looks: pure functions that keep shape, opacity and seed, and do what each is named after."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from limner.errors import LimnerError, UsageError
from limner.pictures import open_picture, open_pixels, read_provenance, save, save_walk
from limner.replay import replay
from limner.style import flow, run
from limner.style.looks import LOOKS, apply_look, check_look, surface
from limner.style.looks.pixel_art import cell_size
from limner.style.looks.request import LookRequest, LookStylizer
from limner.style.video import read_frames


@pytest.fixture(autouse=True)
def _small_canvas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks are made at least this large, which is what takes time."""
    monkeypatch.setattr(surface, "MIN_SIDE", 192)
    for name in ("oil", "pen", "woodcut", "mosaic", "paper_cut", "watercolour"):
        module = sys.modules[f"limner.style.looks.{name}"]
        if hasattr(module, "ANALYSIS_SIDE"):
            monkeypatch.setattr(module, "ANALYSIS_SIDE", 384)


def _photo(height: int = 60, width: int = 80) -> np.ndarray:
    """A red disc on a blue ground that becomes lighter to the right."""
    rows, columns = np.mgrid[:height, :width]
    ground = np.stack([40 + columns, 60 + columns, 120 + columns], 2).clip(0, 255)
    disc = np.hypot(rows - height / 2, columns - width / 2) < height / 3
    return np.where(disc[..., None], np.uint8([200, 40, 30]), ground.astype(np.uint8))


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_keeps_shape_and_opacity_and_follows_its_seed(name: str) -> None:
    alpha = np.uint8(255 * (np.mgrid[:60, :80][1] > 20))[..., None]
    photo = np.concatenate([np.where(alpha, _photo(), np.uint8(0)), alpha], 2)
    made = apply_look(photo, name)
    assert made.dtype == np.uint8
    if name != "pixel-art":
        assert np.array_equal(made[..., 3:], alpha)
        assert not made[:, :20, :3].any()  # what is hidden stays
    assert np.array_equal(made, apply_look(photo, name))
    assert (name == "pixel-art") == np.array_equal(made, apply_look(photo, name, seed=1))
    seen = made[:, 22:, :3].astype(int) - photo[:, 22:, :3]
    assert np.abs(seen).mean() > 3  # it does something
    # the disc is still told from its ground
    disc, ground = made[25:35, 35:45, :3].mean((0, 1)), made[:8, 60:, :3].mean((0, 1))
    assert np.abs(disc - ground).max() > 30


@pytest.mark.parametrize("name", LOOKS)
@pytest.mark.parametrize("shape", [(8, 40), (9, 9)])
def test_the_smallest_pictures_and_flat_ones_have_looks(name: str, shape: tuple[int, int]) -> None:
    for level in (0, 128, 255):
        flat = np.full((*shape, 3), level, np.uint8)
        made = apply_look(flat, name)
        assert made.shape == flat.shape
        assert abs(made.mean() - level) < 70  # black stays dark, and white light


def test_strength_mixes_the_look_with_the_picture() -> None:
    photo = _photo()
    whole, half = apply_look(photo, "pen"), apply_look(photo, "pen", 0.5)
    assert np.array_equal(apply_look(photo, "pen", 0), photo)
    assert np.abs(half.astype(float) - (whole.astype(float) + photo) / 2).max() <= 0.5


def test_pen_and_woodcut_have_ink_and_paper_alone_and_keep_tones() -> None:
    ramp = np.repeat(np.linspace(0, 255, 160).astype(np.uint8)[None, :, None], 60, 0).repeat(3, 2)
    for name in ("pen", "woodcut"):
        made = apply_look(np.ascontiguousarray(ramp), name).astype(float).mean(2)
        columns = cv2.blur(made, (20, 60))[30]
        assert columns[150] - columns[10] > 100  # dark stays dark, light stays light
        assert np.ptp(apply_look(ramp, name).astype(int), 2).max() < 40


def test_pixel_art_has_squares_of_a_few_colours() -> None:
    made = apply_look(_photo(64, 80), "pixel-art")
    cell = cell_size(64, 80)
    squares = made.reshape(64 // cell, cell, 80 // cell, cell, 3)
    assert np.array_equal(squares, np.broadcast_to(squares[:, :1, :, :1], squares.shape))
    assert len(np.unique(made.reshape(-1, 3), axis=0)) <= 28


def test_the_flow_runs_along_edges() -> None:
    stripes = np.repeat(np.sin(np.arange(64) / 3)[None, :, None], 64, 0).repeat(3, 2).astype(np.float32)
    directions = flow.flow(stripes, 4.0)
    assert np.abs(directions[20:44, 20:44, 1]).min() > 0.95  # down the stripes, not across them
    noise = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
    smooth = flow.along(noise, directions, 6.0)[16:48, 16:48]
    assert np.abs(np.diff(smooth, axis=0)).mean() < 0.6 * np.abs(np.diff(smooth, axis=1)).mean()


def test_a_look_that_is_not_there_names_the_nearest_and_all() -> None:
    with pytest.raises(UsageError, match=r"did you mean 'watercolour'\? Looks: paper-cut, oil") as caught:
        check_look("watercolor")
    assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="choose from: paper-cut, oil"):
        check_look("zzzzzz")


def test_it_is_saved_with_how_it_was_made_and_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save(_photo(), "photo.png")
    save(np.uint8(255 * (np.mgrid[:60, :80][1] >= 40)), "mask.png")
    asked = LookRequest(look="woodcut", strength=0.8, mask="mask.png", seed=3, size=64)
    assert run.carry_out(asked, Path("photo.png"), Path("out.png")) == []
    made = read_provenance("out.png")
    assert (made["kind"], made["ai_generated"], made["look"]["look"]) == ("look", False, "woodcut")
    result, difference = replay(Path("out.png"))
    assert difference == 0
    assert result.shape == (48, 64, 3)
    small = cv2.resize(_photo(), (64, 48), interpolation=cv2.INTER_AREA)
    assert np.array_equal(result[:, :31], small[:, :31])  # black in the mask
    assert not np.array_equal(result[:, 33:], small[:, 33:])
    run.carry_out(asked, Path("photo.png"), Path("unnamed.png"), anonymous=True)
    assert "photo.png" not in str(read_provenance("unnamed.png"))
    save(_photo()[::-1], "photo.png")
    with pytest.raises(LimnerError, match=r"made of another photo\.png"):
        replay(Path("out.png"))


def test_folders_and_jpegs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    save(_photo(), "in/a.png")
    Path("in/b.txt").write_text("no picture")
    (line,) = run.carry_out(LookRequest(look="pixel-art"), Path("in"), Path("out"))
    assert "b.txt" in line
    assert open_pixels(Path("out/a.png")).shape == (60, 80, 3)
    save(np.zeros((40, 40, 4), np.uint8), "clear.png")
    run.carry_out(LookRequest(look="pixel-art"), Path("clear.png"), Path("out.jpg"))
    assert np.asarray(open_picture("out.jpg")).min() > 250


def test_masks_that_say_nothing_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save(_photo(), "photo.png")
    for name, level in (("black.png", 0), ("white.png", 255)):
        save(np.full((60, 80), level, np.uint8), name)
    with pytest.raises(UsageError, match=r"black\.png is black everywhere"):
        run.carry_out(LookRequest(look="pixel-art", mask="black.png"), Path("photo.png"), Path("out.png"))
    assert not Path("out.png").exists()
    (line,) = run.carry_out(LookRequest(look="pixel-art", mask="white.png"), Path("photo.png"), Path("out.png"))
    assert "white.png is white everywhere" in line


def test_a_look_needs_no_torch(tmp_path: Path) -> None:
    save(_photo(), tmp_path / "photo.png")
    script = "import sys; from limner.style.run import carry_out; from limner.style.looks.request import LookRequest\n"
    script += "from pathlib import Path; carry_out(LookRequest(look='pixel-art'), Path('photo.png'), Path('out.png'))\n"
    script += (
        "from limner.replay import replay; assert replay(Path('out.png'))[1] == 0; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)


def test_a_film_is_drawn_frame_by_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    frames = [np.roll(_photo(), 4 * index, 1) for index in range(3)]
    save_walk(iter(frames), "film.gif", 5, {"kind": "walk"})
    run.carry_out(LookRequest(look="pixel-art"), Path("film.gif"), Path("out.gif"))
    drawn, sources = (list(read_frames(Path(name))[1]) for name in ("out.gif", "film.gif"))
    assert len(drawn) == 3
    alone = LookStylizer(LookRequest(look="pixel-art")).stylize(np.ascontiguousarray(sources[2]))
    assert np.abs(drawn[2].astype(int) - alone).mean() < 4  # but for the palette of a GIF
