"""Precision, recall, density and coverage: what k nearest neighbours say of fidelity and of variety."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

ROWS = 2048


class PrecisionRecall(NamedTuple):
    """Shares in [0, 1], but density, which has no bound and expects 1 of equal laws."""

    precision: float
    """Of made pictures, those that lie within reach of a real one."""
    recall: float
    """Of real pictures, those that lie within reach of a made one."""
    density: float
    """Real pictures within whose reach a made one lies, over k."""
    coverage: float
    """Of real pictures, those that have a made one within reach."""


def precision_recall(real: Tensor, made: Tensor, k: int = 5) -> PrecisionRecall:
    """Measures (N, D) real against (M, D) made features; a picture reaches to its k-th nearest neighbour in its own set.

    N and M above k; ValueError otherwise. Distances are Euclidean, in float64, and a picture just at reach is out of it.
    Precision and recall: Kynkaanniemi et al. 2019, arXiv 1904.06991, eq. 1 and 2. Density and coverage: Naeem et al.
    2020, arXiv 2002.09797, eq. 3 and 5.
    """
    if min(len(real), len(made)) <= k or real.shape[1:] != made.shape[1:]:
        raise ValueError(f"two sets (N, D) of more than {k} features are needed, not {real.shape} and {made.shape}")
    real, made = real.double(), made.double()
    reach_real, reach_made = _reach(real, k), _reach(made, k)
    within_made = _by_rows(real, made, lambda distances, _: (distances < reach_made).any(1))
    covered = _by_rows(real, made, lambda distances, rows: distances.min(1).values < reach_real[rows])
    reached = _by_rows(made, real, lambda distances, _: (distances < reach_real).sum(1))
    return PrecisionRecall(
        precision=float((reached > 0).double().mean()),
        recall=float(within_made.double().mean()),
        density=float(reached.double().mean() / k),
        coverage=float(covered.double().mean()),
    )


def _reach(features: Tensor, k: int) -> Tensor:
    """Squared distance to the k-th nearest other feature, (N,)."""
    # k + 1, because the nearest of all is the feature itself
    return _by_rows(features, features, lambda distances, _: distances.kthvalue(k + 1, dim=1).values)


def _by_rows(first: Tensor, second: Tensor, judge: Callable[[Tensor, slice], Tensor]) -> Tensor:
    """Applies `judge` to blocks of squared distances (rows, M) and the place of those rows; memory stays flat."""
    lengths, parts = second.square().sum(1), []
    for start in range(0, len(first), ROWS):
        rows = slice(start, min(start + ROWS, len(first)))
        block = first[rows]
        squared = block.square().sum(1, keepdim=True) - 2 * block @ second.T + lengths
        if first is second:  # a feature is at no distance from itself, whatever rounding says
            squared[:, rows].fill_diagonal_(0)
        parts.append(judge(squared.clamp_min_(0), rows))
    return torch.cat(parts)
