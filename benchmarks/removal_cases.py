"""Fifty objects pasted onto photographs: what is to be removed or selected, and what is truly behind it."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

PHOTOGRAPHS = 24
"""In kodak.zip, numbered from 1."""
CUT = {
    "yellow cap": (3, 78, 72, 215, 250),
    "orange cap": (3, 305, 160, 160, 200),
    "green cap": (3, 455, 222, 120, 115),
    "knob": (2, 212, 182, 100, 105),
    "pink flower": (7, 335, 130, 155, 180),
    "people": (12, 205, 50, 190, 322),
    "raft": (14, 8, 85, 660, 370),
    "globe": (17, 230, 440, 275, 240),
    "lighthouse": (19, 225, 95, 140, 350),
    "barn": (22, 115, 50, 365, 300),
    "parrot": (23, 392, 98, 374, 413),
}
"""Objects of photographs that GrabCut finds whole: number of the photograph; left, top, width and height of a box."""
EMOJI = (
    *("1f418", "1f422", "1f413", "1f981", "1f697", "1f6b2", "2708", "1f34e", "1f344", "1f3b8", "1f45f", "1f40b"),
    *("1f98b", "1f335", "1f681", "1f427", "1f98e", "1f993"),
)
"""Drawn objects, as they are."""
OUTLINES = ("1f415", "1f408", "1f40e", "1f986", "1f996", "1f333", "1f3c3", "1f995", "1f998", "1f40a")
"""Objects whose outline alone is taken, and filled with a part of another photograph."""
COUNT = 2 * len(CUT) + len(EMOJI) + len(OUTLINES)
SHARES = 0.02, 0.15
"""Of the photograph that the smallest and the largest object cover."""
DILATION = 4
"""Pixels by which a mask for removal is larger than the object."""
SLACK = 0.04
"""Of the object's side by which its box is larger on each side."""


@dataclass(frozen=True)
class Case:
    """A photograph with an object in front of it."""

    name: str
    kind: str
    """cut, emoji or outline."""
    truth: np.ndarray
    """uint8 (H, W, 3): the photograph without the object."""
    pixels: np.ndarray
    alpha: np.ndarray
    """float32 (H, W): how much of each pixel is the object."""

    @property
    def hole(self) -> np.ndarray:
        """What is removed, bool (H, W)."""
        size = 2 * DILATION + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        return cv2.dilate((self.alpha > 0.02).astype(np.uint8), kernel) > 0

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, width and height of a box round the object, as a person would draw it."""
        found = []
        for axis, side in ((0, self.alpha.shape[1]), (1, self.alpha.shape[0])):
            inside = np.flatnonzero((self.alpha > 0.5).any(axis))
            slack = max(2, round(SLACK * len(inside)))
            found.append((max(0, int(inside[0]) - slack), min(side, int(inside[-1]) + 1 + slack)))
        (left, right), (top, bottom) = found
        return left, top, right - left, bottom - top


def cases(data: Path) -> Iterator[Case]:
    """Yields the 50 cases, always the same; `data` is the folder of kodak.zip and noto-emoji-128.zip."""
    with zipfile.ZipFile(data / "kodak.zip") as kodak, zipfile.ZipFile(data / "noto-emoji-128.zip") as emoji:
        photographs = [_opened(kodak, f"{number:02}.png", "RGB") for number in range(1, PHOTOGRAPHS + 1)]
        objects = list(_objects(photographs, emoji))
    draw = np.random.default_rng(0)
    shares = draw.permutation(np.geomspace(*SHARES, len(objects)))
    grounds = np.concatenate([draw.permutation(PHOTOGRAPHS) for _ in range(len(objects) // PHOTOGRAPHS + 1)])
    for number, (name, kind, source, rgba) in enumerate(objects):
        ground = int(grounds[number])
        if ground == source:
            ground = (ground + 1) % PHOTOGRAPHS
        yield _pasted(f"{number:02} {name} on {ground + 1:02}", kind, photographs[ground], rgba, shares[number], draw)


def _objects(photographs: list[np.ndarray], emoji: zipfile.ZipFile) -> Iterator[tuple[str, str, int, np.ndarray]]:
    """Yields names, kinds, the number of the photograph that each is from, and pixels uint8 (H, W, 4)."""
    for name, (number, *box) in CUT.items():
        rgba = _cut(photographs[number - 1], box)
        yield name, "cut", number - 1, rgba
        yield f"{name} mirrored", "cut", number - 1, np.ascontiguousarray(rgba[:, ::-1])
    for code in EMOJI:
        yield code, "emoji", -1, _opened(emoji, f"emoji_u{code}.png", "RGBA")
    for number, code in enumerate(OUTLINES):
        source = (5 * number + 3) % PHOTOGRAPHS
        drawn = _opened(emoji, f"emoji_u{code}.png", "RGBA")
        large = cv2.resize(drawn[..., 3], (300, 300), interpolation=cv2.INTER_CUBIC)
        yield code, "outline", source, np.dstack([photographs[source][100:400, 100:400], large])


def _opened(archive: zipfile.ZipFile, name: str, mode: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(archive.read(name))).convert(mode))


def _cut(photograph: np.ndarray, box: list[int]) -> np.ndarray:
    mask = np.zeros(photograph.shape[:2], np.uint8)
    cv2.setRNGSeed(0)
    cv2.grabCut(photograph, mask, tuple(box), np.zeros((1, 65)), np.zeros((1, 65)), 8, cv2.GC_INIT_WITH_RECT)
    found = cv2.morphologyEx(np.isin(mask, (1, 3)).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3)))
    _, parts, about, _ = cv2.connectedComponentsWithStats(found)
    whole = parts == 1 + about[1:, cv2.CC_STAT_AREA].argmax()
    alpha = cv2.GaussianBlur(whole.astype(np.float32), (0, 0), 0.7)
    left, top, width, height = box
    return np.dstack([photograph, np.rint(255 * alpha).astype(np.uint8)])[top : top + height, left : left + width]


def _pasted(name: str, kind: str, truth: np.ndarray, rgba: np.ndarray, share: float, draw: np.random.Generator) -> Case:
    opaque = rgba[..., 3] > 127
    rows, columns = np.flatnonzero(opaque.any(1)), np.flatnonzero(opaque.any(0))
    rgba = rgba[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = truth.shape[:2]
    factor = np.sqrt(share * height * width / opaque.sum())
    factor = min(factor, 0.85 * height / rgba.shape[0], 0.85 * width / rgba.shape[1])
    size = max(1, round(factor * rgba.shape[1])), max(1, round(factor * rgba.shape[0]))
    by = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    weighted = rgba.astype(np.float32) / 255
    weighted[..., :3] *= weighted[..., 3:]
    weighted = cv2.resize(weighted, size, interpolation=by).clip(0, 1)
    top, left = (
        int(draw.integers(side // 20, side - side // 20 - own + 1))
        for side, own in ((height, size[1]), (width, size[0]))
    )
    placed = np.zeros((height, width, 4), np.float32)
    placed[top : top + size[1], left : left + size[0]] = weighted
    alpha = placed[..., 3]
    pixels = 255 * placed[..., :3] + (1 - alpha[..., None]) * truth
    return Case(name, kind, truth, np.rint(pixels).clip(0, 255).astype(np.uint8), alpha)
