"""Scorers: what can be measured of any picture, without knowing what it shows."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from limner.features.extractor import in_colour
from limner.images import luma

Scorer = Callable[[Tensor], Tensor]
"""Pictures (B, C, H, W) in [-1, 1] -> how much of something each shows, (B,)."""
MIN_BORDER_DISTANCE = 0.2
"""Distance from the border's colour, in values from 0 to 1, from which a pixel belongs to what is shown."""


def grey(pictures: Tensor) -> Tensor:
    """Returns how bright each pixel is, (B, H, W) in [0, 1]."""
    return luma(pictures)[:, 0].add(1).div(2)


def brightness(pictures: Tensor) -> Tensor:
    """Returns the mean grey, 0 to 1."""
    return grey(pictures).mean((1, 2))


def contrast(pictures: Tensor) -> Tensor:
    """Returns the standard deviation of grey, 0 to 0.5."""
    return grey(pictures).flatten(1).std(1, correction=0)


def colourfulness(pictures: Tensor) -> Tensor:
    """Returns how colourful pictures are, from 0, of values up to 1 (Hasler & Suesstrunk 2003, "Measuring colorfulness", eq. 7)."""
    red, green, blue = ((in_colour(pictures) + 1) / 2).flatten(2).unbind(1)
    opponent = torch.stack([red - green, (red + green) / 2 - blue])
    return opponent.std(2, correction=0).norm(dim=0) + 0.3 * opponent.mean(2).norm(dim=0)


def warmth(pictures: Tensor) -> Tensor:
    """Returns the mean of red less blue, -1 to 1."""
    colours = in_colour(pictures)
    return (colours[:, 0] - colours[:, 2]).mean((1, 2)) / 2


def size(pictures: Tensor) -> Tensor:
    """Returns the fraction of pixels that are unlike the border's mean colour, 0 to 1: of a thing on plain ground, its size."""
    first, last = pictures[:, :, [0, -1]].flatten(2), pictures[:, :, :, [0, -1]].flatten(2)
    border = torch.cat([first, last], 2).mean(2)[:, :, None, None]
    return ((pictures - border).abs().amax(1) / 2 > MIN_BORDER_DISTANCE).float().mean((1, 2))


SCORERS: Mapping[str, Scorer] = {
    "brightness": brightness,
    "contrast": contrast,
    "colourfulness": colourfulness,
    "warmth": warmth,
    "size": size,
}
"""Scorers by name."""
