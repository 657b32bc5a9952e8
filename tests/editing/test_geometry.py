"""Places move to where they should, and what is uncovered is filled as asked."""

import numpy as np
import pytest

from limner.editing import apply, parse


def test_quarter_turns_are_exact(picture: np.ndarray) -> None:
    assert np.array_equal(apply([parse("rotate:90")], picture), np.rot90(picture))
    assert np.array_equal(apply([parse("rotate:90"), parse("rotate:-90")], picture), picture)
    assert np.array_equal(apply([parse("flip"), parse("flip")], picture), picture)


def test_turning_there_and_back_returns_the_middle(opaque: np.ndarray) -> None:
    back = apply([parse("rotate:angle=20"), parse("rotate:angle=-20")], opaque)
    top, left = (back.shape[0] - 48) // 2, (back.shape[1] - 64) // 2
    middle = back[top + 12 : top + 36, left + 16 : left + 48, :3].astype(int)
    assert np.abs(middle - opaque[12:36, 16:48]).mean() < 6


def test_a_picture_grows_until_all_of_it_is_seen(opaque: np.ndarray) -> None:
    turned = apply([parse("rotate:45")], opaque)
    assert (turned[..., 3] / 255).sum() == pytest.approx(48 * 64, rel=0.01)
    assert apply([parse("rotate:angle=45,grow=no")], opaque).shape == (48, 64, 4)


@pytest.mark.parametrize(
    ("fill", "left"), [("red", (255, 0, 0)), ("edge", (10, 20, 30)), ("mirror", (40, 50, 60)), ("transparent", None)]
)
def test_what_is_uncovered_is_filled(fill: str, left: tuple[int, int, int] | None) -> None:
    pixels = np.full((5, 5, 3), 200, np.uint8)
    pixels[:, 0], pixels[:, 1] = (10, 20, 30), (40, 50, 60)
    padded = apply([parse(f"pad:left=1,fill={fill}")], pixels)
    assert padded.shape[:2] == (5, 6)
    if left is None:
        assert (padded[:, 0, 3] == 0).all()
        assert (padded[:, 1:, 3] == 255).all()
    else:
        assert (padded[:, 0] == left).all()
    assert (padded[:, 1:, :3] == pixels).all()


def test_colours_of_the_transparent_do_not_bleed() -> None:
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[..., 0] = 255  # red, and transparent, but for a blue square
    pixels[5:15, 5:15] = (0, 0, 255, 255)
    moved = apply([parse("translate:right=0.5,down=0.5")], pixels)
    assert moved[..., 0][moved[..., 3] > 20].max() <= 2


def test_corners_go_where_they_are_sent() -> None:
    pixels = np.full((101, 101, 3), 255, np.uint8)
    shape = apply([parse("perspective:corners=[0.2,0,-0.2,0,0,0,0,0],fill=black")], pixels)[..., 0] > 127
    assert abs(int(shape[0].argmax()) - 20) <= 1
    assert abs(int(shape[50].argmax()) - 10) <= 1
    assert abs(int(shape[100].argmax())) <= 1


def test_size_follows_the_side_that_is_given(opaque: np.ndarray) -> None:
    assert apply([parse("scale:width=32")], opaque).shape == (24, 32, 3)
    assert apply([parse("scale:height=96")], opaque).shape == (96, 128, 3)
    assert apply([parse("scale:width=10,height=50")], opaque).shape == (50, 10, 3)
