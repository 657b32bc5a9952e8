"""Pictures with opacity as the networks of the bases see them: colours multiplied by alpha."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from limner.data.dataset import Dataset

SQUARE = 8
"""Pixels a side of the squares that pictures are shown on."""


class Premultiplied(Dataset):
    """A dataset of straight RGBA pictures that gives (B, 4, H, W): colours times alpha and alpha, all of them in [-1, 1]."""

    def images(self, indices: Sequence[int] | np.ndarray | Tensor) -> Tensor:
        rows = torch.from_numpy(np.asarray(self.pictures[np.asarray(indices, dtype=np.int64)]))
        values = rows.permute(0, 3, 1, 2).float().div_(255)
        values[:, :3] *= values[:, 3:]
        return values.mul_(2).sub_(1)


def on_squares(pictures: np.ndarray) -> np.ndarray:
    """Returns uint8 (n, H, W, 4), colours times alpha, over a board of two greys, uint8 (n, H, W, 3)."""
    height, width = pictures.shape[1:3]
    rows, columns = np.ogrid[:height, :width]
    board = np.where((rows // SQUARE + columns // SQUARE) % 2, 160.0, 220.0)[None, :, :, None]
    shown = pictures[..., :3] + board * (1 - pictures[..., 3:] / 255)
    return np.clip(np.rint(shown), 0, 255).astype(np.uint8)
