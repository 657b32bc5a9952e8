"""The nearest neighbour of every picture of one set in another."""

import torch
from torch import Tensor

ROWS = 2048


def nearest(first: Tensor, second: Tensor, exclude_self: bool = False) -> tuple[Tensor, Tensor]:
    """Returns Euclidean distances (N,), float64, of each of (N, D) to its nearest of (M, D), and the places (N,) of those.

    With `exclude_self` both are one set, in one order, and nothing is its own neighbour; duplicates still are each
    other's. A copy is at exactly 0. ValueError where no neighbour exists or the dimensions differ. Memory is flat.
    """
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[1]:
        raise ValueError(f"two sets (N, D) and (M, D) are needed, not {tuple(first.shape)} and {tuple(second.shape)}")
    if exclude_self and len(first) != len(second):
        raise ValueError(f"one set has no two sizes: {len(first)} and {len(second)}")
    if len(second) < 1 + exclude_self:
        raise ValueError(f"{len(second)} features leave no neighbour to find")
    first, second = first.double(), second.double()
    centre = second.mean(0)  # products of centred features lose fewer digits
    centred, lengths = second - centre, (second - centre).square().sum(1)
    places = []
    for start in range(0, len(first), ROWS):
        block = first[start : start + ROWS] - centre
        ranks = lengths - 2 * block @ centred.T  # squared distances, but for what is equal along a row
        if exclude_self:
            ranks[:, start : start + len(block)].fill_diagonal_(torch.inf)
        places.append(ranks.argmin(1))
    found = torch.cat(places) if places else torch.zeros(0, dtype=torch.long, device=first.device)
    # measured again from differences, because the products above leave a copy at some 1e-8
    return torch.cat(
        [_apart(rows, second[at]) for rows, at in zip(first.split(ROWS), found.split(ROWS), strict=True)]
    ), found


def _apart(first: Tensor, second: Tensor) -> Tensor:
    return (first - second).square().sum(1).sqrt()
