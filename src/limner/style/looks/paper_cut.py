"""Paper cut: sheets of coloured paper, cut to flat shapes and laid over each other, each with a soft shadow on those below."""

import cv2
import numpy as np

from limner.colours import from_lab, to_lab
from limner.pictures.palette import palette, usual_colours
from limner.style.looks import surface

ANALYSIS_SIDE = 1024
"""Longest side at which shapes are found."""
NUM_PAPERS, NUM_ROUNDS = 16, 8
"""Colours of paper, and rounds of k-means that find them."""
RADIUS, ROUNDNESS = 0.0065, 0.0026
"""Of what is flattened before, and by how much outlines are rounded, as a share of the side."""
MIN_AREA = 0.0002
"""Share of the picture below which a piece is too small to be cut."""
SHADOW, SHIFT = 0.48, 0.0034
"""Darkness of a sheet's shadow, and how far it falls right and down, as a share of the side."""


def paper_cut(picture: np.ndarray, seed: int) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3) as layers of cut paper, the same for the same seed.

    Shapes are colours of a palette by k-means in CIE Lab; outlines are rounded by blurring regions and taking the strongest
    (Merriman, Bence and Osher 1992, "Diffusion generated motion by mean curvature"). Darker sheets lie above lighter ones.
    """
    draw = np.random.default_rng(seed)
    side = surface.side_for(picture)
    small = surface.sized(picture, ANALYSIS_SIDE)
    flat = surface.kuwahara(small.astype(np.float32) / 255, round(RADIUS * ANALYSIS_SIDE))
    flat = surface.kuwahara(flat, round(RADIUS * ANALYSIS_SIDE / 2))
    lab = to_lab(np.rint(np.clip(flat, 0, 1) * 255).astype(np.uint8))
    papers = _papers(flat)
    labels = _cleared(_nearest(lab, papers), len(papers))
    size = surface.sized(picture, side).shape[:2]
    return surface.fitted(_laid(draw, labels, papers, size, surface.coarseness(picture)), picture.shape[:2])


def _papers(flat: np.ndarray) -> np.ndarray:
    """Returns the colours of the papers in Lab, float32 (N, 3), from the lightest, which lies lowest."""
    quarter = cv2.resize(flat, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    pixels = np.rint(np.clip(quarter, 0, 1) * 255).astype(np.uint8)
    papers = to_lab(palette(usual_colours(pixels[None]), NUM_PAPERS)[None])[0]
    seen = to_lab(pixels).reshape(-1, 3)
    for _ in range(NUM_ROUNDS):
        nearest = np.linalg.norm(seen[:, None] - papers, axis=2).argmin(1)
        count = np.bincount(nearest, minlength=len(papers))[:, None]
        sums = np.stack([np.bincount(nearest, seen[:, band], len(papers)) for band in range(3)], 1)
        papers = np.where(count > 0, sums / np.maximum(count, 1), papers).astype(np.float32)
    return np.asarray(papers[np.argsort(-papers[:, 0], kind="stable")])


def _nearest(lab: np.ndarray, papers: np.ndarray) -> np.ndarray:
    """Returns which paper is nearest to each colour (H, W, 3), uint8 (H, W)."""
    best, labels = np.full(lab.shape[:2], np.inf, np.float32), np.zeros(lab.shape[:2], np.uint8)
    for one, colour in enumerate(papers):
        apart = lab - colour
        distance = np.einsum("hwc,hwc->hw", apart, apart)
        closer = distance < best
        best[closer], labels[closer] = distance[closer], one
    return labels


def _dyed(papers: np.ndarray) -> np.ndarray:
    """Returns colours in Lab, float32 (N, 3), lighter and stronger, as of dyed paper."""
    lightness = papers[:, 0]
    low, high = min(float(lightness.min()), 30.0), max(float(lightness.max()), 70.0)
    lifted = 17 + 79 * np.power(np.clip((lightness - low) / (high - low), 0, 1), 0.8)
    return np.column_stack([lifted, papers[:, 1:] * 1.28]).astype(np.float32)


def _cleared(labels: np.ndarray, count: int) -> np.ndarray:
    """Returns labels (H, W) whose outlines are round and whose pieces are not too small; what was goes to its neighbours."""
    sigma = ROUNDNESS * max(labels.shape)
    for _ in range(2):
        best, rounded = np.zeros(labels.shape, np.float32), labels
        for one in range(count):
            share = cv2.GaussianBlur((labels == one).astype(np.float32), (0, 0), sigma)
            rounded = np.where(share > best, np.uint8(one), rounded)
            best = np.maximum(best, share)
        labels = rounded
    least = MIN_AREA * labels.size
    keep = np.zeros(labels.shape, bool)
    for one in range(count):
        _, pieces, stats, _ = cv2.connectedComponentsWithStats((labels == one).astype(np.uint8), connectivity=4)
        large = stats[:, cv2.CC_STAT_AREA] >= least
        large[0] = False
        keep |= large[pieces]
    if keep.all() or not keep.any():
        return labels
    _, nearest = cv2.distanceTransformWithLabels(
        (~keep).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owners = np.zeros(nearest.max() + 1, labels.dtype)
    owners[nearest[keep]] = labels[keep]
    return np.asarray(owners[nearest])


def _laid(
    draw: np.random.Generator, labels: np.ndarray, papers: np.ndarray, size: tuple[int, int], coarse: float
) -> np.ndarray:
    """Returns the sheets laid over each other, uint8 (H, W, 3), lit from the upper left."""
    unit = coarse * max(size) / 1000
    colours = _dyed(papers)
    fibres = surface.noise(draw, size, 2.2 * unit, 2)
    canvas = np.empty((*size, 3), np.float32)
    canvas[:] = colours[0]
    canvas[..., 0] += 0.9 * fibres
    lit = np.ones(size, np.float32)
    for one in range(1, len(papers)):
        sheet = (labels >= one).astype(np.float32)
        if not sheet.any():
            continue
        shape, cast, rim = (
            _smooth(sheet, size),
            surface.fitted(_cast(sheet, coarse), size),
            surface.fitted(_rim(sheet), size),
        )
        darker = np.minimum(lit, 1 - SHADOW * cast)  # a shadow within a shadow is not darker
        canvas *= (darker / lit)[..., None]
        lit = darker + shape * (1 - darker)
        lightness = colours[one, 0] + 0.9 * np.roll(fibres, 37 * one, 1) + 7 * rim
        canvas[..., 0] += shape * (lightness - canvas[..., 0])
        canvas[..., 1:] += shape[..., None] * (colours[one, 1:] - canvas[..., 1:])
    return from_lab(canvas)


def _cast(sheet: np.ndarray, coarse: float) -> np.ndarray:
    """Returns the shadow of a sheet float32 (h, w) of 0 and 1, moved to the right and down, and soft."""
    step = SHIFT * coarse * max(sheet.shape)
    move = np.array([[1, 0, step], [0, 1, step]], np.float32)
    moved = cv2.warpAffine(sheet, move, sheet.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), 1.1 * step))


def _rim(sheet: np.ndarray) -> np.ndarray:
    """Returns the light on the border of a sheet float32 (h, w) of 0 and 1, about [-1, 1]."""
    return surface.light(cv2.GaussianBlur(sheet, (0, 0), 1.0), 3.0)


def _smooth(shape: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Returns a shape float32 (h, w) of 0 and 1 at another size, with outlines that are smooth and sharp."""
    soft = cv2.resize(cv2.GaussianBlur(shape, (0, 0), 2.0), size[::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip((soft - 0.5) * (size[0] / shape.shape[0]) * 5 + 0.5, 0, 1)
