"""The factor colour: the colours of one picture moved onto those of another in CIE Lab, by optimal transport."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from limner import seeds
from limner.colours import from_lab, smooth_step, to_lab
from limner.errors import UsageError

Map = Literal["linear", "nonlinear"]
NUM_MAP_SAMPLES, NUM_MAP_NEIGHBOURS = 1000, 8
"""Pixels of either picture that the non-linear map joins, and how many of them move a pixel between."""
NUM_DIRECTIONS, NUM_QUANTILES, MAX_PIXELS = 64, 512, 20_000
"""Lines that colours are projected onto to be compared, quantiles on each, and pixels of either picture that are looked at."""

SKIN_SPARED = 0.75
"""Fraction of its own hue that skin keeps when the colours of a picture are moved."""
BLACK = (18.0, 4.0)
"""L down to which a pixel is not black, and from which it is, and stays without a hue of its own."""


class Colours(NamedTuple):
    """Mean (3,) and covariance (3, 3) of a picture's colours in Lab, L in [0, 100], and the pixels (N, 3) themselves."""

    mean: np.ndarray
    covariance: np.ndarray
    pixels: np.ndarray


def colours(picture: np.ndarray, region: np.ndarray | None = None) -> Colours:
    """Returns the colours of a picture uint8 (H, W, 3), or of a region of it, weights (H, W) in [0, 1]."""
    pixels = to_lab(picture).reshape(-1, 3)
    weights = None if region is None else region.ravel().astype(np.float64)
    if weights is not None and weights.sum() < 1:
        weights = None  # a region of less than a pixel has no colours of its own
    mean = np.average(pixels, 0, weights)
    covariance = np.cov(pixels.T, aweights=weights) if len(pixels) > 1 else np.zeros((3, 3))
    # a ridge, so that a picture of one colour has colours that can be moved
    return Colours(mean, covariance + 1e-3 * np.eye(3), pixels if weights is None else pixels[weights > 0.5])


def blended(parts: Sequence[tuple[float, Colours]]) -> Colours:
    """Returns the weighted mean of several pictures' colours; the weights sum to 1."""
    mean = sum(weight * one.mean for weight, one in parts)
    covariance = sum(weight * one.covariance for weight, one in parts)
    shown = [one.pixels[:: max(1, int(len(one.pixels) / (MAX_PIXELS * weight)))] for weight, one in parts if weight > 0]
    return Colours(np.asarray(mean), np.asarray(covariance), np.concatenate(shown))


def transported(
    picture: np.ndarray, own: Colours, to: Colours, fraction: float = 1.0, kind: Map = "linear"
) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3) whose colours `own` have been moved by `fraction`, 0 to 1, of the way onto `to`.

    Linear: the Monge-Kantorovich map between Gaussians (Pitie and Kokaram 2007, "The linear Monge-Kantorovitch linear colour
    mapping for example-based colour transfer"). Non-linear: the exact plan between pixels of both (needs POT).
    """
    if not fraction:
        return picture
    lab = to_lab(picture)
    moved = _linear(lab, own, to) if kind == "linear" else _nonlinear(lab, own, to)
    return from_lab(lab + np.float32(fraction) * (moved - lab))


def spared(own: np.ndarray, moved: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """Returns a picture with colours `moved`, uint8 (H, W, 3), but most of its own hue on skin, (H, W) in [0, 1], and on black.

    Lightness is what it was moved to. A face does not turn blue, and black has no tint.
    """
    before, after = to_lab(own), to_lab(moved)
    black = smooth_step(before[..., 0], *BLACK)
    kept = np.maximum(SKIN_SPARED * skin, black)[..., None]
    after[..., 1:] += kept * (before[..., 1:] - after[..., 1:])
    return from_lab(after)


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """Returns how far the colours of two pictures, uint8 (H, W, 3), are apart: their sliced Wasserstein distance in Lab units.

    Rabin et al. 2011, "Wasserstein barycenter and its application to texture mixing", over fixed lines.
    """
    draw = np.random.default_rng(seeds.derive("colour lines"))
    lines = draw.normal(size=(3, NUM_DIRECTIONS))
    lines /= np.linalg.norm(lines, axis=0)
    quantiles = [_levels(_some(to_lab(picture).reshape(-1, 3)) @ lines) for picture in (one, other)]
    return float(np.sqrt(3 * np.square(quantiles[0] - quantiles[1]).mean()))


def _linear(lab: np.ndarray, own: Colours, to: Colours) -> np.ndarray:
    root = _root(own.covariance)
    inverse = np.linalg.inv(root)
    matrix = inverse @ _root(root @ to.covariance @ root) @ inverse
    return ((lab - own.mean.astype(np.float32)) @ matrix.T.astype(np.float32) + to.mean.astype(np.float32)).astype(
        np.float32
    )


def _root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 1e-9))) @ vectors.T)


def _nonlinear(lab: np.ndarray, own: Colours, to: Colours) -> np.ndarray:
    try:
        import ot  # type: ignore[import-untyped]
    except ImportError:
        raise UsageError("the non-linear map of colours needs POT: pip install 'limner[style]'.") from None
    from scipy.spatial import KDTree

    draw = np.random.default_rng(seeds.derive("colour samples"))
    here, there = (draw.permutation(one.pixels)[:NUM_MAP_SAMPLES].astype(np.float64) for one in (own, to))
    plan = ot.emd(ot.unif(len(here)), ot.unif(len(there)), ot.dist(here, there))
    moves = (plan @ there) * len(here) - here
    # pixels between the samples move as their neighbours do, or flat ground would break into patches
    far, nearest = KDTree(here).query(lab.reshape(-1, 3), min(NUM_MAP_NEIGHBOURS, len(here)), workers=-1)
    closeness = 1 / (np.square(far.reshape(len(nearest), -1)) + 1)
    steps = (closeness[..., None] * moves[nearest.reshape(len(nearest), -1)]).sum(1) / closeness.sum(1, keepdims=True)
    return (lab + steps.reshape(lab.shape)).astype(np.float32)


def _levels(values: np.ndarray) -> np.ndarray:
    """Returns the quantiles (NUM_QUANTILES, K) of values (N, K) in each column."""
    ordered = np.sort(values, 0)
    return np.asarray(ordered[np.linspace(0, len(values) - 1, NUM_QUANTILES).round().astype(int)])


def _some(pixels: np.ndarray) -> np.ndarray:
    return pixels[:: max(1, len(pixels) // MAX_PIXELS)]
