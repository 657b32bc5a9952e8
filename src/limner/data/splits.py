"""Train, validation and test: stratified by label, reproducible by seed, and never through the middle of a group.

Groups (pictures that are copies of one another) are shuffled within their class, the classes are concatenated, and
each group in turn goes to the split that is furthest below its fraction. So the fractions hold over all pictures and, within
about one picture, in every class. A class with fewer groups than there are splits goes to train whole, and is reported.
"""

import math
from collections.abc import Sequence

import numpy as np

from limner.errors import UsageError, quoted

SPLITS = ("train", "validation", "test")
Fractions = tuple[float, float, float]


def parse_fractions(text: str) -> Fractions:
    """Returns the three fractions of "0.8,0.1,0.1"; UsageError unless they are at least 0 and sum to 1."""
    try:
        fractions = [float(part) for part in text.split(",")]
    except ValueError:
        fractions = []
    return check_fractions(fractions, text)


def check_fractions(fractions: Sequence[float], text: object = None) -> Fractions:
    """Returns three fractions; UsageError unless each is at least 0, train is more than 0 and they sum to 1."""
    valid = len(fractions) == 3 and all(math.isfinite(fraction) and fraction >= 0 for fraction in fractions)
    if not valid or fractions[0] <= 0 or abs(sum(fractions) - 1) > 1e-6:
        asked = text if text is not None else tuple(fractions)
        raise UsageError(f"split {quoted(asked)}: give train,validation,test shares that sum to 1, such as 0.8,0.1,0.1")
    return (float(fractions[0]), float(fractions[1]), float(fractions[2]))


def assign(
    groups: np.ndarray, labels: Sequence[str] | None, fractions: Fractions, seed: int
) -> tuple[list[str], dict[str, int]]:
    """Returns the split of each picture, and the classes too small to stratify with their number of pictures.

    `groups` is int (N,): pictures with equal numbers stay together; a group belongs to the class of its first picture.
    """
    names, first, group_of, sizes = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    classes = [labels[row] if labels is not None else "" for row in first]
    members: dict[str, list[int]] = {}
    for group in np.argsort(first):
        members.setdefault(classes[group], []).append(int(group))
    chosen, small = np.zeros(len(names), dtype=np.int64), {}
    counts = [0, 0, 0]
    used = sum(fraction > 0 for fraction in fractions)
    for name, own in members.items():
        if labels is not None and len(own) < used:
            small[name] = int(sizes[own].sum())
            continue
        order = np.random.default_rng([seed, len(own), *name.encode()]).permutation(own)
        _assign_groups(order, sizes, fractions, counts, chosen)
    return [SPLITS[index] for index in chosen[group_of]], small


def fold_of(labels: Sequence[int] | np.ndarray | None, count: int, folds: int, seed: int) -> np.ndarray:
    """Returns the fold, 0 to folds - 1, of each of `count` pictures: equal parts overall and, within one, of every class."""
    classes = np.zeros(count, dtype=np.int64) if labels is None else np.asarray(labels)
    shuffled = np.random.default_rng([seed, count, folds]).permutation(count)
    in_order = shuffled[np.argsort(classes[shuffled], kind="stable")]
    found = np.empty(count, dtype=np.int64)
    found[in_order] = np.arange(count) % folds  # dealt out class after class, so that remainders even out
    return found


def _assign_groups(
    order: np.ndarray, sizes: np.ndarray, fractions: Fractions, counts: list[int], chosen: np.ndarray
) -> None:
    used = [index for index, fraction in enumerate(fractions) if fraction > 0]
    total = sum(counts)
    for group in order.tolist():
        total += int(sizes[group])
        split = max(used, key=lambda index: fractions[index] * total - counts[index])
        counts[split] += int(sizes[group])
        chosen[group] = split
