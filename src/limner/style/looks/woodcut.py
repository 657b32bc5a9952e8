"""Woodcut: a block printed in black, from which a gouge has cut the light: wedges along the flow, wider where it is lighter."""

import cv2
import numpy as np

from limner.colours import to_lab
from limner.style import flow
from limner.style.looks import strokes, surface

PAPER, INK = (244, 236, 218), (28, 24, 22)
"""Colours of the paper and of the ink."""
ANALYSIS_SIDE = 1500
"""Longest side at which directions and cuts are laid out."""
GAP, LENGTH = 0.0072, 0.10
"""Distance between cuts and their length, as a share of the side."""
DARK, LIGHT = 0.27, 0.72
"""Lightness below which nothing is cut, and above which all is cut away."""


def woodcut(picture: np.ndarray, seed: int) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3) as printed from a wood block, the same for the same seed.

    Cuts as in the line screens of Ostromoukhov 1999, "Digital facial engraving", but along the structure tensor; black contours
    by XDoG (Winnemoeller et al. 2012).
    """
    draw = np.random.default_rng(seed)
    side, coarse = surface.side_for(picture), surface.coarseness(picture)
    laid = round(ANALYSIS_SIDE / coarse)  # where strokes are coarse, fewer pixels between them suffice
    small = surface.sized(picture, laid)
    tone, ridge = _tones(small)
    directions = flow.flow(small.astype(np.float32) / 255, 20.0, 0.35, 5e-3)
    tone_noise = tone + 0.02 * surface.noise(draw, tone.shape, 40, 2)
    curves = strokes.spaced(draw, directions, tone_noise - DARK, GAP * ANALYSIS_SIDE, LENGTH * ANALYSIS_SIDE)
    widths = [_widths(curve, tone_noise) * GAP * side * coarse for curve in curves]
    size = surface.sized(picture, side).shape[:2]
    cut = np.zeros(size, np.uint8)
    strokes.draw_tapered(cut, [curve * (side / laid) for curve in curves], widths, 255)
    bare, ridge = (cv2.resize(each, size[::-1], interpolation=cv2.INTER_CUBIC) for each in (tone_noise - LIGHT, ridge))
    white = np.maximum(cut.astype(np.float32) / 255, np.clip(0.5 + 80 * bare, 0, 1))
    white = np.minimum(white, np.clip(0.5 - 6 * ridge, 0, 1))
    ink = (1 - white) * _print(draw, size, side * coarse)
    return surface.inked(ink, INK, PAPER, picture.shape[:2])


def _tones(small: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns lightness float32 (H, W) in [0, 1] with strong contrast, and where black contours stay: above 0."""
    lightness = to_lab(small)[..., 0] / 100
    stretched = surface.stretched(lightness, 2, 97)
    local = cv2.createCLAHE(2.5, (5, 5)).apply(np.rint(stretched * 255).astype(np.uint8)).astype(np.float32) / 255
    tone = cv2.bilateralFilter(0.4 * stretched + 0.6 * local, 0, 0.15, 7)
    tone = np.power(tone, np.clip(np.log(0.5) / np.log(np.clip(np.median(tone), 0.05, 0.95)), 0.5, 1.3))
    tone = np.clip(tone + 1.2 * (tone - cv2.GaussianBlur(tone, (0, 0), 9)), 0, 1).astype(
        np.float32
    )  # eyes keep their whites
    edges = flow.flow(small.astype(np.float32) / 255, 5.0)
    ridge = -flow.lines(stretched, edges, 2.2, 1.0) * 30 - 0.5
    return tone, ridge


def _widths(curve: np.ndarray, tone: np.ndarray) -> np.ndarray:
    """Returns the widths (K,) of a cut, in gaps: from a hair where it is dark to nearly touching the next where it is light."""
    nearest = np.rint(curve).astype(int)
    lit = np.clip((tone[nearest[:, 1], nearest[:, 0]] - DARK) / (LIGHT - DARK), 0, 1)
    return np.asarray(strokes.taper(len(curve)) * (0.2 + 1.0 * lit))


def _print(draw: np.random.Generator, size: tuple[int, int], side: float) -> np.ndarray:
    """Returns how much ink the paper took, float32 (H, W): less along the grain of the wood, and in specks."""
    grain = cv2.resize(
        surface.noise(draw, (size[0], max(2, size[1] // 12)), 0.004 * side), size[::-1], interpolation=cv2.INTER_LINEAR
    )
    specks = surface.noise(draw, size, 0.0025 * side)
    return np.clip(1.0 - 0.03 * np.maximum(grain, 0) - 0.5 * (specks + 0.4 * grain > 2.9), 0, 1).astype(np.float32)
