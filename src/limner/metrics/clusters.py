"""Clusters: k-means from a seed."""

import warnings

import torch
from torch import Tensor

from limner import seeds

MAX_ROUNDS = 20
"""Rounds of Lloyd's algorithm, at most."""


def k_means(points: Tensor, count: int, seed: int = 0) -> Tensor:
    """Returns centres (count, D), float64, of (N, D) points: at most 20 rounds of Lloyd from a k-means++ start.

    `count` lies in [1, N]; ValueError otherwise. Equal seeds give equal centres. Lloyd 1982; Arthur and Vassilvitskii
    2007, section 2.2.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    if not 1 <= count <= len(points):
        raise ValueError(f"{len(points)} points have from 1 to {len(points)} clusters, not {count}")
    means = KMeans(count, n_init=1, max_iter=MAX_ROUNDS, random_state=seeds.derive("k-means", seed) % 2**32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # of points that are equal: some centres then are, too
        return torch.from_numpy(means.fit(points.double().cpu().numpy()).cluster_centers_).to(points.device)
