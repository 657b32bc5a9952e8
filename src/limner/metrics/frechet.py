"""Frechet distance between two feature sets, each taken as a Gaussian."""

import torch
from torch import Tensor


def frechet_distance(real: Tensor, made: Tensor) -> float:
    """Returns |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)) of the sets' means and covariances; 0 for equal sets.

    (N, D) and (M, D), N and M at least 2; ValueError otherwise. It is computed in float64 and holds for N < D, too; but it
    is biased upwards by about 1/N, so only sets of the same sizes compare. Dowson and Landau 1982; Heusel et al. 2017,
    arXiv 1706.08500, eq. 6.
    """
    if min(len(real), len(made)) < 2 or real.shape[1:] != made.shape[1:]:
        raise ValueError(f"two sets (N, D) of at least 2 features are needed, not {real.shape} and {made.shape}")
    (mean1, root1), (mean2, root2) = _gaussian(real), _gaussian(made)
    # tr (S1 S2)^(1/2) is the sum of the singular values of R1 R2': no root of a matrix that need not be symmetric
    overlap = torch.linalg.svdvals(root1 @ root2.T).sum()
    return float((mean1 - mean2).square().sum() + root1.square().sum() + root2.square().sum() - 2 * overlap)


def _gaussian(features: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the mean and R with R'R the covariance, R being (min(N, D), D)."""
    features = features.double()
    mean = features.mean(0)
    centred = (features - mean) / (len(features) - 1) ** 0.5
    return mean, centred if len(features) <= features.shape[1] else torch.linalg.qr(centred, mode="r").R
