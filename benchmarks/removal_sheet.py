"""Sheets of removals: the picture, its mask, every method, and the truth, side by side."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw
from removal_cases import Case

TILE = 380, 270
"""Width and height of a picture in a sheet."""
ROWS = 6


def save_sheets(
    cases: Sequence[Case], pictures: Sequence[dict[str, np.ndarray]], warned: Sequence[bool], folder: Path
) -> None:
    """Writes sheets of six cases each into a folder; a red frame is round what a warning was given of."""
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(cases), ROWS):
        lines = []
        for case, filled, told in list(zip(cases, pictures, warned, strict=True))[start : start + ROWS]:
            masked = case.pixels.copy()
            masked[case.hole] = (255, 0, 255)
            named = {case.name: case.pixels, "mask": masked, **filled, "truth": case.truth}
            lines.append(np.hstack([tile(name, one, told and name == "now") for name, one in named.items()]))
        Image.fromarray(np.vstack(lines)).save(folder / f"removals-{start // ROWS + 1}.png")


def tile(name: str, pixels: np.ndarray, framed: bool = False) -> np.ndarray:
    """Returns a picture, reduced, with its name above it, uint8 (H, W, 3)."""
    width, height = TILE
    factor = min((width - 6) / pixels.shape[1], (height - 22) / pixels.shape[0])
    small = Image.fromarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
    sheet = Image.new("RGB", TILE, "white")
    sheet.paste(small, (3, 18))
    draw = ImageDraw.Draw(sheet)
    draw.text((4, 3), name, fill="black")
    if framed:
        draw.rectangle((1, 16, small.width + 4, small.height + 19), outline="red", width=3)
    return np.asarray(sheet)
