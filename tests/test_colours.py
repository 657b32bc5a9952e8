"""Colours where nothing is seen: they are those of what is seen nearest."""

import numpy as np

from limner.colours import alpha_of, visible


def test_what_is_hidden_takes_the_colour_of_what_is_seen_nearest() -> None:
    pixels = np.zeros((8, 12, 4), np.uint8)
    pixels[:, 2], pixels[:, 9] = (10, 20, 30, 255), (200, 100, 0, 1)
    colour = visible(pixels)
    assert (colour[:, :5] == (10, 20, 30)).all()
    assert (colour[:, 7:] == (200, 100, 0)).all()
    assert (visible(pixels[..., :3]) == pixels[..., :3]).all()
    pixels[..., 3] = 0
    assert (visible(pixels) == pixels[..., :3]).all()


def test_opacity_is_a_share_and_none_where_all_is_opaque() -> None:
    pixels = np.full((4, 4, 4), 255, np.uint8)
    assert alpha_of(pixels) is None
    assert alpha_of(pixels[..., :3]) is None
    pixels[0, 0, 3] = 51
    alpha = alpha_of(pixels)
    assert alpha is not None
    assert alpha[0, 0] == np.float32(0.2)
