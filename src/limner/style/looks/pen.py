"""Pen and ink: hatching that follows the flow, in layers that cross where it is dark, and contours along the edges."""

import cv2
import numpy as np

from limner.colours import to_lab
from limner.style import flow
from limner.style.looks import strokes, surface

PAPER, INK = (250, 247, 240), (24, 24, 32)
"""Colours of the paper and of the ink."""
ANALYSIS_SIDE = 1500
"""Longest side at which directions and strokes are laid out."""
LAYERS = ((0.22, 0.0, 0.0060), (0.42, 0.0, 0.0056), (0.56, 0.9, 0.0054), (0.70, -0.75, 0.0050), (0.82, 0.45, 0.0042))
"""Layers of hatching: from which darkness, turned by how many radians against the flow, how far apart as a share of the side."""
USUAL_DARKNESS = 0.4
"""What half of a drawing is lighter than."""
LENGTH, WIDTH = 0.085, 0.0014
"""Of a stroke, as a share of the side."""


def pen(picture: np.ndarray, seed: int) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3) as drawn with pen and ink, the same for the same seed.

    Tone by layers of strokes as in Winkenbach and Salesin 1994, "Computer-generated pen-and-ink illustration"; contours by XDoG.
    """
    draw = np.random.default_rng(seed)
    side, coarse = surface.side_for(picture), surface.coarseness(picture)
    laid = round(ANALYSIS_SIDE / coarse)  # where strokes are coarse, fewer pixels between them suffice
    small = surface.sized(picture, laid)
    darkness, contour = _tones(small)
    directions = flow.flow(small.astype(np.float32) / 255, 22.0, -0.75, 6e-3)
    size = surface.sized(picture, side).shape[:2]
    scale = side / laid
    ink = np.zeros(size, np.uint8)
    for threshold, turn, gap in LAYERS:
        wanted = darkness - np.float32(threshold) + 0.03 * surface.noise(draw, darkness.shape, 30)
        curves = strokes.spaced(
            draw, flow.turned(directions, turn), wanted, gap * ANALYSIS_SIDE, LENGTH * ANALYSIS_SIDE
        )
        widths = [_widths(curve, darkness - threshold, draw) * WIDTH * side * coarse for curve in curves]
        strokes.draw_tapered(ink, [curve * scale for curve in curves], widths, 255)
    contour = cv2.resize(contour, size[::-1], interpolation=cv2.INTER_CUBIC)
    drawn = np.maximum(ink.astype(np.float32) / 255, np.clip(0.5 + contour * 12, 0, 1))
    drawn *= 0.96 + 0.012 * np.clip(surface.noise(draw, size, 0.004 * side, 2), -1.5, 1.5)
    return surface.inked(drawn, INK, PAPER, picture.shape[:2])


def _tones(small: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns how dark a picture is, float32 (H, W) in [0, 1] over its own range, and where contours go: above 0."""
    lightness = to_lab(small)[..., 0] / 100
    stretched = surface.stretched(lightness, 1, 98)
    local = cv2.createCLAHE(2.0, (6, 6)).apply(np.rint(stretched * 255).astype(np.uint8)).astype(np.float32) / 255
    dark = 1 - cv2.bilateralFilter(0.6 * stretched + 0.4 * local, 0, 0.12, 5)
    median = np.clip(np.median(dark), 0.05, 0.95)
    dark = np.power(
        dark, np.clip(np.log(USUAL_DARKNESS) / np.log(median), 1, 2.2)
    )  # paper stays in the darkest picture
    edges = flow.flow(small.astype(np.float32) / 255, 3.0)
    contour = -flow.lines(stretched, edges, 1.7, 1.0) * 40 - 0.62
    solid = cv2.GaussianBlur(dark, (0, 0), 2) - 0.88  # the darkest is a blot of ink
    return dark, np.maximum(contour, 12 * solid)


def _widths(curve: np.ndarray, over: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Returns factors (K,) of a curve's width: wider the darker it is beyond what asked for it."""
    nearest = np.rint(curve).astype(int)
    dark = np.clip(over[nearest[:, 1], nearest[:, 0]], 0, 0.4)
    return np.asarray(strokes.taper(len(curve)) * (0.55 + 1.6 * dark) * draw.uniform(0.8, 1.15))
