"""Pictures enlarged by a whole number: each pixel as a square, or smoothly."""

import cv2
import numpy as np

from limner.pictures.modes import premultiplied

MAX_SCALE = 32
"""How many times larger pictures can be made."""


def scaled(pictures: np.ndarray, times: int, nearest: bool) -> np.ndarray:
    """Returns uint8 (N, H, W, C) enlarged, each pixel a square if `nearest`, else by cubic interpolation of what is seen."""
    if times == 1:
        return pictures
    if nearest:
        return pictures.repeat(times, axis=1).repeat(times, axis=2)
    return np.stack([_smoothly(one, times) for one in pictures])


def _smoothly(picture: np.ndarray, times: int) -> np.ndarray:
    height, width, channels = picture.shape
    values = premultiplied(picture.astype(np.float32))  # what is hidden must not shine through at edges
    size = height * times, width * times
    large = cv2.resize(values, size[::-1], interpolation=cv2.INTER_CUBIC).reshape(*size, channels)
    if channels == 4:  # both colours and alpha overshoot at edges, by the same factor
        large[..., :3] = np.where(large[..., 3:] > 1, large[..., :3] * 255 / np.maximum(large[..., 3:], 1), 0)
    return np.rint(large.clip(0, 255)).astype(np.uint8)
