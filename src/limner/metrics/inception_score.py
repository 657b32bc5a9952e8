"""Inception score: are generated pictures told apart with confidence, and do they fill all classes?"""

import torch
from torch import Tensor


def inception_score(probabilities: Tensor) -> float:
    """Returns exp E KL(p(y|x) || p(y)) of class probabilities (N, K); from 1, all alike, to K, all classes, each certain.

    Rows are non-negative and sum to 1 within 1e-3, N at least 1; ValueError otherwise. One split, in float64; the score is
    biased upwards at small N. Salimans et al. 2016, arXiv 1606.03498, section 4.
    """
    if probabilities.ndim != 2 or not len(probabilities):
        raise ValueError(f"class probabilities (N, K) are needed, not {tuple(probabilities.shape)}")
    given = probabilities.double()
    if not bool((given >= 0).all() and ((given.sum(1) - 1).abs() < 1e-3).all()):
        raise ValueError("class probabilities must be non-negative and each row must sum to 1")
    given = given / given.sum(1, keepdim=True)  # float32 softmax is only about 1
    # xlogy is 0 at 0, and a class of no marginal probability has none in any row
    divergence = torch.xlogy(given, given) - torch.xlogy(given, given.mean(0))
    return float(divergence.sum(1).mean().exp())
