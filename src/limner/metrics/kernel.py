"""Kernel distance between two feature sets: the squared maximum mean discrepancy, without bias."""

import torch
from torch import Tensor

ROWS = 2048


def kernel_distance(real: Tensor, made: Tensor) -> float:
    """Returns the unbiased squared discrepancy under the kernel (x.y / D + 1)^3; about 0, also below it, for equal laws.

    (N, D) and (M, D), N and M at least 2; ValueError otherwise. Computed in float64 over all pairs, in blocks of rows.
    Gretton et al. 2012, lemma 6; the kernel: Binkowski et al. 2018, arXiv 1801.01401, section 4.
    """
    if min(len(real), len(made)) < 2 or real.shape[1:] != made.shape[1:]:
        raise ValueError(f"two sets (N, D) of at least 2 features are needed, not {real.shape} and {made.shape}")
    real, made = real.double(), made.double()
    return float(_within(real) + _within(made) - 2 * _mean(real, made))


def _within(features: Tensor) -> Tensor:
    """The mean over all pairs of two different features."""
    count = len(features)
    alone = _kernel(features.square().sum(1, keepdim=True), features.shape[1]).sum()
    return (_mean(features, features) * count**2 - alone) / (count * (count - 1))


def _mean(first: Tensor, second: Tensor) -> Tensor:
    sums = [_kernel(rows @ second.T, first.shape[1]).sum() for rows in first.split(ROWS)]
    return torch.stack(sums).sum() / (len(first) * len(second))


def _kernel(products: Tensor, dimension: int) -> Tensor:
    return (products / dimension + 1) ** 3
