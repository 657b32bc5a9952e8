"""Many pictures on one sheet."""

import math

import numpy as np

from limner.errors import PictureError

VISIBLE = 64  # pixels a side below which pictures are enlarged for the eye
_PAPER = 255


def grid(pictures: np.ndarray, columns: int | None = None, gap: int = 2, scale: int | None = None) -> np.ndarray:
    """Returns uint8 (N, H, W) or (N, H, W, C) pictures as one uint8 (height, width, C) sheet, row by row, on white, or on nothing.

    `columns` defaults to a square sheet; `scale` enlarges by whole pixels, by default until a side reaches `VISIBLE`;
    `gap` is in pixels of the sheet. Raises PictureError when there is no picture or the array is another.
    """
    pictures = pictures[..., None] if pictures.ndim == 3 else pictures
    if pictures.ndim != 4 or pictures.dtype != np.uint8 or 0 in pictures.shape:
        raise PictureError(f"a grid needs uint8 pictures (N, H, W, C), not {pictures.dtype} {pictures.shape}")
    count, height, width, channels = pictures.shape
    columns = min(count, columns or math.ceil(math.sqrt(count)))
    rows = math.ceil(count / columns)
    scale = scale or max(1, math.ceil(VISIBLE / max(height, width)))
    paper = 0 if channels == 4 else _PAPER
    cells = np.full((rows * columns, height * scale + gap, width * scale + gap, channels), paper, dtype=np.uint8)
    cells[:count, gap:, gap:] = pictures.repeat(scale, axis=1).repeat(scale, axis=2)
    sheet = cells.reshape(rows, columns, *cells.shape[1:]).swapaxes(1, 2)
    sheet = sheet.reshape(rows * cells.shape[1], columns * cells.shape[2], channels)
    return np.pad(sheet, ((0, gap), (0, gap), (0, 0)), constant_values=paper)
