"""A sprite sheet: frames of one size side by side without gaps, and a JSON that says where each is."""

import json
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from limner.errors import UsageError, quoted
from limner.files import write_text


class Layout(NamedTuple):
    """Columns and rows of a sheet."""

    columns: int
    rows: int

    @property
    def frames(self) -> int:
        """How many pictures it holds."""
        return self.columns * self.rows


def parse_layout(text: str) -> Layout:
    """Returns the layout that "8x4" says, 8 columns and 4 rows; UsageError."""
    match = re.fullmatch(r"(\d{1,4})[x×](\d{1,4})", text.strip().lower())
    if not match or "0" in (match[1].lstrip("0") or "0", match[2].lstrip("0") or "0"):
        raise UsageError(f"--sheet {quoted(text)}: give columns and rows, such as 8x4.")
    return Layout(int(match[1]), int(match[2]))


def sheet(pictures: np.ndarray, layout: Layout) -> np.ndarray:
    """Returns uint8 (n, H, W, C) as one sheet (rows * H, columns * W, C), row by row; places without a picture are 0."""
    count, height, width, channels = pictures.shape
    cells = np.zeros((layout.frames, height, width, channels), np.uint8)
    cells[:count] = pictures
    rows = cells.reshape(layout.rows, layout.columns, height, width, channels).swapaxes(1, 2)
    return rows.reshape(layout.rows * height, layout.columns * width, channels)


def frames_file(out: Path) -> Path:
    """Returns where the JSON of a sheet's frames goes: next to it."""
    return out.with_suffix(".json")


def save_frames(out: Path, layout: Layout, count: int, width: int, height: int) -> None:
    """Writes the JSON of a sheet's frames next to it, as an array of frames (the layout that TexturePacker and Aseprite export)."""
    frames = [
        {
            "filename": f"{out.stem}-{i:0{max(3, len(str(count - 1)))}d}",
            "frame": {"x": i % layout.columns * width, "y": i // layout.columns * height, "w": width, "h": height},
            "rotated": False,
            "trimmed": False,
            "spriteSourceSize": {"x": 0, "y": 0, "w": width, "h": height},
            "sourceSize": {"w": width, "h": height},
        }
        for i in range(count)
    ]
    size = {"w": layout.columns * width, "h": layout.rows * height}
    meta = {"app": "limner", "image": out.name, "format": "RGBA8888", "size": size, "scale": "1"}
    write_text(frames_file(out), json.dumps({"frames": frames, "meta": meta}, indent=2) + "\n")
