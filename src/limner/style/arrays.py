"""Pictures as arrays and as tensors, in other sizes."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from limner.style.resizing import fitted, resized

__all__ = ["enlarged", "fitted", "resized"]


def enlarged(images: Tensor, size: Sequence[int]) -> Tensor:
    """Returns (B, C, H, W) at another size (height, width), channels last."""
    larger = F.interpolate(images, tuple(size), mode="bicubic", antialias=True)
    return larger.contiguous(memory_format=torch.channels_last)
