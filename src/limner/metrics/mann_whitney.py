"""Which of two sets of numbers is the smaller: the Mann-Whitney statistic, with ties."""

import numpy as np
from torch import Tensor


def probability_below(first: Tensor, second: Tensor) -> float:
    """Returns the probability, in [0, 1], that one of (N,) lies below one of (M,), a tie being one half.

    ValueError where either is empty. Mann and Whitney 1947.
    """
    above, _ = _statistic(first, second)
    return 1 - above / (len(first) * len(second))


def z_score(first: Tensor, second: Tensor) -> float:
    """Returns by how many standard deviations (N,) lie above (M,), against both having one distribution; 0 where all are equal.

    ValueError where either is empty. Normal approximation without continuity correction; the variance is corrected for
    ties. Lehmann 1975, chapter 1.
    """
    above, ties = _statistic(first, second)
    n, m = len(first), len(second)
    return float((above - n * m / 2) / (ties * n * m * (n + m + 1) / 12) ** 0.5) if ties else 0.0


def _statistic(first: Tensor, second: Tensor) -> tuple[float, float]:
    """Returns in how many pairs the first is above the second, ties counting one half, and the correction for ties."""
    # not `scipy.stats.mannwhitneyu`: its p-value is 0 where z still tells how far apart two sets are
    from scipy.stats import rankdata, tiecorrect

    if not len(first) or not len(second):
        raise ValueError("two sets of at least one number are needed")
    ranks = rankdata(np.concatenate([first.cpu().numpy(), second.cpu().numpy()]))
    n = len(first)
    return float(ranks[:n].sum() - n * (n + 1) / 2), float(tiecorrect(ranks))
