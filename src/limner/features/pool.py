"""Whole pictures to vectors: what distances between sets are measured on."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from limner.errors import UsageError
from limner.features.extractor import MIN_SIDE, Extractor
from limner.images import from_uint8


@torch.inference_mode()
def pool(
    extractor: Extractor, pictures: np.ndarray, *, batch: int = 64, progress: Callable[[int], object] | None = None
) -> Tensor:
    """Returns the pooled vectors of pictures, float32 (N, D) on the CPU; UsageError for other arrays than uint8 (N, H, W, C).

    Pictures, which may be memory-mapped, keep their aspect: a short side below `extractor.smallest` is enlarged to it, then
    a long side above `extractor.largest` is reduced to it (bicubic, antialiased); strips end no thinner than 28 pixels.
    `progress` is called with the number of pictures done since it was last called.
    """
    if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[3] not in (1, 3, 4):
        raise UsageError(f"pictures are {pictures.dtype} {pictures.shape}: pooling reads uint8 (N, H, W, 1, 3 or 4).")
    device = next(extractor.parameters()).device
    height, width = fitted(pictures.shape[1], pictures.shape[2], extractor.smallest, extractor.largest)
    vectors = torch.empty(len(pictures), extractor.width)
    for start in range(0, len(pictures), batch):
        images = from_uint8(np.array(pictures[start : start + batch])).to(device)
        if images.shape[2:] != (height, width):
            images = F.interpolate(images, (height, width), mode="bicubic", antialias=True).clamp_(-1, 1)
        vectors[start : start + batch] = extractor(images)["pooled"]
        if progress:
            progress(len(images))
    return vectors


def fitted(height: int, width: int, smallest: int, largest: int) -> tuple[int, int]:
    """Returns the sides that pictures are brought to: see `pool`."""
    scale = max(1.0, smallest / min(height, width))
    scale = min(scale, largest / max(height, width))
    if scale == 1:
        return max(height, MIN_SIDE), max(width, MIN_SIDE)
    return max(round(height * scale), MIN_SIDE), max(round(width * scale), MIN_SIDE)
