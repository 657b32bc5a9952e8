"""Precision, recall, density and coverage: what k nearest neighbours say of fidelity and of variety."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

BLOCK_ROWS = 2048
"""Rows of the matrix of distances that are in memory at once."""


class PrecisionRecall(NamedTuple):
    """Fractions in [0, 1], but density, which has no bound and expects 1 of equal distributions."""

    precision: float
    """Of generated pictures, those that lie within reach of a real one."""
    recall: float
    """Of real pictures, those that lie within reach of a generated one."""
    density: float
    """Real pictures within whose reach a generated one lies, over k."""
    coverage: float
    """Of real pictures, those that have a generated one within reach."""


class Neighbourhoods(NamedTuple):
    """What `PrecisionRecall` holds the means of, picture by picture, float64."""

    precision: Tensor
    """(M,), 1 for a generated picture within reach of a real one, else 0."""
    recall: Tensor
    """(N,), 1 for a real picture within reach of a generated one, else 0."""
    density: Tensor
    """(M,), real pictures within whose reach a generated one lies, over k."""
    coverage: Tensor
    """(N,), 1 for a real picture that has a generated one within its reach, else 0."""


def precision_recall(real: Tensor, generated: Tensor, k: int = 5) -> PrecisionRecall:
    """Returns the means of `neighbourhoods`."""
    return PrecisionRecall(*(float(values.mean()) for values in neighbourhoods(real, generated, k)))


def neighbourhoods(real: Tensor, generated: Tensor, k: int = 5) -> Neighbourhoods:
    """Measures (N, D) real against (M, D) generated features; a picture reaches to its k-th nearest neighbour in its own set.

    N and M above k; ValueError otherwise. Distances are Euclidean, in float64, and a picture just at reach is out of it.
    Precision and recall: Kynkaanniemi et al. 2019, arXiv 1904.06991, eq. 1 and 2. Density and coverage: Naeem et al.
    2020, arXiv 2002.09797, eq. 3 and 5.
    """
    if min(len(real), len(generated)) <= k or real.shape[1:] != generated.shape[1:]:
        raise ValueError(
            f"two sets (N, D) of more than {k} features are needed, not {real.shape} and {generated.shape}"
        )
    real, generated = real.double(), generated.double()
    reach_real, reach_generated = _reach(real, k), _reach(generated, k)
    recalled, covered, reached = [], [], torch.zeros(len(generated), dtype=torch.float64)
    for rows, distances in _squared(real, generated):
        recalled.append((distances < reach_generated).any(1))
        within = distances < reach_real[rows, None]
        covered.append(within.any(1))
        reached += within.sum(0)
    return Neighbourhoods(
        (reached > 0).double(), torch.cat(recalled).double(), reached / k, torch.cat(covered).double()
    )


def _reach(features: Tensor, k: int) -> Tensor:
    """Squared distance to the k-th nearest other feature, (N,)."""
    # k + 1, because the nearest of all is the feature itself
    return torch.cat(
        [block.topk(k + 1, dim=1, largest=False).values[:, k] for _, block in _squared(features, features)]
    )


def _squared(first: Tensor, second: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Yields the rows and the squared distances (rows, M) of block after block; memory stays flat."""
    lengths = second.square().sum(1)
    for start in range(0, len(first), BLOCK_ROWS):
        rows = slice(start, min(start + BLOCK_ROWS, len(first)))
        block = first[rows]
        squared = torch.addmm(lengths, block, second.T, alpha=-2).add_(block.square().sum(1, keepdim=True))
        if first is second:  # a feature is at no distance from itself, whatever rounding says
            squared[:, rows].fill_diagonal_(0)
        yield rows, squared.clamp_min_(0)
