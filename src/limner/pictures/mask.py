"""Masks: pictures that say how far each pixel is chosen, by their brightness or by their opacity."""

from pathlib import Path

import numpy as np

from limner.errors import UsageError
from limner.pictures.modes import pixels
from limner.pictures.read import open_picture

COLOURED = 24
"""Levels between channels from which a pixel is not grey."""
FAINT = 16
"""A mask that is nowhere brighter holds numbers of classes, not shares."""


def open_mask(path: Path, levels: int = 2) -> np.ndarray:
    """Returns a mask file as float32 (H, W) in [0, 1], where black is 0 and white is 1.

    A transparent picture of one colour is its opacity; of any other, what is hidden counts as black. Values from 0 to `levels` - 1
    stand for as many steps from black to white, as programs that number classes write them. UsageError for a mask in colours, or
    with a few of the lowest values.
    """
    picture = pixels(open_picture(path, background=None)).astype(np.float32)
    colours, alpha = picture[..., :3], picture[..., 3:] / np.float32(255)
    if alpha.size:
        seen = colours[alpha[..., 0] > 0]
        if not len(seen) or np.ptp(seen, 0).max() < FAINT:
            return alpha[..., 0]
        colours = colours * alpha
    if np.ptp(colours, 2).max() >= COLOURED:
        raise UsageError(f"{path}: it is in colours, but a mask is black, white and grey, or transparent.")
    grey: np.ndarray = colours.mean(2)
    brightest = grey.max()
    if 0 < brightest < levels:
        return grey / np.float32(levels - 1)
    if 0 < brightest < FAINT:
        raise UsageError(f"{path}: its brightest pixel is {brightest:.0f} of 255; make white what is meant by it.")
    return grey / np.float32(255)
