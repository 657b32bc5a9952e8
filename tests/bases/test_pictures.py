"""Pictures with opacity on a board of squares."""

import numpy as np

from limner.bases.pictures import on_squares


def test_what_is_transparent_shows_the_board() -> None:
    pictures = np.zeros((1, 16, 16, 4), np.uint8)
    pictures[0, :, :4] = (9, 8, 7, 255)
    shown = on_squares(pictures)[0]
    assert (shown[:, :4] == [9, 8, 7]).all()
    assert set(np.unique(shown[:, 4:])) == {160, 220}
