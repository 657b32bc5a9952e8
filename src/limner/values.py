"""Between pictures as bytes and pictures as tensors of values in [-1, 1]."""

import numpy as np
import torch
from torch import Tensor


def from_uint8(pictures: np.ndarray) -> Tensor:
    """uint8 (B, H, W, C) -> float32 (B, C, H, W) in [-1, 1], channels last in memory."""
    own = pictures if pictures.flags.writeable and pictures.flags.c_contiguous else pictures.copy()
    values = torch.from_numpy(own).permute(0, 3, 1, 2)
    return torch.empty(values.shape, memory_format=torch.channels_last).copy_(values).div_(127.5).sub_(1)


def to_uint8(images: Tensor) -> np.ndarray:
    """(B, C, H, W) in [-1, 1] -> uint8 (B, H, W, C), rounded."""
    # rounded by cutting off: round() wakes PyTorch's threads even for one picture, and they get in ONNX Runtime's way
    rounded = images.mul(127.5).add(128).clamp(0, 255).to(torch.uint8)
    return rounded.permute(0, 2, 3, 1).contiguous().cpu().numpy()
