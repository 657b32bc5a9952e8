"""Kernel distance between two feature sets: the squared maximum mean discrepancy, without bias, and its interval."""

from typing import NamedTuple

import torch
from torch import Tensor

from limner.metrics.intervals import Interval, Z

BLOCK_ROWS = 256
"""Rows of the matrix of similarities that are in memory at once."""


def kernel_distance(real: Tensor, generated: Tensor) -> float:
    """Returns the unbiased squared discrepancy under the kernel (x.y / D + 1)^3; about 0, also below it, for equal distributions.

    (N, D) and (M, D), N and M at least 2; ValueError otherwise. Computed in float64 over all pairs, in blocks of rows.
    Gretton et al. 2012, lemma 6; the kernel: Binkowski et al. 2018, arXiv 1801.01401, section 4.
    """
    return _similarities(real, generated).distance


def kernel_interval(real: Tensor, generated: Tensor) -> Interval:
    """Returns `kernel_distance` and its 95 % bounds, wide for nearly equal distributions; the low bound may be below 0.

    (N, D) and (M, D), N and M at least 2; ValueError otherwise. The bounds are the bootstrap's limit: the variance is that
    of each picture's mean similarity to its own set less that to the other, and that of pairs. Gretton et al. 2012;
    Serfling 1980, section 5.2.1.
    """
    of = _similarities(real, generated)
    n, m = len(real), len(generated)
    single = (of.within_real.first - of.across.first).var() / n
    single += (of.within_generated.first - of.across.second).var() / m
    # without the pairs, bounds would close in where chance makes the singles alike
    pairs = 2 * of.within_real.pair_variance() / n**2 + 2 * of.within_generated.pair_variance() / m**2
    pairs += 4 * of.across.pair_variance() / (n * m)
    half = Z * float((4 * single + pairs).sqrt())
    # the truth is at least 0, whatever the value
    return Interval(of.distance, of.distance - half, max(of.distance + half, 0.0))


class _Similarity(NamedTuple):
    """The mean kernel of each picture of a first and of each of a second set with the other set, and the mean square."""

    first: Tensor
    second: Tensor
    square: Tensor

    def pair_variance(self) -> Tensor:
        """The variance of the kernel of pairs that the means of their two pictures leave unexplained."""
        return (self.square - self.first.mean() ** 2 - self.first.var() - self.second.var()).clamp_min(0)


class _Similarities(NamedTuple):
    within_real: _Similarity
    within_generated: _Similarity
    across: _Similarity

    @property
    def distance(self) -> float:
        return float(self.within_real.first.mean() + self.within_generated.first.mean() - 2 * self.across.first.mean())


def _similarities(real: Tensor, generated: Tensor) -> _Similarities:
    if min(len(real), len(generated)) < 2 or real.shape[1:] != generated.shape[1:]:
        raise ValueError(f"two sets (N, D) of at least 2 features are needed, not {real.shape} and {generated.shape}")
    real, generated = real.double(), generated.double()
    rows, columns, square = _sums(real, generated)
    across = _Similarity(rows / len(generated), columns / len(real), square / (len(real) * len(generated)))
    return _Similarities(_within(real), _within(generated), across)


def _within(features: Tensor) -> _Similarity:
    """A picture is not compared with itself."""
    count, alone = len(features), _kernel(features.square().sum(1), features.shape[1])
    rows, _, square = _sums(features, features)
    means = (rows - alone) / (count - 1)
    return _Similarity(means, means, (square - alone.square().sum()) / (count * (count - 1)))


def _sums(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Sums of the kernel along rows (N,) and along columns (M,), and that of its square."""
    rows, columns, square = [], second.new_zeros(len(second)), second.new_zeros(())
    for block in first.split(BLOCK_ROWS):
        kernel = _kernel(block @ second.T, first.shape[1])
        rows.append(kernel.sum(1))
        columns += kernel.sum(0)
        square += kernel.flatten() @ kernel.flatten()
    return torch.cat(rows), columns, square


def _kernel(products: Tensor, dimension: int) -> Tensor:
    """Overwrites the products, because fresh memory costs more than the arithmetic."""
    base = products.div_(dimension).add_(1)
    return (base * base).mul_(base)  # many times faster than a power
