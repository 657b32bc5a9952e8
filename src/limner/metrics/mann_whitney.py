"""Which of two sets of numbers is the smaller: the Mann-Whitney statistic, with ties."""

import torch
from torch import Tensor


def share_below(first: Tensor, second: Tensor) -> float:
    """Returns the probability, in [0, 1], that one of (N,) lies below one of (M,), a tie being one half.

    ValueError where either is empty. Mann and Whitney 1947.
    """
    if not len(first) or not len(second):
        raise ValueError("two sets of at least one number are needed")
    ordered = second.contiguous().sort().values
    first = first.contiguous()
    at_most = torch.searchsorted(ordered, first, right=True) + torch.searchsorted(ordered, first)
    return 1 - float(at_most.double().mean()) / (2 * len(second))


def z_score(first: Tensor, second: Tensor) -> float:
    """Returns by how many standard deviations (N,) lie above (M,), against both having one law; 0 where all are equal.

    ValueError where either is empty. Normal approximation without continuity correction; the variance is corrected for
    ties. Lehmann 1975, chapter 1.
    """
    n, m = len(first), len(second)
    above = (0.5 - share_below(first, second)) * n * m
    ties = torch.cat([first, second]).unique(return_counts=True)[1].double()
    variance = n * m / 12 * (n + m + 1 - float((ties**3 - ties).sum()) / ((n + m) * (n + m - 1)))
    return above / variance**0.5 if len(ties) > 1 else 0.0
