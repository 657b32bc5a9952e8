"""Frechet distance between two feature sets, each taken as a Gaussian, and what it would be with endless pictures."""

from itertools import combinations, product

import torch
from torch import Tensor

from limner import seeds
from limner.metrics.intervals import Interval, Z

NUM_HALVINGS, NUM_QUARTERINGS = 12, 3
"""Random splits into halves and quarters that are averaged; splits into quarters have more pairs each."""
MIN_FEATURES = 16
"""Features of a set, so that a quarter has four."""

Gaussian = tuple[Tensor, Tensor]
"""The mean, and R with R'R the covariance."""


def frechet_distance(real: Tensor, generated: Tensor) -> float:
    """Returns |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)) of the sets' means and covariances; 0 for equal sets.

    (N, D) and (M, D), N and M at least 2; ValueError otherwise. It is computed in float64 and holds for N < D, too; but it
    is biased upwards by about 1/N, so only sets of the same sizes compare. Dowson and Landau 1982; Heusel et al. 2017,
    arXiv 1706.08500, eq. 6.
    """
    if min(len(real), len(generated)) < 2 or real.shape[1:] != generated.shape[1:]:
        raise ValueError(f"two sets (N, D) of at least 2 features are needed, not {real.shape} and {generated.shape}")
    return float(_between(_gaussian(real), _gaussian(generated)))


def frechet_interval(real: Tensor, generated: Tensor, seed: int = 0) -> Interval:
    """Returns the Frechet distance without its bias, an estimate of what endless pictures would give, and 95 % bounds.

    (N, D) and (M, D), N and M at least 16; ValueError otherwise. All three are at least 0, and the value mostly lies below
    `frechet_distance`, which is biased and, at small N, above the bounds. Below some 8 D pictures the bounds widen by what
    bias may be left; below D they are rough. Equal seeds give equal figures. The extrapolation follows Chong and Forsyth
    2020, arXiv 1911.07023; the variance is the bootstrap's limit, from the distance's derivative in each picture (Efron
    1982, chapter 6).
    """
    if min(len(real), len(generated)) < MIN_FEATURES or real.shape[1:] != generated.shape[1:]:
        raise ValueError(
            f"two sets (N, D) of at least {MIN_FEATURES} features are needed, not {real.shape} and {generated.shape}"
        )
    real, generated = real.double(), generated.double()
    generator = seeds.generator("frechet", seed)
    halves = torch.stack([_excess(real, generated, 2, generator) for _ in range(NUM_HALVINGS)])
    quarters = torch.stack([_excess(real, generated, 4, generator) for _ in range(NUM_QUARTERINGS)])
    # The bias that is left goes with one over the parts' sizes: it doubles from halves to quarters.
    value = float(2 * halves.mean() - quarters.mean())
    # The derivative vanishes at 0. What it misses near there is what halvings differ by, and chance splits add their own.
    chance = 4 * halves.var() / NUM_HALVINGS + quarters.var() / NUM_QUARTERINGS
    # The next term of the bias is smaller by about D / N; its size and sign are not known, so that the bounds widen by it.
    left = float((halves.mean() - quarters.mean()).abs()) * real.shape[1] / min(len(real), len(generated))
    half = Z * float((_variance(real, generated) + halves.var() + chance).sqrt()) + left
    # the truth is at least 0, so that no bound need be below
    return Interval(max(value, 0.0), max(value - half, 0.0), max(value + half, 0.0))


def _excess(real: Tensor, generated: Tensor, parts: int, generator: torch.Generator) -> Tensor:
    """By how much parts of two sets are further apart than parts of one: the bias of equal distributions cancels at any size."""
    first, second = _parts(real, parts, generator), _parts(generated, parts, generator)
    across = torch.stack([_between(one, two) for one, two in product(first, second)]).mean()
    within = [torch.stack([_between(*pair) for pair in combinations(own, 2)]).mean() for own in (first, second)]
    return across - (within[0] + within[1]) / 2


def _parts(features: Tensor, parts: int, generator: torch.Generator) -> list[Gaussian]:
    order = torch.randperm(len(features), generator=generator).to(features.device)
    return [_gaussian(features[places]) for places in order.chunk(parts)]


def _variance(real: Tensor, generated: Tensor) -> Tensor:
    """From the variance of each picture's influence, 2 (m1 - m2)'x + x'(I - T)x, T being the optimal map of S1 to S2."""
    (mean1, root1), (mean2, root2) = _gaussian(real), _gaussian(generated)
    left, _, right = torch.linalg.svd(root1 @ root2.T, full_matrices=False)
    turn = left @ right  # T R1' = R2' turn'
    variances = [
        _influence(real - mean1, mean1 - mean2, root1, turn @ root2).var() / len(real),
        _influence(generated - mean2, mean2 - mean1, root2, turn.T @ root1).var() / len(generated),
    ]
    return variances[0] + variances[1]


def _influence(centred: Tensor, shift: Tensor, root: Tensor, mapped: Tensor) -> Tensor:
    transport = torch.linalg.pinv(root, rtol=1e-8) @ mapped
    return 2 * centred @ shift + centred.square().sum(1) - (centred @ transport * centred).sum(1)


def _between(first: Gaussian, second: Gaussian) -> Tensor:
    (mean1, root1), (mean2, root2) = first, second
    # tr (S1 S2)^(1/2) is the sum of the singular values of R1 R2': no root of a matrix that need not be symmetric
    overlap = torch.linalg.svdvals(root1 @ root2.T).sum()
    return (mean1 - mean2).square().sum() + root1.square().sum() + root2.square().sum() - 2 * overlap


def _gaussian(features: Tensor) -> Gaussian:
    """Returns the mean and R with R'R the covariance, R being (min(N, D), D)."""
    features = features.double()
    mean = features.mean(0)
    centred = (features - mean) / (len(features) - 1) ** 0.5
    return mean, centred if len(features) <= features.shape[1] else torch.linalg.qr(centred, mode="r").R
