"""Oil: curved brush strokes of several sizes, painted from coarse to fine, with bristles and light on thick paint."""

import cv2
import numpy as np

from limner.colours import from_lab, to_lab
from limner.style import flow
from limner.style.looks import surface

RADII = (0.024, 0.012, 0.0055, 0.0025)
"""Radii of the brushes, from coarse to fine, as a share of the picture's longest side."""
TOLERANCES = (0.0, 6.0, 6.0, 5.0)
"""Difference of colour in Lab that a brush leaves unpainted: what a coarser brush has got right stays broad."""
NUM_STEPS = 7
"""Steps of a radius to either side of where a stroke begins."""
BRISTLE_SIDE = 2048
"""Longest side at which the grooves of bristles are drawn."""
RAGGED = 0.45
"""Standard deviation of where the bristles of a stroke end, in radii."""
COLOUR_NOISE = (2.2, 1.6, 1.6)
"""Standard deviation of a stroke's colour in L, a and b."""


def oil(picture: np.ndarray, seed: int) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3) as painted in oil, the same for the same seed.

    Hertzmann 1998, "Painterly rendering with curved brush strokes of multiple sizes", with strokes along the smoothed structure
    tensor; the relief of bristles and of strokes is lit as in Hertzmann 2002, "Fast paint texture".
    """
    draw = np.random.default_rng(seed)
    side = surface.side_for(picture)
    span = side * surface.coarseness(picture)
    lab = to_lab(surface.sized(picture, side))
    lab[..., 1:] *= 1.12
    coarse_directions = flow.flow(_small(lab, side), 14.0, 0.6, 4e-4)
    directions = cv2.resize(coarse_directions, lab.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    canvas, relief = np.zeros_like(lab), np.zeros(lab.shape[:2], np.float32)
    bristles = _bristles(draw, coarse_directions, lab.shape[:2], span / side)
    for radius, tolerance in zip(RADII, TOLERANCES, strict=True):
        _paint(draw, canvas, relief, lab, directions, bristles, max(1.0, radius * span), span, tolerance)
    unit = span / 1000
    thick = cv2.GaussianBlur(relief, (0, 0), 0.5 * unit)
    canvas[..., 0] += bristles + 5.5 * surface.light(thick, 4.4 / unit)
    return surface.fitted(from_lab(canvas), picture.shape[:2])


def _small(lab: np.ndarray, side: int) -> np.ndarray:
    return surface.sized(lab, min(side, 1024)) / np.float32(100)


def _bristles(draw: np.random.Generator, directions: np.ndarray, size: tuple[int, int], coarse: float) -> np.ndarray:
    """Returns the grooves that bristles leave along strokes, float32 (H, W) with a standard deviation of 1."""
    side = min(BRISTLE_SIDE, max(size))
    directions = cv2.resize(
        directions, surface.sized(np.empty(size, np.uint8), side).shape[::-1], interpolation=cv2.INTER_NEAREST
    )
    noise = surface.noise(draw, directions.shape[:2], 0.0028 * coarse * side, 2)
    grooves = flow.along(noise, directions, 0.02 * coarse * side)
    return surface.fitted(grooves / grooves.std(), size)


def _paint(
    draw: np.random.Generator,
    canvas: np.ndarray,
    relief: np.ndarray,
    lab: np.ndarray,
    directions: np.ndarray,
    bristles: np.ndarray,
    radius: float,
    span: float,
    tolerance: float,
) -> None:
    """Paints strokes of one brush where the canvas is further than `tolerance` from the picture."""
    reference = surface.blurred(lab, 0.6 * radius)
    error = np.linalg.norm(reference - canvas, axis=2) if tolerance else np.full(lab.shape[:2], np.inf, np.float32)
    starts = _starts(draw, error, radius, tolerance)
    colours = reference[starts[:, 1], starts[:, 0]]
    curves = [flow.traced(starts, directions, radius, NUM_STEPS, sign) for sign in (1.0, -1.0)]
    ahead, behind = (_length(curve, reference, canvas, colours) for curve in curves)
    fresh = np.float32(min(1.0, 0.25 + radius / (RADII[0] * span)))  # small brushes mend, they do not play
    colours = colours + draw.normal(size=colours.shape).astype(np.float32) * np.array(COLOUR_NOISE, np.float32) * fresh
    owner = np.full(lab.shape[:2], -1, np.int32)
    width = max(1, round(2 * radius))
    for index in range(len(starts)):
        curve = np.concatenate([curves[1][index, behind[index] : 0 : -1], curves[0][index, : ahead[index] + 1]])
        cv2.polylines(owner, [np.rint(curve).astype(np.int32)], False, index, width)
    owner = _ragged(owner, directions * (RAGGED * radius * bristles)[..., None])
    painted = owner >= 0
    canvas[painted] = colours[owner[painted]]
    heights = draw.uniform(0.4, 1.0, len(starts)).astype(np.float32) * radius
    relief[painted] = heights[owner[painted]] * (1 + 0.1 * bristles[painted])


def _ragged(owner: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Returns to which stroke each pixel belongs, int32 (H, W), moved by (H, W, 2) pixels: each bristle ends elsewhere."""
    height, width = owner.shape
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    moved = cv2.remap(
        owner.astype(np.float32),
        columns + shift[..., 0],
        rows + shift[..., 1],
        cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(moved.astype(np.int32))


def _starts(draw: np.random.Generator, error: np.ndarray, radius: float, tolerance: float) -> np.ndarray:
    """Returns where strokes begin, pixels (N, 2) of x and y in random order: where the error is too large."""
    step = max(1.0, radius)
    height, width = error.shape
    x, y = np.meshgrid(np.arange(0.5 * step, width, step), np.arange(0.5 * step, height, step))
    places = np.stack([x.ravel(), y.ravel()], 1) + draw.uniform(-0.5, 0.5, (x.size, 2)) * step
    places = np.clip(places, 0, [width - 1, height - 1]).astype(int)
    if tolerance:
        mean = cv2.blur(error, (2 * int(step) + 1, 2 * int(step) + 1))
        places = places[mean[places[:, 1], places[:, 0]] > tolerance]
    return draw.permutation(places)


def _length(curve: np.ndarray, reference: np.ndarray, canvas: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Returns how many steps of curves (N, K + 1, 2) keep to colours (N, 3): less far from them than the canvas is."""
    nearest = np.rint(curve).astype(int)
    there = reference[nearest[..., 1], nearest[..., 0]]
    missed = np.linalg.norm(there - colours[:, None], axis=2)
    unpainted = np.linalg.norm(there - canvas[nearest[..., 1], nearest[..., 0]], axis=2)
    keeps = (missed <= np.maximum(unpainted, 4)) & (missed < 22)
    keeps[:, :2] = True
    return np.asarray(np.cumprod(keeps, 1).sum(1) - 1)
