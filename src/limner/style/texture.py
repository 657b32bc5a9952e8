"""The factor texture: what the early layers of a network see, whatever the place, and how much of it lies at which scale."""

import cv2
import numpy as np

LAYERS = ("edges", "textures")
"""Depths at which a network sees texture; what it sees deeper is line."""
NUM_BANDS = 5
"""Scales at which detail is measured, each half as fine as the one before."""


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """Returns how unlike the textures of two pictures, uint8 (H, W, 3), are: 0 when each scale has the same fraction of detail.

    The root mean square, in nepers, between log standard deviations of the octave bands of luminance, which is brought to
    mean 0 and deviation 1 before, so that neither brightness nor contrast counts.
    """
    here, there = _energies(one), _energies(other)
    return float(np.sqrt(np.square(here - there).mean()))


def _energies(picture: np.ndarray) -> np.ndarray:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    rest = (grey - grey.mean()) / (grey.std() + 1)
    logs = []
    for _ in range(NUM_BANDS):
        coarse = cv2.pyrDown(rest).astype(np.float32)
        detail = rest - cv2.pyrUp(coarse, dstsize=rest.shape[::-1]) if min(rest.shape) > 3 else np.zeros(1)
        logs.append(np.log(detail.std() + 1e-2))
        rest = coarse
    return np.array(logs)
