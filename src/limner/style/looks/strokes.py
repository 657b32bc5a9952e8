"""Lines as a hand draws them: spaced evenly, as far as the tone asks for them, thin at their ends."""

from collections.abc import Sequence

import cv2
import numpy as np

from limner.style import flow

SHIFT = 3
"""Bits of a pixel to which points are drawn."""


def spaced(
    draw: np.random.Generator, directions: np.ndarray, wanted: np.ndarray, gap: float, length: float
) -> list[np.ndarray]:
    """Returns curves (K, 2) of x and y along unit steps (H, W, 2), at least `gap` pixels apart and at most `length` long.

    They keep to where `wanted` (H, W) is at least 0. After Jobard and Lefer 1997, "Creating evenly-spaced streamlines of arbitrary
    density", but from starts on a grid, side by side.
    """
    height, width = wanted.shape
    step = max(1.0, gap / 2)
    count = max(2, int(length / step / 2))
    x, y = np.meshgrid(np.arange(0, width, gap), np.arange(0, height, gap))
    starts = np.stack([x.ravel(), y.ravel()], 1) + draw.uniform(-0.5, 0.5, (x.size, 2)) * gap
    starts = np.clip(starts, 0, [width - 1, height - 1])
    places = starts.astype(int)
    starts = starts[wanted[places[:, 1], places[:, 0]] >= 0]
    if not len(starts):
        return []
    mean = directions.reshape(-1, 2).mean(0)
    across = starts @ np.array([-mean[1], mean[0]])  # side by side, so that they pack closely
    starts = starts[np.argsort(np.round(across / gap) + draw.uniform(0, 0.3, len(starts)), kind="stable")]
    ahead, behind = (flow.traced(starts, directions, step, count, sign) for sign in (1.0, -1.0))
    curves = np.concatenate([behind[:, :0:-1], ahead], 1)
    nearest = np.rint(curves).astype(np.int32)
    allowed = wanted[nearest[..., 1], nearest[..., 0]] >= 0
    taken = np.zeros((height, width), np.uint8)
    reach = draw.uniform(0.55, 1.0, len(curves))
    kept = []
    for index, pixels in enumerate(nearest):
        if taken[pixels[count, 1], pixels[count, 0]]:
            continue
        free = allowed[index] & (taken[pixels[:, 1], pixels[:, 0]] == 0)
        most = max(2, int(count * reach[index]))
        first, last = _run(free, count, most)
        if last - first < 3:
            continue
        kept.append(curves[index, first : last + 1])
        cv2.polylines(taken, [pixels[first : last + 1]], False, 1, max(1, round(2 * gap) - 1))
    return kept


def draw_tapered(ink: np.ndarray, curves: Sequence[np.ndarray], widths: Sequence[np.ndarray], value: int) -> None:
    """Draws curves (K, 2) of widths (K,) in pixels onto `ink` uint8 (H, W), as filled outlines with smooth edges."""
    for curve, width in zip(curves, widths, strict=True):
        along = np.gradient(curve, axis=0)
        along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
        aside = np.stack([-along[:, 1], along[:, 0]], 1) * width[:, None] / 2
        outline = np.concatenate([curve + aside, (curve - aside)[::-1]])
        cv2.fillPoly(ink, [np.rint(outline * 2**SHIFT).astype(np.int32)], value, cv2.LINE_AA, SHIFT)


def taper(count: int) -> np.ndarray:
    """Returns factors (count,) of a stroke's width: full in the middle, thin at the ends."""
    return np.asarray(np.sqrt(np.sin(np.pi * (np.arange(count) + 0.35) / (count - 0.3))))


def _run(free: np.ndarray, middle: int, most: int) -> tuple[int, int]:
    """Returns first and last index of what is free without a gap around the middle, at most `most` to either side."""
    taken = np.flatnonzero(~free)
    place = np.searchsorted(taken, middle)
    first = int(taken[place - 1]) + 1 if place else 0
    last = int(taken[place]) - 1 if place < len(taken) else len(free) - 1
    return max(first, middle - most), min(last, middle + most)
