"""Sliced Wasserstein distance between two sets of pictures."""

import torch
import torch.nn.functional as F
from torch import Tensor

from limner import seeds

MIN_SIDE = 8
"""Short side of the coarsest scale, in pixels."""


def sliced_wasserstein(first: Tensor, second: Tensor, directions: int = 256, seed: int = 0) -> float:
    """Returns the mean distance of the two sets along random directions, at every scale of a pyramid; 0 for equal sets.

    Both (N, C, H, W) in [-1, 1] with the same N, 1 or more. Each scale halves the pictures until the short side is 8;
    along each direction the distance is the mean gap between the sorted projections (Rabin et al. 2011, section 2.3).
    """
    distances = []
    while True:
        distances.append(_at_one_scale(first.flatten(1), second.flatten(1), directions, seed))
        if min(first.shape[2:]) < 2 * MIN_SIDE:
            return float(torch.stack(distances).mean())
        first, second = F.avg_pool2d(first, 2), F.avg_pool2d(second, 2)


def _at_one_scale(first: Tensor, second: Tensor, directions: int, seed: int) -> Tensor:
    random = torch.randn(first.shape[1], directions, generator=seeds.generator("sliced", seed)).to(first.device)
    axes = random / random.norm(dim=0)
    # scaled by the root of the dimension, so that pictures of all sizes give distances of one magnitude
    gaps = (first @ axes).sort(0).values - (second @ axes).sort(0).values
    return gaps.abs().mean() * (axes.shape[0] ** 0.5) / 2
