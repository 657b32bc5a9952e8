"""What is missing is continued from what is around it, and nothing else changes."""

import numpy as np
import pytest

from limner.editing import Canvas, apply, parse
from limner.editing.inpainting import INPAINTERS, auto, biharmonic, inpaint, patches
from limner.errors import UsageError

WAYS = list(INPAINTERS)


def _bricks(height: int, width: int) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width]
    stone = (rows // 8 % 2 * 6 + columns) % 12
    grey = np.where((rows % 8 < 2) | (stone < 2), 200, 60 + 8 * stone)
    return np.stack([grey, grey // 2 + 40, 90 + grey // 3], 2).astype(np.uint8)


def _hole(shape: tuple[int, ...], top: int, left: int, tall: int, wide: int) -> np.ndarray:
    hole = np.zeros(shape[:2], bool)
    hole[top : top + tall, left : left + wide] = True
    return hole


def _off(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


@pytest.mark.parametrize("by", WAYS)
@pytest.mark.parametrize("box", [(10, 12, 14, 20), (0, 0, 12, 9), (0, 30, 48, 12), (47, 63, 1, 1), (20, 5, 2, 50)])
def test_nothing_but_the_hole_changes_and_twice_the_same(
    by: str, box: tuple[int, int, int, int], picture: np.ndarray
) -> None:
    hole = _hole(picture.shape, *box)
    spoiled, before = picture.copy(), picture.copy()
    spoiled[..., :3][hole] = (255, 0, 255)
    filled = inpaint(spoiled, hole, by)
    assert filled.dtype == np.uint8
    assert filled.shape == (48, 64, 3)
    assert np.array_equal(filled[~hole], before[..., :3][~hole])
    assert np.array_equal(inpaint(spoiled, hole, by), filled)
    assert not (filled[hole] == (255, 0, 255)).all(1).any(), "what was taken out is still there"


@pytest.mark.parametrize("box", [(30, 40, 34, 38), (0, 0, 30, 30), (50, 80, 46, 48)])
def test_a_texture_goes_on(box: tuple[int, int, int, int]) -> None:
    bricks = _bricks(96, 128)
    hole = _hole(bricks.shape, *box)
    spoiled = np.where(hole[..., None], np.uint8(0), bricks)
    assert _off(patches(spoiled, hole)[hole], bricks[hole]) < 4
    assert _off(INPAINTERS["marching"](spoiled, hole)[hole], bricks[hole]) > 15


def test_an_edge_between_two_grounds_goes_on() -> None:
    rows, columns = np.mgrid[:90, :120]
    grain = np.random.default_rng(0).integers(-12, 13, (90, 120))
    picture = np.repeat((np.where(rows > 45 + columns / 20, 60, 180) + grain)[..., None], 3, 2).astype(np.uint8)
    hole = _hole(picture.shape, 25, 40, 40, 40)
    filled = patches(np.where(hole[..., None], np.uint8(0), picture), hole)
    sides = (filled[..., 0] < 120) == (rows > 45 + columns / 20)
    assert sides[hole].mean() > 0.95
    assert 0.6 < filled[hole & (rows < 44)].std() / picture[hole & (rows < 44)].std() < 1.4, "grain stays grain"


@pytest.mark.parametrize("box", [(30, 30, 25, 30), (40, 0, 6, 100), (0, 60, 4, 30)])
def test_shades_go_on_smoothly(box: tuple[int, int, int, int]) -> None:
    rows, columns = np.mgrid[:90, :120]
    shades = np.stack([2 * columns, 2 * rows + 20, 120 + (columns - 60) ** 2 / 60 - (rows - 45) ** 2 / 45], 2)
    shades = (shades // 1).clip(0, 255).astype(np.uint8)
    hole = _hole(shades.shape, *box)
    filled = biharmonic(np.where(hole[..., None], np.uint8(255), shades), hole)
    assert _off(filled[hole], shades[hole]) < 2


def test_many_unknowns_are_solved_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, columns = np.mgrid[:70, :80]
    shades = np.stack([3 * columns, 3 * rows, 2 * columns + rows], 2).astype(np.uint8)
    hole = _hole(shades.shape, 12, 12, 46, 50)
    once = biharmonic(shades, hole)
    monkeypatch.setattr("limner.editing.poisson.MAX_DIRECT_UNKNOWNS", 400)
    assert np.abs(biharmonic(shades, hole).astype(int) - once).max() <= 1


def test_a_large_picture_is_searched_in_small_and_copied_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    picture = np.repeat(rng.integers(40, 200, (120, 161, 1)), 3, 2).astype(np.uint8)
    hole = _hole(picture.shape, 31, 43, 41, 55)
    monkeypatch.setattr("limner.editing.inpainting.MAX_AREA", 6000)
    filled = patches(np.where(hole[..., None], np.uint8(255), picture), hole)
    assert np.array_equal(filled[~hole], picture[~hole])
    assert filled[hole].std() > 0.8 * picture.std(), "it is as sharp as what is around it"


def test_what_is_thin_is_smooth_and_what_is_not_is_patches() -> None:
    bricks = _bricks(96, 128)
    thin, thick = _hole(bricks.shape, 5, 10, 3, 80), _hole(bricks.shape, 40, 40, 30, 30)
    assert np.array_equal(auto(bricks, thin), biharmonic(bricks, thin))
    assert np.array_equal(auto(bricks, thick), patches(bricks, thick))
    both = auto(bricks, thin | thick)
    assert np.array_equal(both[thin], biharmonic(bricks, thin)[thin])
    assert _off(both[thick], bricks[thick]) < 4


@pytest.mark.parametrize("by", WAYS)
@pytest.mark.parametrize("shape", [(1, 2), (2, 1), (3, 3), (6, 9), (7, 7), (8, 30), (1, 40)])
def test_tiny_pictures_are_filled(by: str, shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), 90, np.uint8)
    hole = np.zeros(shape, bool)
    hole[0, : max(1, shape[1] // 2)] = True
    if hole.all():
        hole[0, 0] = False
    filled = inpaint(np.where(hole[..., None], np.uint8(7), picture), hole, by)
    assert np.abs(filled.astype(int) - 90).max() <= (20 if by == "marching" else 1)  # it is rough at borders


@pytest.mark.parametrize("by", WAYS)
def test_a_hole_may_be_larger_than_what_is_around_it(by: str, opaque: np.ndarray) -> None:
    hole = ~_hole(opaque.shape, 20, 30, 9, 10)
    filled = inpaint(opaque, hole, by)
    assert np.array_equal(filled[~hole], opaque[~hole])


@pytest.mark.parametrize("by", WAYS)
def test_grey_stays_grey(by: str, opaque: np.ndarray) -> None:
    grey = np.repeat(opaque[..., :1], 3, 2)
    filled = inpaint(grey, _hole(grey.shape, 12, 12, 20, 20), by)
    assert np.ptp(filled, axis=2).max() <= 1


def test_the_transparent_is_no_ground() -> None:
    bricks = np.concatenate([_bricks(60, 80), np.full((60, 80, 1), 255, np.uint8)], 2)
    bricks[:, 50:] = (255, 0, 0, 0)
    after = parse("remove").apply(Canvas(bricks, _hole(bricks.shape, 20, 25, 20, 25).astype(np.float32)))
    assert np.array_equal(after.pixels[..., 3], bricks[..., 3])
    assert np.array_equal(after.pixels[:, 50:], bricks[:, 50:])
    assert _off(after.pixels[20:40, 25:50, :3], _bricks(60, 80)[20:40, 25:50]) < 15
    with pytest.raises(UsageError, match="left to continue"):
        inpaint(bricks, _hole(bricks.shape, 0, 0, 60, 50))


def test_an_empty_selection_removes_nothing(picture: np.ndarray) -> None:
    nothing = Canvas(picture, np.zeros(picture.shape[:2], np.float32))
    assert np.array_equal(parse("remove").apply(nothing).pixels, picture)


@pytest.mark.parametrize("by", WAYS)
def test_a_selection_is_taken_out_as_asked(by: str) -> None:
    plain = np.full((60, 80, 3), (90, 120, 60), np.uint8)
    plain[20:34, 30:50] = (250, 20, 20)
    selected = parse("select-box:left=29,top=19,width=22,height=16")
    assert np.abs(apply([selected, parse(f"remove:{by}")], plain).astype(int) - (90, 120, 60)).max() <= 3


@pytest.mark.parametrize(
    "text",
    [
        "pad:left=20,bottom=9,fill=content",
        "rotate:angle=8,fill=content",
        "translate:right=-25.5,down=12,fill=content",
        "perspective:corners=[0.1,0,-0.1,0,0,0,0,0],fill=content",
    ],
)
def test_new_ground_is_filled_by_what_is_there(text: str) -> None:
    bricks = _bricks(72, 96)
    filled = apply([parse(text)], bricks)
    edge = apply([parse(text.replace("content", "edge"))], bricks)
    clear = apply([parse(text.replace("content", "transparent"))], bricks)
    kept, new = clear[..., 3] == 255, clear[..., 3] == 0
    assert filled.shape == edge.shape
    assert np.array_equal(filled[kept], edge[kept])
    assert 0.8 < filled[new].std() / bricks.std() < 1.2, "as lively as the picture"
    assert np.array_equal(apply([parse(text)], bricks), filled)


def test_new_ground_is_opaque_and_the_old_as_it_was(picture: np.ndarray) -> None:
    padded = apply([parse("pad:left=8,top=3,fill=content")], picture)
    assert padded.shape == (51, 72, picture.shape[2])
    assert (padded[:3, :, 3:] == 255).all()
    assert np.array_equal(padded[3:, 8:, 3:], picture[..., 3:])


def test_ground_that_is_all_new_has_nothing_to_continue(opaque: np.ndarray) -> None:
    with pytest.raises(UsageError, match="left to continue"):
        apply([parse("translate:right=500,fill=content")], opaque)
    with pytest.raises(UsageError, match="by: "):
        parse("remove:magic")
