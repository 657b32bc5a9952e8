"""The factor line: the shapes that the middle layers of a network see, and which way edges of luminance run."""

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from limner.style.luminance import luma

LAYERS = ("parts",)
"""The depth at which a network sees shapes."""
NUM_DIRECTIONS = 8
"""Directions of edges, over half a turn, that are told apart when they are matched; when they are measured, `NUM_BINS`."""
STRIDES = (2, 4)
"""Pixels a cell of luminance, at which edges are matched: fine and coarse ones."""
SHARPNESS = 4.0
"""The concentration of the von Mises distribution: about the distance of two directions."""
NUM_BINS = 36
"""Directions over half a turn, 5 degrees each, into which edges are counted when they are measured."""


def directed(images: Tensor, stride: int) -> Tensor:
    """Returns how strong edges are in each direction, (1, 8, H / stride, W / stride), of pictures (1, 3, H, W) in [-1, 1].

    An edge counts for the directions near its own as in a von Mises distribution of the doubled angle, so that it has a gradient.
    """
    grey = F.pad(F.avg_pool2d(luma(images), stride), (1, 1, 1, 1), mode="replicate")
    across = grey[..., 1:-1, 2:] - grey[..., 1:-1, :-2]
    down = grey[..., 2:, 1:-1] - grey[..., :-2, 1:-1]
    squared = across.square() + down.square()
    # cosine and sine of twice the angle, without the angle, whose gradient is infinite where nothing is to be seen
    twice = torch.cat([across.square() - down.square(), 2 * across * down], 1) / (squared + 1e-6)
    angles = torch.arange(NUM_DIRECTIONS, device=images.device) * (2 * torch.pi / NUM_DIRECTIONS)
    likeness = twice[:, :1] * angles.cos()[:, None, None] + twice[:, 1:] * angles.sin()[:, None, None]
    return (squared + 1e-6).sqrt() * (SHARPNESS * (likeness - 1)).exp()


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """Returns how unlike the edges of two pictures, uint8 (H, W, 3), run, in degrees: 0 to 45.

    The Wasserstein distance on the circle between histograms of direction, weighted by strength, on the mean of three scales
    (Scharr's operator; Rabin et al. 2011, "Transportation distances on the circle").
    """
    here, there = _histograms(one), _histograms(other)
    gaps = (here - there).cumsum(1)
    moved = np.abs(gaps - np.median(gaps, 1, keepdims=True)).sum(1)
    return float(moved.mean() * 180 / NUM_BINS)


def _histograms(picture: np.ndarray) -> np.ndarray:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    found = []
    for _ in range(3):
        across, down = cv2.Scharr(grey, cv2.CV_32F, 1, 0), cv2.Scharr(grey, cv2.CV_32F, 0, 1)
        angle = np.mod(np.arctan2(down, across), np.pi)
        strength = np.hypot(across, down) + 1e-3
        counts, _ = np.histogram(angle, NUM_BINS, (0, np.pi), weights=strength)
        found.append(counts / counts.sum())
        grey = cv2.pyrDown(grey).astype(np.float32)
    return np.stack(found)
