"""Copying: do generated pictures lie closer to the training pictures than unseen pictures of the same distribution do?"""

from typing import NamedTuple

import torch
from torch import Tensor

from limner.metrics.mann_whitney import probability_below, z_score
from limner.metrics.neighbours import nearest_neighbours

MIN_PICTURES_IN_CELL = 20
"""Generated, and held-out, pictures that a cell needs to be evaluated: below, the normal approximation of U is poor."""


class Closeness(NamedTuple):
    """How near each of some pictures lies to a training set, (N,); all that copying is evaluated by."""

    distance: Tensor
    """Distance to the nearest training picture."""
    nearest_row: Tensor
    """Which training picture that is."""
    neighbour_distance: Tensor
    """Distance from there to the nearest different training picture."""


def closeness(train: Tensor, pictures: Tensor) -> Closeness:
    """Finds the nearest of (N, D) training pictures for each of (M, D), and the surroundings of those.

    At least 2 different training pictures; ValueError otherwise. A duplicate is no surrounding.
    """
    distance, nearest_row = nearest_neighbours(pictures, train)
    rows, which = nearest_row.unique(return_inverse=True)
    neighbour_distance = nearest_neighbours(train[rows], train, different=True)[0]
    return Closeness(distance, nearest_row, neighbour_distance[which])


def copying_statistic(generated: Tensor, held_out: Tensor, generated_cells: Tensor, held_out_cells: Tensor) -> float:
    """Returns C_T: below about -3 copies, about 0 like held-out, far above 0 underfitted.

    Distances to the nearest training picture, (M,) and (N,), and the cells that the pictures lie in, such as those of
    k-means on the training set. In each cell the z-score of the generated pictures' distances against the held-out ones'; then
    the mean of cells, weighted by their held-out pictures. A cell with fewer than 20 of either is left out, and where none
    is left the whole space is one cell. Fewer than 2 held-out or no generated pictures are a ValueError. Meehan, Chaudhuri and
    Dasgupta 2020, arXiv 2004.05675; there the least is a fraction of the generated pictures, and ties are not corrected for.
    """
    if len(held_out) < 2 or not len(generated):
        raise ValueError(f"2 held-out and 1 generated picture are needed, not {len(held_out)} and {len(generated)}")
    scores, weights = [], []
    for cell in held_out_cells.unique().tolist():
        here_held, here_generated = held_out[held_out_cells == cell], generated[generated_cells == cell]
        if min(len(here_held), len(here_generated)) >= MIN_PICTURES_IN_CELL:
            scores.append(z_score(here_generated, here_held))
            weights.append(len(here_held))
    if not scores:
        return z_score(generated, held_out)
    return sum(score * weight for score, weight in zip(scores, weights, strict=True)) / sum(weights)


def closer_probability(generated: Tensor, held_out: Tensor) -> float:
    """Returns the probability, in [0, 1], that a generated picture lies closer to the training set than a held-out one does.

    Distances to the nearest training picture, (M,) and (N,), neither empty; ValueError otherwise. A tie counts one half.
    0.5 is like held-out, 1 copies, 0 far off. It averages over the whole set: a few copies among many good pictures
    hardly move it. It is one minus the Delta of Meehan et al. 2020, arXiv 2004.05675.
    """
    return probability_below(generated, held_out)


def authentic(generated: Closeness) -> Tensor:
    """Flags, (M,) bool, each generated picture that is further from its nearest training picture than that is from others.

    Exact copies are not authentic; of pictures of the training distribution itself about half or more are, by dimension, never
    surely all. Alaa et al. 2022, arXiv 2102.08921.
    """
    return generated.distance > generated.neighbour_distance


def are_copies(generated: Closeness, held_out: Closeness, false_alarms: float = 0.01) -> Tensor:
    """Flags, (M,) bool, each generated picture that copies one training picture; held-out ones set how close is too close.

    A picture's closeness is its distance to its nearest training picture over the distance from there to the nearest
    different one. A copy has a closeness below 1/2 and below that of all but a fraction `false_alarms`, in (0, 1), of
    held-out pictures; or no distance at all. ValueError for no held-out pictures.
    """
    if not len(held_out.distance) or not 0 < false_alarms < 1:
        raise ValueError(
            f"held-out pictures and a fraction in (0, 1) are needed, not {len(held_out.distance)} and {false_alarms}"
        )
    # Relative to the training picture's own surroundings, because distances shrink where the distribution is dense. The half,
    # because in many dimensions the quantile alone nears 1, where merely typical, smooth pictures lie; no distance at
    # all, because a dataset with duplicates has a quantile of 0.
    limit = torch.quantile(held_out.distance / held_out.neighbour_distance, false_alarms).clamp_max(0.5)
    return (generated.distance / generated.neighbour_distance < limit) | (generated.distance == 0)
