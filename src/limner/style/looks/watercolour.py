"""Watercolour: washes with edges where the water dried, pigment that settles in the paper, and white paper for the light."""

import cv2
import numpy as np

from limner.colours import to_lab
from limner.style.looks import surface

ANALYSIS_SIDE = 1024
"""Longest side at which colours are flattened."""
RADIUS = 0.007
"""Of the regions of one wash, as a share of the side."""
NUM_WASHES = 6
"""Steps of lightness that the washes lie in, one over the other."""
DARKEST, LIGHTEST = 27.0, 98.0
"""Lightness between which washes lie: paint on paper is never black."""
PAPER = (98.0, 0.3, 3.0)
"""Colour of the paper in Lab."""


def watercolour(picture: np.ndarray, seed: int) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3) as painted in watercolour, the same for the same seed.

    Pigment density as in Bousseau et al. 2006, "Interactive watercolor rendering with temporal coherence and abstraction", equation
    1: darker edges, turbulent flow and grain of paper change how much pigment there is.
    """
    draw = np.random.default_rng(seed)
    side = surface.side_for(picture)
    span = side * surface.coarseness(picture)
    small = surface.sized(picture, ANALYSIS_SIDE)
    flat = surface.kuwahara(small.astype(np.float32) / 255, max(2, round(RADIUS * ANALYSIS_SIDE)))
    size = surface.sized(picture, side).shape[:2]
    washes, edges = _washes(draw, to_lab(np.rint(np.clip(flat, 0, 1) * 255).astype(np.uint8)), size, span)
    transmitted = cv2.cvtColor(washes, cv2.COLOR_LAB2RGB)
    density = 1 + _pigment(draw, size, span) + edges
    # light passes the pigment twice and the paper sends it back
    colour = np.power(np.clip(transmitted, 0.02, 1), np.clip(density, 0.3, 2.2)[..., None])
    colour = colour * _sheet(draw, size, span)[..., None]
    return surface.fitted(np.rint(np.clip(colour, 0, 1) * 255).astype(np.uint8), picture.shape[:2])


def _washes(
    draw: np.random.Generator, lab: np.ndarray, size: tuple[int, int], side: float
) -> tuple[np.ndarray, np.ndarray]:
    """Returns colours in Lab, float32 (H, W, 3), in steps of lightness with wavering borders, and how dark their edges dried."""
    lightness = surface.stretched(lab[..., 0] / 100, 1, 98)
    span = LIGHTEST - DARKEST
    lab = np.dstack([DARKEST + span * np.power(lightness, 0.8), lab[..., 1:] * 1.25]).astype(np.float32)
    lab = cv2.resize(lab, size[::-1], interpolation=cv2.INTER_CUBIC)
    lab = _wavering(draw, lab, side)
    level = (lab[..., 0] - DARKEST) / span * NUM_WASHES + 0.22 * surface.noise(draw, size, 0.05 * side, 3)
    step = np.floor(level)
    within = np.clip((level - step - 0.5) * 3, -0.5, 0.5)  # flat inside, soft towards the next wash
    stepped = (step + 0.5 + within) / NUM_WASHES * span + DARKEST
    lightened = 0.45 * lab[..., 0] + 0.55 * np.clip(stepped, 18, LIGHTEST)
    washes = np.dstack([lightened, lab[..., 1:]]).astype(np.float32)
    bare = np.clip((lab[..., 0] - 90) / 6, 0, 1)[..., None]
    washes += bare * (np.array(PAPER, np.float32) - washes)
    soft = surface.blurred(washes, 0.0016 * side)
    wide = surface.blurred(washes, 0.006 * side)
    # pigment gathers on the darker side of a border
    edges = 0.045 * np.clip(wide[..., 0] - soft[..., 0], 0, 12) + 0.008 * np.linalg.norm((wide - soft)[..., 1:], axis=2)
    return washes, np.clip(edges, 0, 0.5)


def _wavering(draw: np.random.Generator, lab: np.ndarray, side: float) -> np.ndarray:
    """Returns a picture (H, W, 3) whose outlines waver as wet paint does on rough paper."""
    height, width = lab.shape[:2]
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    shift = [0.0011 * side * surface.noise(draw, (height, width), 0.02 * side, 3) for _ in range(2)]
    return np.asarray(
        cv2.remap(lab, columns + shift[0], rows + shift[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    )


def _pigment(draw: np.random.Generator, size: tuple[int, int], side: float) -> np.ndarray:
    """Returns by how much the density of pigment differs from 1, float32 (H, W): blooms of water, and grains."""
    bloom = surface.noise(draw, size, 0.12 * side, 4)
    grain = surface.noise(draw, size, 0.004 * side, 2)
    return np.asarray(0.11 * bloom + 0.06 * grain)


def _sheet(draw: np.random.Generator, size: tuple[int, int], side: float) -> np.ndarray:
    """Returns the light that rough paper sends back, float32 (H, W) about 1."""
    rough = surface.noise(draw, size, 0.0055 * side, 2)
    return np.asarray(1 + 0.035 * surface.light(rough, 1.2))
