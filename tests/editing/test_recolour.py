"""Hues that are turned and colours that are replaced: the right ones, by the right amount, and nothing else."""

import numpy as np
import pytest

from limner.colours import to_lab
from limner.editing import apply, parse
from limner.errors import UsageError

SKIN = [(224, 172, 138), (190, 130, 100), (120, 75, 55), (80, 50, 40)]


def _patches(*colours: tuple[int, int, int]) -> np.ndarray:
    """Returns stripes of colours, 20 pixels wide, uint8 (40, 20 n, 3)."""
    return np.repeat(np.array([colours], np.uint8), 20, 1).repeat(40, 0)


def _middle(picture: np.ndarray, stripe: int) -> np.ndarray:
    return picture[20, 20 * stripe + 10].astype(int)


def test_hues_are_turned_and_lightness_and_greys_stay() -> None:
    before = _patches((180, 120, 110), (128, 128, 128), (255, 255, 255), (0, 0, 0))
    after = apply([parse("hue:120")], before)
    assert np.array_equal(after[:, 20:], before[:, 20:])
    one, other = (to_lab(picture)[20, 10] for picture in (before, after))
    assert other[0] == pytest.approx(one[0], abs=1)
    turned = np.rad2deg(np.arctan2(other[2], other[1]) - np.arctan2(one[2], one[1])) % 360
    assert turned == pytest.approx(120, abs=3)
    assert np.abs(apply([parse("hue:-120")], after).astype(int) - before).max() <= 3


def test_the_usual_colour_becomes_the_new_one_and_its_shades_stay_in_order() -> None:
    before = _patches((200, 30, 30), (200, 30, 30), (150, 20, 22), (230, 70, 66), (40, 90, 200), (120, 120, 120))
    after = apply([parse("recolour:from=red,to=#208060")], before)
    assert np.abs(_middle(after, 0) - (0x20, 0x80, 0x60)).max() <= 15, "the median of its shades becomes it"
    assert np.array_equal(after[:, 85:], before[:, 85:]), "blue and grey are not red"
    lightness = [to_lab(after)[20, 20 * stripe + 10][0] for stripe in (2, 0, 3)]
    assert lightness == sorted(lightness)
    greener = after[20, 10:80:20, 1].astype(int) - after[20, 10:80:20, 0]
    assert (greener > 30).all()


def test_skin_is_spared_unless_it_is_asked_for() -> None:
    before = _patches((200, 30, 30), *SKIN)
    after = apply([parse("recolour:from=#d05030,to=blue,tolerance=60")], before)
    assert np.abs(after[:, 25:].astype(int) - before[:, 25:]).max() <= 2
    assert _middle(after, 0)[2] > _middle(after, 0)[0]
    with_skin = apply([parse("recolour:from=#d05030,to=blue,tolerance=60,skin=yes")], before)
    assert _middle(with_skin, 1)[2] - int(before[20, 30, 2]) > 60


def test_edges_are_soft() -> None:
    """Between a red that is replaced and a grey that stays, no pixel is further from both than they are from each other."""
    ramp = np.linspace(0, 1, 40)[None, :, None]
    before = np.rint((1 - ramp) * (200, 30, 30) + ramp * (150, 150, 150)).astype(np.uint8).repeat(30, 0)
    after = apply([parse("recolour:from=red,to=teal")], before).astype(int)
    assert np.abs(np.diff(after, axis=1)).max() < 40


def test_a_new_colour_may_be_grey_or_black() -> None:
    before = _patches((200, 30, 30), (40, 90, 200))
    grey = _middle(apply([parse("recolour:from=red,to=#303030")], before), 0)
    assert np.ptp(grey) <= 3
    assert np.abs(grey - 0x30).max() <= 6


def test_it_reaches_as_far_as_the_selection() -> None:
    before = _patches((200, 30, 30), (200, 30, 30))
    edits = [parse("select-box:left=0,top=0,width=20,height=40"), parse("recolour:from=red,to=teal")]
    after = apply(edits, before)
    assert np.array_equal(after[:, 20:], before[:, 20:])
    assert not np.array_equal(after[:, :20], before[:, :20])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("recolour:from=green,to=red", "nothing has the hue of green"),
        ("recolour:from=grey,to=red", "it has no hue; use select-colour"),
        ("recolour:from=rad,to=red", "'rad' is not a colour"),
        ("recolour:from=red", "to"),
        ("recolour:from=red,into=blue", "takes no 'into'"),
        ("recolour:red,to=blue,tolerance=0", "tolerance"),
    ],
)
def test_what_cannot_be_done_is_one_line(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as error:
        apply([parse(text)], _patches((200, 30, 30), (40, 90, 200)))
    assert "\n" not in str(error.value)


def test_pixel_art_keeps_its_pixels() -> None:
    sprite = np.random.default_rng(0).integers(0, 256, (6, 5, 4), np.uint8)
    sprite[..., 3] = np.where(sprite[..., 3] > 100, 255, 0)
    assert np.array_equal(apply([parse("scale:4,by=nearest")], sprite), sprite.repeat(4, 0).repeat(4, 1))
    assert np.array_equal(apply([parse("scale:4,by=nearest"), parse("scale:0.25,by=nearest")], sprite), sprite)
