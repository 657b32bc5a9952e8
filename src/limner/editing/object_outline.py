"""The object in a box: found in a reduced picture by several graph cuts that vote, its edge then followed at full size."""

from collections.abc import Sequence

import cv2
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

MARGIN = 0.2
"""Of the box's sides: how much around it is looked at, and taken for background."""
SIDE = 200
"""Longer side of the reduced picture that is cut."""
ITERATIONS = 4
"""Of each GrabCut: estimates of what is object and what is not."""
VOTES = ((5.0, False), (10.0, True), (20.0, False))
"""Each cut: the distance in colour from outside of the box up to which a pixel is background at first; whether it sees CIE Lab."""
FEWEST = 0.1
"""Share of the box that must be left when those are taken for background; otherwise none is."""
PART = 0.1
"""Size of a part relative to the largest, from which on it belongs to the object."""
HOLE = 0.005
"""Of the reduced picture: smaller holes in the object are filled."""
RADIUS, EPSILON = 3, 1e-4
"""Of the guided filter: pixels of the reduced picture, and the variance of colour that counts as none."""
Strokes = Sequence[Sequence[float]]


def find_object(
    pixels: np.ndarray,
    box: tuple[int, int, int, int],
    foreground: Strokes = (),
    background: Strokes = (),
    brush: float = 5,
) -> tuple[np.ndarray, float]:
    """Returns how much of each pixel is the object in a box, float32 (H, W) in [0, 1], and how sure that is, in [0, 1].

    Pixels uint8 (H, W, 3); left, top, width and height of the box, which must leave some of the picture around it. Strokes are
    lists of x, y, x, y, ... in pixels, `brush` pixels to each side, of what is known to be object or background. Nothing is
    selected where nothing differs from what is around the box. (GrabCut: Rother et al. 2004.)
    """
    where = _around(pixels.shape, box)
    own = np.ascontiguousarray(pixels[where])
    factor = min(1.0, SIDE / max(own.shape[:2]))
    size = max(1, round(own.shape[1] * factor)), max(1, round(own.shape[0] * factor))
    small = cv2.resize(own, size, interpolation=cv2.INTER_AREA)
    inside, known = _marked(size, where, box, factor, foreground, background, brush)
    cuts = _cuts(small, inside, known)
    found = _whole((np.mean(cuts, 0) > 0.5) & inside, known)
    alpha = np.zeros(pixels.shape[:2], np.float32)
    if not found.any():
        return alpha, 0.0
    alpha[where] = _followed(own, small, found)
    left, top, width, height = box
    alpha[:top], alpha[top + height :], alpha[:, :left], alpha[:, left + width :] = 0, 0, 0, 0
    return alpha, _confidence(cuts, found, inside)


def _around(shape: tuple[int, ...], box: tuple[int, int, int, int]) -> tuple[slice, slice]:
    """Returns the rows and columns of a box and its margin."""
    left, top, width, height = box
    down, right = (max(8, round(MARGIN * side)) for side in (height, width))
    rows = slice(max(0, top - down), min(shape[0], top + height + down))
    return rows, slice(max(0, left - right), min(shape[1], left + width + right))


def _marked(
    size: tuple[int, int],
    where: tuple[slice, slice],
    box: tuple[int, int, int, int],
    factor: float,
    foreground: Strokes,
    background: Strokes,
    brush: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns what is in the box, bool, and what strokes say of it in GrabCut's numbers, or -1, in the reduced picture."""
    left, top, width, height = box
    corner = np.array([where[1].start, where[0].start], float)
    edges = np.rint((np.array([[left, top], [left + width, top + height]]) - corner) * factor).astype(int)
    inside = np.zeros(size[::-1], bool)
    inside[edges[0, 1] : max(edges[1, 1], edges[0, 1] + 1), edges[0, 0] : max(edges[1, 0], edges[0, 0] + 1)] = True
    known = np.full(size[::-1], -1, np.int16)
    for strokes, value in ((foreground, cv2.GC_FGD), (background, cv2.GC_BGD)):
        for stroke in strokes:
            points = np.rint((np.reshape(stroke, (-1, 2)) - corner) * factor).astype(np.int32)
            cv2.polylines(known, [points], False, float(value), max(1, round(2 * brush * factor)))
    return inside, known


def _cuts(small: np.ndarray, inside: np.ndarray, known: np.ndarray) -> list[np.ndarray]:
    """Returns what each GrabCut takes for the object, bool (h, w).

    Sky that a box encloses is as much in the box as the object is. But a path leads to it from outside along which the colour
    hardly changes (geodesic distance: Bai and Sapiro 2007), so what is near by such paths is background at first.
    """
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    apart = _geodesic(cv2.GaussianBlur(lab, (0, 0), 1.0), inside)
    found = []
    for near, in_lab in VOTES:
        mask = np.where(inside, cv2.GC_PR_FGD, cv2.GC_BGD).astype(np.uint8)
        if (inside & (apart >= near)).sum() >= FEWEST * inside.sum():
            mask[inside & (apart < near)] = cv2.GC_PR_BGD
        mask = np.where(known >= 0, known, mask).astype(np.uint8)
        seen = cv2.cvtColor(small, cv2.COLOR_RGB2Lab) if in_lab else small
        cv2.setRNGSeed(0)
        colours = np.zeros((1, 65)), np.zeros((1, 65))
        cv2.grabCut(seen, mask, (0, 0, 0, 0), *colours, ITERATIONS, cv2.GC_INIT_WITH_MASK)
        found.append(np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)))
    return found


def _geodesic(lab: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Returns how much the colour changes along the best path to each pixel from outside of the box, float (h, w)."""
    number = np.arange(inside.size).reshape(inside.shape)
    outside, start = np.flatnonzero(~inside), inside.size
    pairs = ((number[:, :-1], number[:, 1:]), (number[:-1], number[1:]))
    one, other = (np.concatenate([pair[end].ravel() for pair in pairs]) for end in (0, 1))
    colours = lab.reshape(-1, 3)
    steps = np.linalg.norm(colours[one] - colours[other], axis=1) + 1e-3
    rows, columns = np.concatenate([one, np.full(len(outside), start)]), np.concatenate([other, outside])
    weights = np.concatenate([steps, np.full(len(outside), 1e-3)])
    graph = coo_array((weights, (rows, columns)), shape=(start + 1, start + 1)).tocsr()
    return np.asarray(dijkstra(graph, directed=False, indices=start)[:-1].reshape(inside.shape))


def _whole(found: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Returns an object without specks and pinholes, bool (h, w), except where strokes say otherwise."""
    _, parts, about, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8))
    areas = about[1:, cv2.CC_STAT_AREA]
    if len(areas):
        found = np.isin(parts, 1 + np.flatnonzero(areas >= PART * areas.max()))
    _, parts, about, _ = cv2.connectedComponentsWithStats((~found).astype(np.uint8), connectivity=4)
    small = 1 + np.flatnonzero(about[1:, cv2.CC_STAT_AREA] < HOLE * found.size)
    found = found | np.isin(parts, small)
    return np.where(known >= 0, known == cv2.GC_FGD, found)


def _followed(large: np.ndarray, small: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Returns a reduced selection, bool (h, w), at full size, float32 (H, W), its edge along the picture's own.

    Fast guided filter (He and Sun 2015, arXiv 1505.00996): coefficients of the reduced picture, enlarged.
    """
    guide, mask = small.astype(np.float32) / 255, found.astype(np.float32)
    side = 2 * RADIUS + 1
    mean = lambda values: cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT)  # noqa: E731
    colour, level = mean(guide), mean(mask)
    products = mean((guide[..., :, None] * guide[..., None, :]).reshape(*mask.shape, 9)).reshape(*mask.shape, 3, 3)
    covariance = products - colour[..., :, None] * colour[..., None, :] + EPSILON * np.eye(3, dtype=np.float32)
    with_mask = mean(guide * mask[..., None]) - colour * level[..., None]
    slopes = np.linalg.solve(covariance, with_mask[..., None])[..., 0].astype(np.float32)
    offsets = level - (slopes * colour).sum(2)
    size = large.shape[1], large.shape[0]
    planes = cv2.resize(mean(np.dstack([slopes, offsets])), size, interpolation=cv2.INTER_LINEAR)
    alpha: np.ndarray = planes[..., 3]
    for channel in range(3):
        alpha = alpha + planes[..., channel] * (large[..., channel] * np.float32(1 / 255))
    kernel = np.ones((side, side), np.uint8)
    inner, outer = (cv2.resize(way(mask, kernel), size) for way in (cv2.erode, cv2.dilate))
    return np.clip(2 * alpha - 0.5, inner, outer).clip(0, 1)  # far from the edge it is known


def _confidence(cuts: Sequence[np.ndarray], found: np.ndarray, inside: np.ndarray) -> float:
    """Returns how sure an object is: how well the cuts agree, and how nearly it reaches the four sides of its box."""
    pairs = [(one, other) for number, one in enumerate(cuts) for other in cuts[number + 1 :]]
    agreement = np.mean([(one & other).sum() / max(1, (one | other).sum()) for one, other in pairs])
    gaps = []
    for axis in (0, 1):
        box, own = (np.flatnonzero(area.any(axis)) for area in (inside, found & inside))
        gaps += [float(own[0] - box[0]) / len(box), float(box[-1] - own[-1]) / len(box)] if len(own) else [1.0]
    return float(np.clip(agreement * (1 - 2 * max(0.0, max(gaps) - 0.05)), 0, 1))
