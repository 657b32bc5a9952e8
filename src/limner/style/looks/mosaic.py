"""Mosaic: square stones laid along the edges of the picture, each of one colour, with grout between them."""

import cv2
import numpy as np

from limner.colours import from_lab, to_lab
from limner.style import flow
from limner.style.looks import surface

SIZE = 0.0155
"""Side of a stone as a share of the picture's longest side."""
ANALYSIS_SIDE, CUT_SIDE = 1024, 2048
"""Longest side at which stones are laid, and at most that at which they are cut."""
NUM_ROUNDS = 9
"""Times that each stone moves to the middle of what is nearest to it."""
COLOUR_PULL, MAX_PULL = 0.02, 0.5
"""How far a difference of 1 in Lab is, in sides of a stone, and how far any is at most: stones end at edges."""
GROUT = (62.0, 1.0, 6.0)
"""Colour of the grout in Lab, over the darkness of what is around."""
GAP, BEVEL = 0.062, 0.15
"""Half the width of the grout, and that of a stone's rounded border, in sides of a stone."""


def mosaic(picture: np.ndarray, seed: int) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3) as laid from stones, the same for the same seed.

    Hausner 2001, "Simulating decorative mosaics": a centroidal Voronoi diagram whose distance is square along the edges, here
    also of colour, as in Achanta et al. 2012, "SLIC superpixels".
    """
    draw = np.random.default_rng(seed)
    side, coarse = surface.side_for(picture), surface.coarseness(picture)
    laid = round(ANALYSIS_SIDE / coarse)
    small = surface.sized(picture, laid)
    directions = flow.flow(small.astype(np.float32) / 255, 16.0, 0.0, 2e-3)
    places, turns = _laid(draw, _flat(small), directions, SIZE * ANALYSIS_SIDE)
    scale = min(side, CUT_SIDE) / laid
    large = surface.sized(picture, min(side, CUT_SIDE))
    labels = _whole(_nearest(places * scale, turns, _flat(large), SIZE * ANALYSIS_SIDE * scale))
    colours = _colours(draw, to_lab(large), labels, len(places))
    return _set(draw, labels, colours, surface.sized(picture, side).shape[:2], coarse, picture.shape[:2])


def _flat(picture: np.ndarray) -> np.ndarray:
    """Returns a picture in Lab, float32 (H, W, 3), without what is too fine for a stone to follow."""
    sigma = 0.003 * max(picture.shape[:2])
    return to_lab(cv2.bilateralFilter(cv2.GaussianBlur(picture, (0, 0), sigma / 2), 0, 40, sigma))


def _whole(labels: np.ndarray) -> np.ndarray:
    """Returns labels int32 (H, W) in which each has only its largest piece; the rest goes to the nearest."""
    inner = _inside(labels)
    _, pieces = cv2.connectedComponents(inner, connectivity=4)
    sizes = np.bincount(pieces.ravel())
    first = np.zeros(len(sizes), np.int64)
    first[pieces.ravel()] = labels.ravel()
    sizes[0] = 0
    largest = np.zeros(labels.max() + 1, np.int64)
    order = np.argsort(sizes, kind="stable")
    largest[first[order]] = order  # the last that is written is the largest
    kept = (largest[labels] == pieces) & (inner > 0)
    _, nearest = cv2.distanceTransformWithLabels(
        (~kept).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owners = np.zeros(nearest.max() + 1, np.int32)
    owners[nearest[kept]] = labels[kept]
    return np.asarray(owners[nearest])


def _inside(labels: np.ndarray) -> np.ndarray:
    """Returns 1 where the pixel to the left and that above have the same label, uint8 (H, W)."""
    inner = np.ones(labels.shape, np.uint8)
    inner[:, 1:] &= labels[:, 1:] == labels[:, :-1]
    inner[1:] &= labels[1:] == labels[:-1]
    return inner


def _laid(
    draw: np.random.Generator, lab: np.ndarray, directions: np.ndarray, size: float
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the middles of stones, (N, 2) of x and y, and the directions in which they lie, (N, 2)."""
    height, width = lab.shape[:2]
    x, y = np.meshgrid(np.arange(size / 2, width, size), np.arange(size / 2, height, size))
    places = np.stack([x.ravel(), y.ravel()], 1) + draw.uniform(-0.2, 0.2, (x.size, 2)) * size
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    for _ in range(NUM_ROUNDS):
        turns = _directions_at(directions, places)
        labels = _nearest(places, turns, lab, size).ravel()
        count = np.bincount(labels, minlength=len(places))
        moved = np.stack(
            [np.bincount(labels, each.ravel(), len(places)) / np.maximum(count, 1) for each in (columns, rows)], 1
        )
        places = np.where(count[:, None] > 0, moved, places)
    return places, _directions_at(directions, places)


def _directions_at(directions: np.ndarray, places: np.ndarray) -> np.ndarray:
    height, width = directions.shape[:2]
    nearest = np.clip(np.rint(places).astype(int), 0, [width - 1, height - 1])
    return np.asarray(directions[nearest[:, 1], nearest[:, 0]])


def _nearest(places: np.ndarray, turns: np.ndarray, lab: np.ndarray, size: float) -> np.ndarray:
    """Returns to which stone each pixel is nearest, int32 (H, W)."""
    height, width = lab.shape[:2]
    best, labels = np.full((height, width), np.inf, np.float32), np.zeros((height, width), np.int32)
    reach = int(np.ceil(1.6 * size))
    steps = np.arange(-reach, reach + 1, dtype=np.float32)
    for index, ((x, y), (right, down)) in enumerate(zip(places, turns, strict=True)):
        column, row = round(float(x)), round(float(y))
        top, bottom, left, end = max(0, row - reach), row + reach + 1, max(0, column - reach), column + reach + 1
        near = lab[top:bottom, left:end]
        across = steps[left - column + reach :][: near.shape[1]][None]
        below = steps[top - row + reach :][: near.shape[0]][:, None]
        square = np.maximum(np.abs(across * right + below * down), np.abs(below * right - across * down)) / np.float32(
            size
        )
        own = lab[min(max(row, 0), height - 1), min(max(column, 0), width - 1)]
        apart = near - own
        pull = np.float32(COLOUR_PULL) * np.sqrt(np.einsum("hwc,hwc->hw", apart, apart))
        distance = square + np.minimum(pull, np.float32(MAX_PULL))
        window = best[top:bottom, left:end]
        closer = distance < window
        window[closer] = distance[closer]
        labels[top:bottom, left:end][closer] = index
    return labels


def _colours(draw: np.random.Generator, lab: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """Returns the colour of each stone in Lab, float32 (N, 3): the mean of what it covers, as no two stones are alike."""
    flat = labels.ravel()
    sizes = np.maximum(np.bincount(flat, minlength=count), 1)
    means = np.stack([np.bincount(flat, lab[..., band].ravel(), count) / sizes for band in range(3)], 1)
    means[:, 1:] *= 1.35
    means[:, 0] = 55 + 1.2 * (means[:, 0] - 50)
    return (means + draw.normal(size=means.shape) * [3.0, 2.0, 2.0]).astype(np.float32)


def _set(
    draw: np.random.Generator,
    labels: np.ndarray,
    colours: np.ndarray,
    size: tuple[int, int],
    coarse: float,
    final: tuple[int, int],
) -> np.ndarray:
    """Returns stones in grout, lit from the upper left, uint8 (H, W, 3) at the size `final`."""
    stone = SIZE * coarse * max(size)
    full = cv2.resize(labels, size[::-1], interpolation=cv2.INTER_NEAREST)
    cut = SIZE * coarse * max(labels.shape)
    within = cv2.distanceTransform(_inside(labels), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) / np.float32(cut)
    soft = cv2.GaussianBlur(within, (0, 0), max(0.6, 0.03 * cut))
    depth = cv2.resize(soft, size[::-1], interpolation=cv2.INTER_CUBIC)
    height = np.clip((depth - GAP) / BEVEL, 0, 1)
    height = height * (2 - height)
    tilt = draw.normal(size=(len(colours), 1)).astype(np.float32)
    shine = 9 * surface.light(height, 0.16 * stone) + 1.2 * surface.noise(draw, size, 0.25 * stone, 2)
    lab = colours[full]
    lab[..., 0] += shine + 0.8 * tilt[full][..., 0]
    around = surface.blurred(lab[..., 0], stone)
    ground = np.dstack([np.full(size, band, np.float32) for band in GROUT])
    ground[..., 0] = 0.45 * np.float32(GROUT[0]) + 0.25 * around + 2 * surface.noise(draw, size, 0.15 * stone, 2)
    cover = np.clip((depth - GAP) * np.float32(stone) / 1.2 + 0.5, 0, 1)[..., None]
    return surface.fitted(from_lab(ground + cover * (lab - ground)), final)
