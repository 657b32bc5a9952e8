"""The nearest neighbour of every picture of one set in another."""

import torch
from torch import Tensor

BLOCK_ROWS = 2048
"""Rows of the matrix of distances that are in memory at once."""


def nearest_neighbours(first: Tensor, second: Tensor, different: bool = False) -> tuple[Tensor, Tensor]:
    """Returns Euclidean distances (N,), float64, of each of (N, D) to its nearest of (M, D), and the places (N,) of those.

    A copy is at exactly 0. With `different` it is no neighbour, nor is what is only rounding away from it. ValueError where
    no neighbour exists or the dimensions differ. Memory is flat. Neighbours are ranked in the precision of the inputs.
    """
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[1]:
        raise ValueError(f"two sets (N, D) and (M, D) are needed, not {tuple(first.shape)} and {tuple(second.shape)}")
    if not len(second):
        raise ValueError("an empty set leaves no neighbour to find")
    centre = second.mean(0)  # products of centred features lose fewer digits
    centred = second - centre
    lengths = centred.square().sum(1)
    # of products: a rounding error of this size is no distance
    least = 64 * torch.finfo(second.dtype).eps * lengths.mean() if different else -torch.inf
    places = []
    for start in range(0, len(first), BLOCK_ROWS):
        block = first[start : start + BLOCK_ROWS] - centre
        own = block.square().sum(1, keepdim=True)
        squared = torch.addmm(lengths, block, centred.T, alpha=-2).add_(own)
        if different:
            squared.masked_fill_(squared <= least, torch.inf)
        places.append(squared.argmin(1))
    found = torch.cat(places) if places else torch.zeros(0, dtype=torch.long, device=first.device)
    # measured again from differences, because the products above leave a copy at some 1e-8
    apart = [
        _apart(rows, second[at]) for rows, at in zip(first.split(BLOCK_ROWS), found.split(BLOCK_ROWS), strict=True)
    ]
    distances = torch.cat(apart)
    if different and not bool((distances > 0).all()):
        raise ValueError("pictures that are all alike leave no neighbour to find")
    return distances, found


def _apart(first: Tensor, second: Tensor) -> Tensor:
    return (first.double() - second.double()).square().sum(1).sqrt()
