"""Pictures as bytes and as tensors of values in [-1, 1], and their luma.

Bytes of transparent pictures hold colours as they are (straight alpha); tensors hold colours multiplied by alpha
(premultiplied: Porter and Duff 1984, "Compositing digital images"), so that no network sees what is hidden.
"""

import numpy as np
import torch
from torch import Tensor

LUMA_REC601 = (0.299, 0.587, 0.114)
"""Weights of red, green and blue, as encoded, in luma (ITU-R BT.601)."""
MIN_OPAQUE_LEVEL, MIN_VISIBLE_LEVEL = 240, 16
"""Levels of generated alpha from which it is taken for 255, and below which for 0: a network hardly ever reaches these ends."""


def from_uint8(pictures: np.ndarray) -> Tensor:
    """uint8 (B, H, W, C) -> float32 (B, C, H, W) in [-1, 1], channels last in memory; of four channels, premultiplied."""
    own = pictures if pictures.flags.writeable and pictures.flags.c_contiguous else pictures.copy()
    values = torch.from_numpy(own).permute(0, 3, 1, 2)
    images = torch.empty(values.shape, memory_format=torch.channels_last).copy_(values)
    if images.shape[1] == 4:
        images[:, :3] *= images[:, 3:] / 255
    return images.div_(127.5).sub_(1)


def to_uint8(images: Tensor) -> np.ndarray:
    """(B, C, H, W) in [-1, 1] -> uint8 (B, H, W, C), rounded; of four channels, premultiplied to straight."""
    if images.shape[1] == 4:
        images = _straight(images)
    # rounded by cutting off: round() wakes PyTorch's threads even for one picture, and they get in ONNX Runtime's way
    rounded = images.mul(127.5).add(128).clamp(0, 255).to(torch.uint8)
    return rounded.permute(0, 2, 3, 1).contiguous().cpu().numpy()


def _straight(images: Tensor) -> Tensor:
    """Returns premultiplied pictures (B, 4, H, W) in [-1, 1] with straight colours, black where nothing is seen."""
    scaled = images.add(1).div(2).clamp(0, 1)
    colours, alpha = scaled[:, :3], scaled[:, 3:]
    straight = torch.where(alpha < 0.5 / 255, 0.0, colours / alpha.clamp(min=0.5 / 255)).clamp(max=1)
    return torch.cat([straight, alpha], 1).mul(2).sub(1)


def with_clean_alpha(pictures: np.ndarray) -> np.ndarray:
    """Returns generated pictures uint8 (B, H, W, C) with alpha that is nearly 0 or 255 at these ends, black under alpha 0."""
    if pictures.shape[3] != 4:
        return pictures
    alpha = pictures[..., 3]
    cleaned = pictures * (alpha >= MIN_VISIBLE_LEVEL)[..., None]
    cleaned[..., 3][alpha >= MIN_OPAQUE_LEVEL] = 255
    return cleaned


def over_grey(images: Tensor) -> Tensor:
    """Premultiplied pictures (B, 4, H, W) in [-1, 1] -> (B, 3, H, W) over middle grey; others as they are.

    On grey, white and black things differ from nothing.
    """
    return images if images.shape[1] != 4 else composite(images, images.new_zeros(1, 3, 1, 1))


def composite(images: Tensor, background: Tensor) -> Tensor:
    """Premultiplied pictures (B, 4, H, W) in [-1, 1] over a background (1, C, 1, 1); of one channel, their mean colour."""
    colours = images[:, :3] if background.shape[1] == 3 else images[:, :3].mean(1, keepdim=True)
    return colours + (1 - images[:, 3:]) * (background + 1) / 2


def luma(images: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, 1, H, W) in the same range; grey pictures are their own luma, transparent ones are over grey."""
    if images.shape[1] == 1:
        return images
    return (over_grey(images) * images.new_tensor(LUMA_REC601)[:, None, None]).sum(1, keepdim=True)
