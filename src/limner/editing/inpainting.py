"""What is missing in a picture, continued from what is around it: smoothly where it is thin, by patches where it is not.

Every function takes pixels uint8 (H, W, 3) and a hole, bool (H, W), that leaves something, and changes the hole alone.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from limner import seeds
from limner.editing.patchmatch import PATCH, Matches, sources
from limner.editing.poisson import TIES, membrane, places, plate
from limner.errors import UsageError

THIN = 3.0
"""Pixels from the edge of a hole to its middle up to which it is filled smoothly unless asked otherwise."""
MAX_AREA = 1_500_000
"""Pixels that patches are searched in at most: a window round the hole, reduced if need be."""
SMALL = 7
"""Pixels from the edge of a hole to its middle from which on it is no longer looked at in half the size."""
ROUGH = 3.0
"""Weight of roughness relative to colour."""
BLOCK = 9
"""Side of the square that it is the mean of."""
SEARCH_ROUNDS = 2
"""Of search and vote at full size; two more for each time that it is halved."""
JUMP = 60.0
"""Difference across a seam up to about which it is one of tone, and spread out, and not an edge."""
RIM = 16
"""Pixels along the edge, in a picture so reduced, that are toned once more at full size."""
SEEN = 0.06
"""Residual of patches at which the confidence is a half: a fifth of the removals in benchmarks/removal.py have a larger one."""
MAX_PLATE_UNKNOWNS = 500_000
"""Unknown pixels of a plate at most: what is larger bends in a reduced picture."""


def auto(pixels: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Fills what is thin as by `biharmonic`, then the rest as by `patches`."""
    return _by_depth(pixels, hole)[0]


def _by_depth(pixels: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, float]:
    """Returns what `auto` does, and the residual of the patches."""
    near = cv2.dilate(hole.astype(np.uint8), np.ones((5, 5), np.uint8))  # so that no part's bends reach into another
    count, parts = cv2.connectedComponents(near)
    deep = np.zeros(count, bool)
    deep[parts[_depth(hole) > THIN]] = True
    thick = hole & deep[parts]
    if not thick.all() and (thin := hole & ~thick).any():
        pixels = biharmonic(pixels, thin)
    return _patched(pixels, thick) if thick.any() else (pixels, 0.0)


def marching(pixels: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Fills from the edge inwards (fast marching: Telea 2004, "An image inpainting technique")."""
    return np.asarray(cv2.inpaint(np.ascontiguousarray(pixels), hole.astype(np.uint8), 3, cv2.INPAINT_TELEA))


def biharmonic(pixels: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Fills as a thin plate would bend (the biharmonic equation: Damelin and Hoang 2018)."""
    filled, factor = pixels.copy(), int(np.ceil(np.sqrt(hole.sum() / MAX_PLATE_UNKNOWNS)))
    if factor == 1:
        smooth = plate(pixels, hole)
    else:
        small, missing = _reduced(pixels.astype(np.float32), hole, factor)
        small[missing] = plate(small, missing)
        large = cv2.resize(small, (factor * small.shape[1], factor * small.shape[0]))
        smooth = large[: hole.shape[0], : hole.shape[1]][hole]
    filled[hole] = np.rint(smooth).clip(0, 255)
    return filled


def patches(pixels: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Fills with what is elsewhere in the picture, so that every patch of it is like one that is there.

    From coarse to fine, likest patches are searched and vote on each pixel (Wexler et al. 2007, "Space-time completion
    of video"); then it is copied from the likest, and differences of tone are spread out as in Poisson blending.
    Where no patch is whole it is filled as by `biharmonic`.
    """
    return _patched(pixels, hole)[0]


def _patched(pixels: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, float]:
    """Returns what `patches` does, and how far patches in the hole are from their matches, relative to the variance of patches."""
    window = _window(hole)
    own, missing = pixels[window], hole[window]
    factor = int(np.ceil(np.sqrt(missing.size / MAX_AREA)))
    small, gap = _reduced(own.astype(np.float32) / 255, missing, factor)
    if not sources(gap).any():
        return biharmonic(pixels, hole), 0.0
    levels = [(np.dstack([small, _roughness(small, gap)]), gap)]
    while _depth(levels[-1][1]).max() > SMALL and sources((coarser := _reduced(*levels[-1], 2))[1]).sum() > PATCH**2:
        levels.append(coarser)
    filled = pixels.copy()
    found = _matched(levels)
    filled[window] = _copied(own, missing, found, factor)
    return filled, found.residual


def inpaint(pixels: np.ndarray, hole: np.ndarray, by: str = "auto") -> np.ndarray:
    """Returns colours uint8 (H, W, 3) of a picture (H, W, 3 or 4) whose hole is filled in one of `INPAINTERS`' ways.

    What is transparent cannot be continued. UsageError where none is left.
    """
    return inpaint_judged(pixels, hole, by)[0]


def inpaint_judged(pixels: np.ndarray, hole: np.ndarray, by: str = "auto") -> tuple[np.ndarray, float]:
    """Returns what `inpaint` does, and how sure it is that no seam can be seen, from 0 to 1; see `SEEN`.

    Ways without patches find nothing to judge by, and are sure.
    """
    colour = np.ascontiguousarray(pixels[..., :3])
    missing = hole | (pixels[..., 3] == 0) if pixels.shape[2] == 4 else hole
    if missing.all():
        raise UsageError("nothing that can be seen is left to continue; select or move less.")
    if not hole.any():
        return colour, 1.0
    judged = {"auto": _by_depth, "patches": _patched}
    filled, residual = judged[by](colour, missing) if by in judged else (INPAINTERS[by](colour, missing), 0.0)
    return np.where(hole[..., None], filled, colour), 1 / (1 + (residual / SEEN) ** 2)


INPAINTERS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "auto": auto,
    "marching": marching,
    "biharmonic": biharmonic,
    "patches": patches,
}
"""Every way to fill a hole, by its name."""


def _depth(hole: np.ndarray) -> np.ndarray:
    """Returns how far each pixel of the hole is from its edge, in pixels."""
    return cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 3)


def _window(hole: np.ndarray) -> tuple[slice, ...]:
    """Returns the rows and columns of the hole and as much around it as patches are searched in."""
    sides = [np.flatnonzero(hole.any(axis)) for axis in (1, 0)]
    tall, wide = (int(side[-1] - side[0]) + 1 for side in sides)
    # the margin m of (tall + 2m)(wide + 2m) = AREA, but at least a hole's side
    margin = int(max((np.sqrt((tall - wide) ** 2 + 4 * MAX_AREA) - tall - wide) / 4, max(tall, wide), PATCH))
    return tuple(slice(max(0, side[0] - margin), side[-1] + 1 + margin) for side in sides)


def _reduced(picture: np.ndarray, hole: np.ndarray, factor: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns means of blocks of a picture float32 (H, W, C), and which of them have a part in the hole."""
    if factor == 1:
        return picture, hole
    down, right = (-side % factor for side in hole.shape)
    size = (hole.shape[1] + right) // factor, (hole.shape[0] + down) // factor
    parts = [
        cv2.copyMakeBorder(part, 0, down, 0, right, cv2.BORDER_REPLICATE) for part in (picture, hole.astype(np.float32))
    ]
    means, fraction = (cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in parts)
    return means, fraction > 0


def _roughness(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Returns how much it differs from pixel to pixel around each, float32 (H, W, 2): along rows and columns.

    Colours that were voted on are smooth, and would find what is smooth (Newson et al. 2014, "Video inpainting of complex scenes").
    """
    grey, known = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.erode((~hole).astype(np.float32), np.ones((3, 3)))
    size = (BLOCK, BLOCK)
    known_weight = np.maximum(cv2.blur(known, size), 1e-3)
    slopes = (np.abs(cv2.Sobel(grey, cv2.CV_32F, *along, ksize=1)) for along in ((1, 0), (0, 1)))
    return np.dstack([ROUGH * cv2.blur(slope * known, size) / known_weight for slope in slopes])


def _matched(levels: Sequence[tuple[np.ndarray, np.ndarray]]) -> Matches:
    draw = np.random.default_rng(seeds.derive("inpainting"))
    found = Matches.begun(*levels[-1], draw)
    for level, (picture, hole) in reversed(list(enumerate(levels))):
        if level < len(levels) - 1:
            found = found.finer(picture, hole, draw)
        for _ in range(SEARCH_ROUNDS + 2 * level):
            found.search(draw)
            found.vote()
        found.copy()
    return found


def _copied(pixels: np.ndarray, hole: np.ndarray, found: Matches, factor: int) -> np.ndarray:
    """Returns pixels whose hole is copied from where matches say, in a picture reduced by a factor, and toned."""
    small = found.origins()
    rows, columns = np.nonzero(hole)
    blocks = rows // factor, columns // factor
    moved = [factor * (to - block) for to, block in zip(np.divmod(small[blocks], small.shape[1]), blocks, strict=True)]
    origins = np.arange(hole.size).reshape(hole.shape)
    origins[hole] = np.ravel_multi_index((rows + moved[0], columns + moved[1]), hole.shape, mode="clip")
    copied = pixels.reshape(hole.size, -1)[origins]
    reduced = 255 * found.picture.reshape(small.size, -1)[small][..., :3]
    toned = copied.copy()
    toned[hole] = np.rint(copied[hole] + _tones(reduced, reduced, found.hole, small)[blocks]).clip(0, 255)
    if factor > 1:
        # blocks that the hole has a part in were not constrained by what is known of them
        rim = hole & (_depth(hole) <= RIM * factor)
        toned[rim] = np.rint(toned[rim] + _tones(copied, toned, rim, origins)[rim]).clip(0, 255)
    return toned


def _tones(copied: np.ndarray, now: np.ndarray, hole: np.ndarray, origins: np.ndarray) -> np.ndarray:
    """Returns what a hole needs for its slopes to be those where they come from (Perez et al. 2003, "Poisson image editing").

    Pictures (H, W, C) in [0, 255], as it is copied and as it is now, and of each pixel (H, W) the one it is copied from.
    Where the two differ by more than about `JUMP` there is an edge, and it stays.
    """
    missing, origin = hole.ravel(), origins.ravel()
    source, now = copied.reshape(hole.size, -1), now.reshape(hole.size, -1)
    forces = np.zeros(now.shape, np.float32)
    for tie in TIES:
        one, other = places(hole, tie).T
        step = other[0] - one[0]
        after, before = (origin[one] + step).clip(0, hole.size - 1), (origin[other] - step).clip(0, hole.size - 1)
        is_one, is_other = missing[one, None].astype(np.float32), missing[other, None].astype(np.float32)
        slope = is_one * _less(source, after, origin[one]) + is_other * _less(source, origin[other], before)
        apart = slope / (is_one + is_other) - _less(now, other, one)
        apart *= np.exp(-(apart**2).sum(1, keepdims=True) / (2 * JUMP**2))
        forces[one] -= apart
        forces[other] += apart
    return membrane(hole, forces.reshape(*hole.shape, -1))


def _less(flat: np.ndarray, these: np.ndarray, those: np.ndarray) -> np.ndarray:
    return flat[these].astype(np.float32) - flat[those]
