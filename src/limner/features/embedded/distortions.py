"""What may become of a picture, at random, so that the network learns how unlike it is then."""

import io
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from limner.images import from_uint8, to_uint8

Distortion = Callable[[Tensor, np.random.Generator], Tensor]
"""Pictures (B, 3, S, S) in [-1, 1] -> the same, distorted, nearly in that range."""


def _noise(images: Tensor, draw: np.random.Generator) -> Tensor:
    noise = torch.from_numpy(draw.standard_normal(images.shape, dtype=np.float32))
    return images + draw.uniform(0.02, 0.4) * noise


def _blur(images: Tensor, draw: np.random.Generator) -> Tensor:
    sigma, reach = draw.uniform(0.4, 3), 8
    line = torch.exp(-torch.arange(-reach, reach + 1).float().square() / (2 * sigma**2))
    line = (line / line.sum()).view(1, 1, 1, -1).expand(3, 1, 1, -1)
    across = F.conv2d(F.pad(images, (reach,) * 4, mode="replicate"), line, groups=3)
    return F.conv2d(across, line.transpose(2, 3), groups=3)


def _jpeg(images: Tensor, draw: np.random.Generator) -> Tensor:
    quality, decoded = int(draw.integers(4, 70)), []
    for picture in to_uint8(images):
        buffer = io.BytesIO()
        Image.fromarray(picture).save(buffer, "JPEG", quality=quality)
        decoded.append(np.asarray(Image.open(buffer)))
    return from_uint8(np.stack(decoded))


def _pixelation(images: Tensor, draw: np.random.Generator) -> Tensor:
    side = round(images.shape[-1] / draw.uniform(1.5, 8))
    return F.interpolate(F.interpolate(images, size=(side, side), mode="area"), size=images.shape[2:], mode="nearest")


def _colours(images: Tensor, draw: np.random.Generator) -> Tensor:
    mixing = torch.eye(3) + draw.uniform(0.05, 0.8) * torch.from_numpy(draw.standard_normal((3, 3), dtype=np.float32))
    return torch.einsum("ij,bjhw->bihw", mixing, images) * draw.uniform(0.4, 1.2) + draw.uniform(-0.4, 0.4)


def _shift(images: Tensor, draw: np.random.Generator) -> Tensor:
    down, right = (int(shift) for shift in draw.integers(-8, 9, size=2))
    return images.roll((down, right), (2, 3))


def _cut(images: Tensor, draw: np.random.Generator) -> Tensor:
    side = images.shape[-1]
    inside = round(side * draw.uniform(0.5, 0.95))
    top, left = (int(start) for start in draw.integers(side - inside + 1, size=2))
    part = images[:, :, top : top + inside, left : left + inside]
    return F.interpolate(part, size=(side, side), mode="bilinear", align_corners=False)


def _blend(images: Tensor, draw: np.random.Generator) -> Tensor:
    return torch.lerp(images, images.roll(1, 0), draw.uniform(0.05, 0.6))


DISTORTIONS: tuple[Distortion, ...] = (_noise, _blur, _jpeg, _pixelation, _colours, _shift, _cut, _blend)


def distort(images: Tensor, draw: np.random.Generator) -> Tensor:
    """Returns pictures (B, 3, S, S) in [-1, 1], each distorted in one of the ways, by a random amount."""
    ways = draw.integers(len(DISTORTIONS), size=len(images))
    found = images.clone()
    for way in np.unique(ways):
        rows = torch.from_numpy(np.flatnonzero(ways == way))
        found[rows] = DISTORTIONS[way](images[rows], draw).clamp(-1, 1)
    return found
