"""The factor content: what a network sees deep down and where, and the detail of luminance in its place."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from limner.style.luminance import bands, blurred, chroma, luma

LAYER = "parts"
"""The depth at which a network sees shapes."""
NUM_LEVELS = 3
"""Bands of luminance, each half as fine as the one before."""
WEIGHTS = (0.32, *[0.032] * (NUM_LEVELS + 1))
"""What the parts of `kept` weigh."""


def kept(images: Tensor, seen: Mapping[str, Tensor]) -> list[Tensor]:
    """Returns what is to stay in its place of pictures (1, 3, H, W) in [-1, 1] and of what a network sees in them.

    The deep layer, the finest octave of luminance and chroma, two more of luminance, and what is left of it. Without the
    chroma, texture that luminance must not have hides there, as speckle.
    """
    finest, *rest = bands(luma(images), NUM_LEVELS)
    colour = chroma(images)
    return [seen[LAYER], torch.cat([finest, colour - blurred(colour)], 1), *rest]


def similarity(one: np.ndarray, other: np.ndarray) -> float:
    """Returns how alike two pictures uint8 (H, W, 3) of one size are in luminance, 1 when equal.

    The mean structural similarity over windows of 11 pixels, Wang et al. 2004, "Image quality assessment: from error visibility to
    structural similarity", equation 13.
    """
    from kornia.metrics import ssim

    pair = [luma(torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 255) for picture in (one, other)]
    return float(ssim(*pair, window_size=11).mean())
