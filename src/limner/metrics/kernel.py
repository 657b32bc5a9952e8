"""Kernel distance between two feature sets: the squared maximum mean discrepancy, without bias, and its interval."""

from typing import NamedTuple

import torch
from torch import Tensor

from limner.metrics.intervals import Interval, Z

ROWS = 2048


def kernel_distance(real: Tensor, made: Tensor) -> float:
    """Returns the unbiased squared discrepancy under the kernel (x.y / D + 1)^3; about 0, also below it, for equal laws.

    (N, D) and (M, D), N and M at least 2; ValueError otherwise. Computed in float64 over all pairs, in blocks of rows.
    Gretton et al. 2012, lemma 6; the kernel: Binkowski et al. 2018, arXiv 1801.01401, section 4.
    """
    return _similarities(real, made).distance


def kernel_interval(real: Tensor, made: Tensor) -> Interval:
    """Returns `kernel_distance` and its 95 % bounds, a little wide for nearly equal laws; the low bound may be below 0.

    (N, D) and (M, D), N and M at least 2; ValueError otherwise. The bounds are the bootstrap's limit: the variance is that
    of each picture's mean similarity to its own set less that to the other. Gretton et al. 2012, corollary 16.
    """
    of = _similarities(real, made)
    spread_real, spread_made = (of.real_to_real - of.real_to_made).var(), (of.made_to_made - of.made_to_real).var()
    half = Z * 2 * float((spread_real / len(real) + spread_made / len(made)).sqrt())
    return Interval(of.distance, of.distance - half, of.distance + half)


class _Similarities(NamedTuple):
    """Each picture's mean kernel with the others of its set, or with all of the other set."""

    real_to_real: Tensor
    made_to_made: Tensor
    real_to_made: Tensor
    made_to_real: Tensor

    @property
    def distance(self) -> float:
        return float(self.real_to_real.mean() + self.made_to_made.mean() - 2 * self.real_to_made.mean())


def _similarities(real: Tensor, made: Tensor) -> _Similarities:
    if min(len(real), len(made)) < 2 or real.shape[1:] != made.shape[1:]:
        raise ValueError(f"two sets (N, D) of at least 2 features are needed, not {real.shape} and {made.shape}")
    real, made = real.double(), made.double()
    by_row, by_column = _sums(real, made)
    return _Similarities(_within(real), _within(made), by_row / len(made), by_column / len(real))


def _within(features: Tensor) -> Tensor:
    alone = _kernel(features.square().sum(1), features.shape[1])
    return (_sums(features, features)[0] - alone) / (len(features) - 1)


def _sums(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    rows, columns = [], torch.zeros(len(second), dtype=torch.float64, device=second.device)
    for block in first.split(ROWS):
        kernel = _kernel(block @ second.T, first.shape[1])
        rows.append(kernel.sum(1))
        columns += kernel.sum(0)
    return torch.cat(rows), columns


def _kernel(products: Tensor, dimension: int) -> Tensor:
    return (products / dimension + 1) ** 3
