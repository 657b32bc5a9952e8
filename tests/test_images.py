"""Pictures as bytes and as tensors: what is hidden stays out, and what is seen comes back."""

from pathlib import Path

import numpy as np
import torch

from limner.data import Dataset, write_dataset
from limner.images import from_uint8, luma, over_grey, to_uint8, with_clean_alpha


def test_colours_are_multiplied_by_alpha(tmp_path: Path) -> None:
    pictures = np.zeros((2, 8, 8, 4), np.uint8)
    pictures[0], pictures[1] = (255, 100, 0, 0), (255, 100, 0, 51)
    write_dataset(tmp_path / "two", pictures, {"source": ["a", "b"]})
    images = Dataset.open(tmp_path / "two").images([0, 1])
    assert images.shape == (2, 4, 8, 8)
    assert (images[0] == -1).all()
    assert np.allclose(images[1, :, 0, 0], [0.4 - 1, 40 / 255 - 1, -1, 0.4 - 1])


def test_there_and_back_every_colour_that_is_seen_is_the_same() -> None:
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (4, 32, 32, 4), np.uint8)
    pictures[..., 3] *= random.integers(0, 2, pictures[..., 3].shape, np.uint8)
    back = to_uint8(from_uint8(pictures))
    assert (back[..., 3] == pictures[..., 3]).all()
    seen = pictures[..., 3] > 0
    assert (back[seen] == pictures[seen]).all()
    assert (back[~seen] == 0).all()
    for channels in (1, 3):
        assert (to_uint8(from_uint8(pictures[..., :channels])) == pictures[..., :channels]).all()


def test_what_a_network_hardly_shows_is_not_there_and_what_is_hardly_transparent_is_opaque() -> None:
    pictures = np.full((1, 1, 4, 4), 90, np.uint8)
    pictures[0, 0, :, 3] = (15, 16, 239, 240)
    cleaned = with_clean_alpha(pictures)
    assert cleaned[0, 0, :, 3].tolist() == [0, 16, 239, 255]
    assert cleaned[0, 0, 0].tolist() == [0, 0, 0, 0]
    assert (cleaned[0, 0, 1:, :3] == 90).all()
    assert with_clean_alpha(pictures[..., :3]) is not None


def test_white_and_black_things_are_told_from_nothing() -> None:
    pictures = np.zeros((3, 8, 8, 4), np.uint8)
    pictures[0, 2:6, 2:6], pictures[1, 2:6, 2:6], pictures[2, ..., :3] = 255, (0, 0, 0, 255), 255
    images = from_uint8(pictures)
    assert [sorted(set(one.unique().tolist())) for one in over_grey(images)] == [[0, 1], [-1, 0], [0]]
    assert torch.allclose(luma(images)[:, 0, 4, 4], torch.tensor([1.0, -1.0, 0.0]), atol=1e-6)
