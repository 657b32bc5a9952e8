"""Pictures as bytes and as tensors of values in [-1, 1], their luminance, and their colours in CIE Lab."""

import cv2
import numpy as np
import torch
from torch import Tensor

LUMA = (0.299, 0.587, 0.114)
"""Shares of red, green and blue in luminance (ITU-R BT.601)."""


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


def luminance(images: Tensor) -> Tensor:
    """(B, 3, H, W) of any range -> (B, 1, H, W) of the same; grey pictures (B, 1, H, W) are their own luminance."""
    return images if images.shape[1] == 1 else (images * images.new_tensor(LUMA)[:, None, None]).sum(1, keepdim=True)


def to_lab(picture: np.ndarray) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3) in CIE Lab, float32: L in [0, 100], a and b about [-128, 127]."""
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(picture, np.float32) / 255, cv2.COLOR_RGB2LAB))


def from_lab(lab: np.ndarray) -> np.ndarray:
    """Returns a picture in CIE Lab, float32 (H, W, 3), as uint8; what no screen shows is clipped."""
    picture = cv2.cvtColor(np.ascontiguousarray(lab, dtype=np.float32), cv2.COLOR_LAB2RGB)
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
