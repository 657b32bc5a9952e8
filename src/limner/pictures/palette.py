"""Palettes: the colours that pictures have most, a few of them, and pictures in these alone."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError

from limner.colours import to_lab
from limner.errors import UsageError

MAX_COLOURS = 64
"""Colours that are remembered of many pictures, and the most that a palette can have."""
STEP = 16
"""Levels within which colours count as one, unless pictures have so few that each is remembered."""
RARE = 0.5
"""The power of a colour's frequency by which it counts: what is rare, as flowers before hills, is often what a picture shows."""
OPAQUE = 128
"""Alpha from which a pixel of a limited picture is seen, wholly."""
MAX_PIXELS_COUNTED = 250_000
"""Pixels whose colours are counted."""
KMEANS_ITERATIONS, AT_ONCE = 30, 65_536
"""Of k-means, and pixels that are compared with a palette at a time."""
Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
Share = Annotated[float, Field(ge=0, le=1)]
COLOURS = TypeAdapter(Annotated[dict[Colour, Share], Field(max_length=MAX_COLOURS)])


def usual_colours(pictures: np.ndarray) -> dict[str, float]:
    """Returns the most frequent visible colours of uint8 (N, H, W, C), as "#rrggbb", and their shares; at most `MAX_COLOURS`.

    Of very many pixels, `MAX_PIXELS_COUNTED` chosen at random stand for all.
    """
    levels = pictures.reshape(-1, pictures.shape[-1])
    if len(levels) > MAX_PIXELS_COUNTED:
        levels = levels[np.random.default_rng(0).integers(0, len(levels), MAX_PIXELS_COUNTED)]
    if levels.shape[1] == 4:
        levels = levels[levels[:, 3] >= OPAQUE]
    rgb = np.broadcast_to(levels[:, :3], (len(levels), 3)).astype(np.int64)
    found, counts = np.unique(rgb @ (65536, 256, 1), return_counts=True)
    if len(found) > MAX_COLOURS:
        found, counts = _usual(found, counts)
    order = np.argsort(-counts, kind="stable")
    return {f"#{found[i]:06x}": round(float(counts[i] / max(len(rgb), 1)), 5) for i in order}


def read_colours(found: Any) -> dict[str, float] | None:
    """Returns what `usual_colours` returned, read from a file; None for anything else."""
    try:
        return COLOURS.validate_python(found) or None
    except ValidationError:
        return None


def palette(colours: Mapping[str, float], n: int) -> np.ndarray:
    """Returns n of these colours (fewer if there are not so many) that stand for all by their shares, uint8 (n, 3).

    By k-means in CIELAB from the most frequent colour on, each mean replaced by the colour nearest to it. UsageError for an n
    that no palette can have.
    """
    if not 2 <= n <= MAX_COLOURS:
        raise UsageError(f"--palette {n}: give 2 to {MAX_COLOURS} colours.")
    own = np.array([[int(text[i : i + 2], 16) for i in (1, 3, 5)] for text in colours], np.uint8)
    if len(own) <= n:
        return own
    lab, shares = _lab(own), (np.array(list(colours.values())) + 1e-9) ** RARE
    means = lab[_apart(lab, shares ** (1 / RARE), n)]
    for _ in range(KMEANS_ITERATIONS):
        nearest = _distances(lab, means).argmin(1)
        taken = [nearest == i for i in range(n)]
        means = np.stack(
            [np.average(lab[own_], 0, shares[own_]) if own_.any() else means[i] for i, own_ in enumerate(taken)]
        )
    return own[np.unique(_distances(means, lab).argmin(1))]


def limited(pictures: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Returns uint8 (N, H, W, C) in the nearest colours of a palette (n, 3) alone; alpha becomes 0 or 255."""
    rgb = np.broadcast_to(pictures[..., :3], (*pictures.shape[:3], 3)).reshape(-1, 3)
    values, where = np.unique(rgb, axis=0, return_inverse=True)
    parts = np.array_split(values, 1 + len(values) // AT_ONCE)
    nearest = np.concatenate([_distances(_lab(part), _lab(colours)).argmin(1) for part in parts])
    out = pictures.copy()
    channels = min(3, pictures.shape[3])
    out[..., :channels] = colours[nearest[where.reshape(-1)]].reshape(*pictures.shape[:3], 3)[..., :channels]
    if pictures.shape[3] == 4:
        out[..., 3] = np.where(pictures[..., 3] >= OPAQUE, 255, 0)
        out[out[..., 3] == 0] = 0
    return out


def _usual(found: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns at most `MAX_COLOURS` colours that stand for all, each the most frequent of a cube of the space, and their pixels."""
    order = np.argsort(-counts, kind="stable")
    found, counts = found[order], counts[order]
    cubes = (found >> 16) // STEP * 256 + (found >> 8 & 255) // STEP * 16 + (found & 255) // STEP
    _, first, member = np.unique(cubes, return_index=True, return_inverse=True)
    pixels = np.bincount(member.reshape(-1), counts)
    lab = _lab(np.stack([found[first] >> 16, found[first] >> 8 & 255, found[first] & 255], 1))
    taken = _apart(lab, pixels, MAX_COLOURS)
    return found[first[taken]], np.bincount(_distances(lab, lab[taken]).argmin(1), pixels, len(taken))


def _apart(lab: np.ndarray, shares: np.ndarray, n: int) -> list[int]:
    """Returns the most frequent colour, and then always the one that matters most and is farthest from those taken."""
    taken = [int(shares.argmax())]
    away = _distances(lab, lab[taken])[:, 0]
    while len(taken) < min(n, len(lab)):
        taken.append(int((away * shares**RARE).argmax()))
        away = np.minimum(away, _distances(lab, lab[taken[-1:]])[:, 0])
    return taken


def _distances(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.square(some[:, None] - others[None]).sum(2)


def _lab(colours: np.ndarray) -> np.ndarray:
    return to_lab(colours[None].astype(np.uint8))[0].astype(np.float32)
