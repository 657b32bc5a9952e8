"""The perceptual distance of two pictures: that of a network's features of them, position by position."""

import torch
import torch.nn.functional as F
from torch import Tensor

from limner.features.extractor import Extractor
from limner.features.pool import fitted

DEPTHS = ("edges", "textures", "parts")
SIDES = 64, 128
"""A short side below the first is enlarged to it, then a long side above the second reduced to it."""


def embed(extractor: Extractor, images: Tensor) -> Tensor:
    """Returns vectors (B, D) of pictures (B, 1 or 3, H, W) in [-1, 1], whose squared distance is the perceptual distance.

    Channels are brought to length 1 at every place; squares are averaged over places and summed over depths (Zhang et al. 2018,
    arXiv 1801.03924, eq. 1 with all weights 1). From 0 to 6; gradients flow back to the pictures.
    """
    height, width = fitted(images.shape[2], images.shape[3], *SIDES)
    if images.shape[2:] != (height, width):
        images = F.interpolate(images, (height, width), mode="bicubic", antialias=True)
    features = extractor(images)
    return torch.cat([_unit(features[depth]).flatten(1) for depth in DEPTHS], 1)


def perceptual_distance(one: Tensor, other: Tensor) -> Tensor:
    """Returns the distance (B,) of pictures by their vectors from `embed`, (B, D) each."""
    return (one - other).square().sum(1)


def _unit(maps: Tensor) -> Tensor:
    """Returns maps (B, C, H, W) whose channels have the length 1 / sqrt(H W) at every place."""
    places = maps.shape[2] * maps.shape[3]
    return F.normalize(maps, dim=1, eps=1e-6) / places**0.5
