"""Copies of the same picture: exact ones by a digest of the prepared pixels, near ones by a perceptual hash.

A near copy is the same picture encoded, scaled or stored differently. Candidates share part of a 128-bit difference
hash (dHash: is each cell of a 9x9 grey miniature brighter than its left, and than its upper neighbour); each is then
checked on the prepared pixels, so that drawings which share a layout (digits, clock faces) stay different pictures.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

CELLS = 9
"""Cells a side of the miniature that is hashed."""
BANDS = 8
"""Parts of 16 bits of a hash, of which candidates share at least one."""
NEIGHBOURS_IN_BUCKET = 8
"""Pictures with an equal band that each is compared with, the next ones in brightness."""
# Measured on photographs saved as JPEG of quality 30 to 90, WebP and at half size, against the closest pairs of
# different emoji, digits and clothes: copies differ a little everywhere, different pictures differ much somewhere.
MAX_HASH_DISTANCE = 7
"""Bits, of 128, by which the hashes of copies differ."""
MAX_CELL_DIFFERENCE = 4
"""Levels, of 255, by which a cell of the miniatures of copies differs."""
MAX_MEAN_DIFFERENCE = 6.0
"""Levels by which the pixels of copies differ on average."""
MAX_DIFFERENCE_BASE, MAX_DIFFERENCE_PER_MEAN = 8.0, 12.0
"""Levels by which a pixel of copies differs: the first, plus the second for each level of the mean difference."""
COMPARED_AT = 32
"""Pixels a side, about, at which prepared pictures are compared."""
PAIRS_A_CHECK = 64
"""Pairs whose pixels are in memory at a time."""


class Duplicates(NamedTuple):
    """`copy_of` int (N,): the kept picture that each is a copy of (itself when kept); `exact` bool (N,): by its pixels;
    `group` int (N,): pictures connected by any copies, which must not straddle a split."""

    copy_of: np.ndarray
    exact: np.ndarray
    group: np.ndarray


def find_duplicates(
    digests: np.ndarray, miniatures: np.ndarray, pixels: Callable[[np.ndarray], np.ndarray]
) -> Duplicates:
    """Finds copies among pictures; of each set the first is kept.

    `digests` is uint8 (N, 16), `miniatures` uint8 (N, 9, 9); `pixels(rows)` returns uint8 (n, H, W, C).
    """
    copy_of, exact = exact_copies(digests)
    group = copy_of.copy()
    unique = np.flatnonzero(~exact)
    pairs = unique[near_pairs(miniatures[unique])]
    for start in range(0, len(pairs), PAIRS_A_CHECK):
        chunk = [pair for pair in pairs[start : start + PAIRS_A_CHECK].tolist() if _matters(pair, copy_of, group)]
        for (first, second), same in zip(chunk, _same(chunk, pixels), strict=True):
            if same:
                _join(group, first, second)
            # Copies of a kept picture only: in a slow film every frame resembles the next, but not the first the last.
            if same and copy_of[first] == first and copy_of[second] == second:
                copy_of[second] = first
    copy_of = copy_of[copy_of]
    return Duplicates(copy_of, exact, np.array([_root(group, row) for row in range(len(group))], dtype=np.int64))


def exact_copies(digests: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns for each picture the first with the same digest, and whether that is another one."""
    keys = np.ascontiguousarray(digests).view(f"V{digests.shape[1]}").ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    copy_of = first[inverse]
    return copy_of, copy_of != np.arange(len(keys))


def difference_hash(miniatures: np.ndarray) -> np.ndarray:
    """Returns uint64 (N, 2): the bits of the difference hash of uint8 (N, 9, 9) miniatures."""
    cells = miniatures.astype(np.int16)
    # A dead zone of one level keeps a flat background from flickering.
    across = cells[:, : CELLS - 1, 1:] > cells[:, : CELLS - 1, :-1] + 1
    down = cells[:, 1:, : CELLS - 1] > cells[:, :-1, : CELLS - 1] + 1
    bits = np.concatenate([across.reshape(len(cells), -1), down.reshape(len(cells), -1)], axis=1)
    # Mixed, so that every band holds some of the middle of the picture, where pictures differ.
    bits = bits[:, np.random.default_rng(9).permutation(bits.shape[1])]
    return np.ascontiguousarray(np.packbits(bits, axis=1)).view(np.uint64)


def near_pairs(miniatures: np.ndarray) -> np.ndarray:
    """Returns int (P, 2), the pairs (smaller, larger) whose hashes differ in at most 7 bits and miniatures in 4 levels.

    Pictures that agree in one of eight bands of the hash are compared, and in a band shared by many only the 8 next in
    brightness, so the time grows with N log N.
    """
    if len(miniatures) < 2:
        return np.empty((0, 2), dtype=np.int64)
    hashes = difference_hash(miniatures)
    brightness = miniatures.mean(axis=(1, 2))
    bands = hashes.view(np.uint16).reshape(len(hashes), BANDS)
    found = np.concatenate([_pairs_in_band(band, brightness, hashes, miniatures) for band in bands.T])
    keys = np.unique(found.min(axis=1) * len(hashes) + found.max(axis=1))
    return np.stack(np.divmod(keys, len(hashes)), axis=1)


def _pairs_in_band(band: np.ndarray, brightness: np.ndarray, hashes: np.ndarray, miniatures: np.ndarray) -> np.ndarray:
    order = np.lexsort((brightness, band))
    found = []
    for step in range(1, min(NEIGHBOURS_IN_BUCKET, len(order) - 1) + 1):
        one, two = order[:-step], order[step:]
        near = band[one] == band[two]
        near &= np.abs(brightness[one] - brightness[two]) <= MAX_CELL_DIFFERENCE
        one, two = one[near], two[near]
        near = np.bitwise_count(hashes[one] ^ hashes[two]).sum(axis=1) <= MAX_HASH_DISTANCE
        one, two = one[near], two[near]
        first, second = miniatures[one], miniatures[two]
        near = (np.maximum(first, second) - np.minimum(first, second) <= MAX_CELL_DIFFERENCE).all(axis=(1, 2))
        found.append(np.stack([one[near], two[near]], axis=1))
    return np.concatenate(found)


def _matters(pair: list[int], copy_of: np.ndarray, group: np.ndarray) -> bool:
    # What is connected already, and is a copy already, needs no look at its pixels: thousands of frames stay cheap.
    first, second = pair
    both_kept = copy_of[first] == first and copy_of[second] == second
    return both_kept or _root(group, first) != _root(group, second)


def _same(pairs: list[list[int]], pixels: Callable[[np.ndarray], np.ndarray]) -> list[bool]:
    if not pairs:
        return []
    rows = np.array(pairs)
    return same_picture(pixels(rows[:, 0]), pixels(rows[:, 1])).tolist()


def same_picture(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Returns bool (n,): whether uint8 (n, H, W, C) pictures differ little on average and nowhere much.

    Compared at about 32 pixels a side, where the traces of compression have averaged out.
    """
    difference = np.abs(_reduced(one.astype(np.float32) - two)).reshape(len(one), -1)
    mean = difference.mean(axis=1)
    return (mean <= MAX_MEAN_DIFFERENCE) & (
        difference.max(axis=1) <= MAX_DIFFERENCE_BASE + MAX_DIFFERENCE_PER_MEAN * mean
    )


def _reduced(values: np.ndarray) -> np.ndarray:
    count, height, width, channels = values.shape
    block = max(1, min(height, width) // COMPARED_AT)
    rows, columns = height // block, width // block
    whole = values[:, : rows * block, : columns * block]
    return whole.reshape(count, rows, block, columns, block, channels).mean(axis=(2, 4))


def _join(parent: np.ndarray, one: int, two: int) -> None:
    first, second = sorted((_root(parent, one), _root(parent, two)))
    parent[second] = first


def _root(parent: np.ndarray, row: int) -> int:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = int(parent[row])
    return row
