"""Pixel art: large square pixels in a few colours, with flat areas and a little ordered dither between neighbouring colours."""

import cv2
import numpy as np

from limner.colours import from_lab, to_lab
from limner.pictures.palette import palette, usual_colours
from limner.style.looks import surface

NUM_PIXELS = 144
"""Of the longest side; smaller pictures get fewer, of at least `MIN_CELL` of their own."""
MIN_CELL = 2
NUM_COLOURS = 28
DITHER = 5.0
"""In L of Lab, between the lightest and the darkest step of the pattern."""
BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 15 - 0.5
"""Bayer 1973, "An optimum method for two-level rendition of continuous-tone pictures"."""


def pixel_art(picture: np.ndarray, seed: int) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3) as pixel art; nothing in it is random.

    Means of squares of the picture whose edges were sharpened, in a palette by k-means in CIE Lab. After Gerstner et al. 2012,
    "Pixelated image abstraction", without its moving of pixels.
    """
    height, width = picture.shape[:2]
    cell = cell_size(height, width)
    rows, columns = -(-height // cell), -(-width // cell)
    cells = _cells(picture, cell, rows, columns)
    lab = to_lab(cells)
    chosen = palette(usual_colours(cells[None]), NUM_COLOURS)
    pattern = np.tile(BAYER, (rows // 4 + 1, columns // 4 + 1))[:rows, :columns]
    dithered = lab.copy()
    dithered[..., 0] += DITHER * pattern
    apart = np.linalg.norm(dithered.reshape(-1, 1, 3) - to_lab(chosen[None])[0][None], axis=2)
    small = chosen[apart.argmin(1)].reshape(rows, columns, 3)
    return np.ascontiguousarray(small.repeat(cell, 0).repeat(cell, 1)[:height, :width])


def pixelated(alpha: np.ndarray) -> np.ndarray:
    """Returns opacity uint8 (H, W) as squares that are seen or not, where half of it is."""
    height, width = alpha.shape
    cell = cell_size(height, width)
    rows, columns = -(-height // cell), -(-width // cell)
    padded = cv2.copyMakeBorder(alpha, 0, rows * cell - height, 0, columns * cell - width, cv2.BORDER_REPLICATE)
    seen = cv2.resize(padded, (columns, rows), interpolation=cv2.INTER_AREA) >= 128
    return (255 * seen.repeat(cell, 0).repeat(cell, 1)[:height, :width]).astype(np.uint8)


def cell_size(height: int, width: int) -> int:
    """Returns the side of a large pixel, in pixels of the picture."""
    return max(MIN_CELL, round(max(height, width) / NUM_PIXELS))


def _cells(picture: np.ndarray, cell: int, rows: int, columns: int) -> np.ndarray:
    """Returns the colours of the large pixels, uint8 (rows, columns, 3), with more contrast and colour than a photograph has."""
    height, width = picture.shape[:2]
    padded = cv2.copyMakeBorder(picture, 0, rows * cell - height, 0, columns * cell - width, cv2.BORDER_REPLICATE)
    fine = cv2.resize(padded, (2 * columns, 2 * rows), interpolation=cv2.INTER_AREA)
    flat = surface.kuwahara(fine.astype(np.float32) / 255, 2, 6.0)
    small = cv2.resize(flat, (columns, rows), interpolation=cv2.INTER_AREA)
    sharp = small + 0.7 * (small - cv2.GaussianBlur(small, (0, 0), 1.5))
    lab = to_lab(np.rint(np.clip(sharp, 0, 1) * 255).astype(np.uint8))
    low, high = np.percentile(lab[..., 0], [0.5, 99.5])
    lab[..., 0] = (
        6 + 92 * np.clip((lab[..., 0] - low) / max(high - low, 25.0), 0, 1) if high - low > 25 else lab[..., 0]
    )
    lab[..., 1:] *= 1.25
    return from_lab(lab)
