"""Clusters: k-means from a seed."""

import torch
from torch import Tensor

from limner import seeds
from limner.metrics.neighbours import nearest

ROUNDS = 20


def k_means(points: Tensor, count: int, seed: int = 0) -> Tensor:
    """Returns centres (count, D), float64, of (N, D) points: at most 20 rounds of Lloyd from a k-means++ start.

    `count` lies in [1, N]; ValueError otherwise. Equal seeds give equal centres. Lloyd 1982; Arthur and Vassilvitskii
    2007, section 2.2.
    """
    if not 1 <= count <= len(points):
        raise ValueError(f"{len(points)} points have from 1 to {len(points)} clusters, not {count}")
    points = points.double()
    centres, members = _start(points, count, seed), None
    for _ in range(ROUNDS):
        found = nearest(points, centres)[1]
        if members is not None and torch.equal(found, members):
            break
        members = found
        sizes = torch.bincount(members, minlength=count).unsqueeze(1)
        sums = torch.zeros_like(centres).index_add_(0, members, points)
        centres = torch.where(sizes > 0, sums / sizes.clamp_min(1), centres)  # a centre without members stays
    return centres


def _start(points: Tensor, count: int, seed: int) -> Tensor:
    """Each centre is a point, drawn with probability in proportion to its squared distance from those before."""
    generator = seeds.generator("k-means", seed)
    chosen = [int(torch.randint(len(points), (1,), generator=generator))]
    squared = torch.full((len(points),), torch.inf, dtype=torch.float64, device=points.device)
    while len(chosen) < count:
        squared = torch.minimum(squared, (points - points[chosen[-1]]).square().sum(1))
        # where every point is a centre already, any will do
        weights = squared.cpu() if bool(squared.any()) else torch.ones(len(points), dtype=torch.float64)
        chosen.append(int(torch.multinomial(weights, 1, generator=generator)))
    return points[chosen]
