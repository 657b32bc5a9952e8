"""Pictures as arrays and as tensors, and in other sizes."""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor


def fitted(picture: np.ndarray, side: int) -> tuple[int, int]:
    """Returns height and width of a picture whose longest side is to be `side`."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    return max(8, round(height * scale)), max(8, round(width * scale))


def resized(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Returns a picture at another size (height, width)."""
    if picture.shape[:2] == size:
        return picture
    smaller = size[0] < picture.shape[0]
    return np.asarray(cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC))


def enlarged(images: Tensor, size: Sequence[int]) -> Tensor:
    """Returns (B, C, H, W) at another size (height, width), channels last."""
    larger = F.interpolate(images, tuple(size), mode="bicubic", antialias=True)
    return larger.contiguous(memory_format=torch.channels_last)
