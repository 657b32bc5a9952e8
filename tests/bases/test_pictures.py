"""Pictures with opacity on their way into the networks and out of them."""

from pathlib import Path

import numpy as np

from limner.bases.pictures import Premultiplied, on_squares
from limner.data import write_dataset
from limner.images import to_uint8


def test_colours_are_multiplied_by_alpha(tmp_path: Path) -> None:
    pictures = np.zeros((2, 8, 8, 4), np.uint8)
    pictures[0], pictures[1] = (255, 100, 0, 0), (255, 100, 0, 51)
    write_dataset(tmp_path / "two", pictures, {"source": ["a", "b"]})
    images = Premultiplied.open(tmp_path / "two").images([0, 1])
    assert images.shape == (2, 4, 8, 8)
    assert (images[0] == -1).all()
    assert np.allclose(images[1, :, 0, 0], [0.4 - 1, 40 / 255 - 1, -1, 0.4 - 1])
    assert to_uint8(images)[1, 0, 0].tolist() == [51, 20, 0, 51]


def test_what_is_see_through_shows_the_board() -> None:
    pictures = np.zeros((1, 16, 16, 4), np.uint8)
    pictures[0, :, :4] = (9, 8, 7, 255)
    shown = on_squares(pictures)[0]
    assert (shown[:, :4] == [9, 8, 7]).all()
    assert set(np.unique(shown[:, 4:])) == {160, 220}
