"""Luminance of pictures as tensors, and its bands of detail."""

import torch.nn.functional as F
from torch import Tensor

from limner.images import luma

_KERNEL = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
"""Binomial weights of a blur by about a pixel."""


def chroma(images: Tensor) -> Tensor:
    """Returns by how much red and blue of pictures (B, 3, H, W) exceed luminance, (B, 2, H, W)."""
    return images[:, ::2] - luma(images)


def bands(images: Tensor, levels: int) -> list[Tensor]:
    """Returns (B, C, H, W) in `levels` octaves of detail, each at half the size of the one before, and what is left.

    Burt and Adelson 1983, "The Laplacian pyramid as a compact image code", but each band is the difference from the blurred
    one at the same size.
    """
    found = []
    for _ in range(levels):
        smooth = blurred(images)
        found.append(images - smooth)
        images = smooth[..., ::2, ::2]
    return [*found, images]


def blurred(images: Tensor) -> Tensor:
    """Returns (B, C, H, W) under a binomial window of five."""
    batch, channels, height, width = images.shape
    kernel = images.new_tensor(_KERNEL)
    flat = F.pad(images.reshape(batch * channels, 1, height, width), (2, 2, 2, 2), mode="replicate")
    smooth = F.conv2d(F.conv2d(flat, kernel[None, None, None]), kernel[None, None, :, None])
    return smooth.reshape(batch, channels, height, width)
