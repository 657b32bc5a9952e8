"""Differentiable augmentation of a batch: geometry and colour drawn for every picture.

Used in two places. On the training pictures it leaks into what a model makes (a flip that the data does not have will
be in the samples), so it is off unless asked for. In front of a discriminator, on real and generated pictures alike, it
does not leak as long as it is invertible in distribution (Zhao et al. 2020, arXiv 2006.10738; Karras et al. 2020,
arXiv 2006.06676).
"""

import math

import torch
from torch import Tensor

from limner.configs.augment import AugmentConfig

DRAWS = 10
"""Uniform numbers that `augment` needs for one picture."""


def augment(images: Tensor, config: AugmentConfig, draws: Tensor) -> Tensor:
    """Returns changed pictures (B, C, H, W), values about [-1, 1], differentiable in `images`.

    `draws` (B, 10) are uniform in [0, 1): the only randomness, so equal draws give equal changes.
    """
    signed = draws * 2 - 1
    if config.flip:
        images = torch.where((draws[:, 0] < config.flip)[:, None, None, None], images.flip(3), images)
    if config.rotation or config.scale or config.translation:
        images = _move(images, config, signed[:, 1:5])
    if config.colour:
        images = _recolour(images, config.colour, signed[:, 5:8])
    if config.cutout:
        images = _cut(images, config.cutout, draws[:, 8:10])
    return images


def _move(images: Tensor, config: AugmentConfig, signed: Tensor) -> Tensor:
    from kornia.geometry.transform import warp_affine  # two seconds to import, and most runs do not need it

    height, width = images.shape[2:]
    angle = signed[:, 0] * math.radians(config.rotation)
    grow = (1 + config.scale) ** signed[:, 1]
    cos, sin = torch.cos(angle) * grow, torch.sin(angle) * grow
    x, y = (width - 1) / 2, (height - 1) / 2
    right = x - cos * x - sin * y + signed[:, 2] * config.translation * width
    down = y + sin * x - cos * y + signed[:, 3] * config.translation * height
    rows = [torch.stack([cos, sin, right], 1), torch.stack([-sin, cos, down], 1)]
    matrix = torch.stack(rows, 1).to(images.dtype)
    # the border is repeated: a black frame would tell the discriminator how far the picture has moved
    return warp_affine(images, matrix, (height, width), padding_mode="border", align_corners=True)


def _recolour(images: Tensor, strength: float, signed: Tensor) -> Tensor:
    brightness, saturation, contrast = (column[:, None, None, None] * strength for column in signed.unbind(1))
    if images.shape[1] == 4:
        return _recolour_opaque(images, brightness, saturation, contrast)
    images = images + brightness
    if images.shape[1] == 3:
        images = torch.lerp(images.mean(1, keepdim=True), images, 1 + saturation)
    return torch.lerp(images.mean((1, 2, 3), keepdim=True), images, 1 + contrast / 2)


def _recolour_opaque(images: Tensor, brightness: Tensor, saturation: Tensor, contrast: Tensor) -> Tensor:
    """Changes premultiplied colours as far as they are opaque, about the means of what is seen; nothing stays nothing."""
    alpha = (images[:, 3:] + 1) / 2
    colours = images[:, :3] + 1 - alpha + brightness * alpha  # straight colours in [-1, 1] times alpha
    colours = torch.lerp(colours.mean(1, keepdim=True), colours, 1 + saturation)
    mean = colours.sum((1, 2, 3), keepdim=True) / (3 * alpha.sum((1, 2, 3), keepdim=True)).clamp(min=1e-6)
    colours = torch.lerp(mean * alpha, colours, 1 + contrast / 2)
    return torch.cat([colours + alpha - 1, images[:, 3:]], 1)


def _cut(images: Tensor, side: float, corner: Tensor) -> Tensor:
    height, width = images.shape[2:]
    rows = torch.arange(height, device=images.device) / height - corner[:, :1] * (1 + side) + side
    columns = torch.arange(width, device=images.device) / width - corner[:, 1:] * (1 + side) + side
    inside = ((rows >= 0) & (rows < side))[:, :, None] & ((columns >= 0) & (columns < side))[:, None, :]
    if images.shape[1] == 4:
        return torch.where(inside[:, None], -1.0, images)
    return images * ~inside[:, None]
