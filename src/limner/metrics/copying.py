"""Copying: do made pictures lie closer to the training pictures than unseen pictures of the same law do?"""

from torch import Tensor

from limner.metrics.clusters import k_means
from limner.metrics.mann_whitney import share_below, z_score
from limner.metrics.neighbours import nearest

LEAST = 20
"""Made, and held-out, pictures that a cell needs to be judged: below, the normal approximation of U is poor."""


def copying_statistic(train: Tensor, held_out: Tensor, made: Tensor, cells: int = 10, seed: int = 0) -> float:
    """Returns C_T of (N, D), (M, D), (L, D): below about -3 copies, about 0 like held-out, far above 0 underfitted.

    In each k-means cell of the training set, the z-score of the made pictures' distances to their nearest training
    picture against the held-out ones'; then the mean of cells, by their shares of held-out pictures. A cell with fewer
    than 20 of either is left out, and where none is left the whole space is one cell. Fewer than 2 held-out or no made
    pictures, or more cells than training pictures, are a ValueError. Meehan, Chaudhuri and Dasgupta 2020,
    arXiv 2004.05675; there the least is a share of the made pictures, and ties are not corrected for.
    """
    if len(held_out) < 2 or not len(made):
        raise ValueError(f"2 held-out and 1 made picture are needed, not {len(held_out)} and {len(made)}")
    far_held, far_made = nearest(held_out, train)[0], nearest(made, train)[0]
    centres = k_means(train, cells, seed)
    in_held, in_made = nearest(held_out, centres)[1], nearest(made, centres)[1]
    scores, weights = [], []
    for cell in range(cells):
        here_held, here_made = far_held[in_held == cell], far_made[in_made == cell]
        if min(len(here_held), len(here_made)) >= LEAST:
            scores.append(z_score(here_made, here_held))
            weights.append(len(here_held))
    if not scores:
        return z_score(far_made, far_held)
    return sum(score * weight for score, weight in zip(scores, weights, strict=True)) / sum(weights)


def closer_share(train: Tensor, held_out: Tensor, made: Tensor) -> float:
    """Returns the probability, in [0, 1], that a made picture lies closer to the training set than a held-out one does.

    (N, D), (M, D) and (L, D), none empty; ValueError otherwise. A tie counts one half. 0.5 is like held-out, 1 copies, 0
    far off. It averages over the whole set: a few copies among many good pictures hardly move it. It is one minus the
    Delta of Meehan et al. 2020, arXiv 2004.05675.
    """
    return share_below(nearest(made, train)[0], nearest(held_out, train)[0])


def authenticity(train: Tensor, made: Tensor) -> float:
    """Returns the share, in [0, 1], of (L, D) made pictures further from their nearest of (N, D) than it is from others.

    N at least 2, L at least 1; ValueError otherwise. Exact copies give 0. Fresh pictures of the training law stay below 1,
    the more so the fewer the dimensions. A duplicated training picture has only exact copies. Alaa et al. 2022,
    arXiv 2102.08921.
    """
    if not len(made):
        raise ValueError("at least 1 made picture is needed")
    away, place = nearest(made, train)
    return float((away > nearest(train, train, exclude_self=True)[0][place]).double().mean())


def are_copies(train: Tensor, held_out: Tensor, made: Tensor, false_alarms: float = 0.01) -> Tensor:
    """Flags, (L,) bool, each of (L, D) made pictures that copies one of (N, D); held-out (M, D) set how close is too close.

    A picture's closeness is its distance to its nearest training picture over the distance from there to the nearest
    different training picture. A copy has a closeness below 1/2 and below that of all but a share `false_alarms`, in
    (0, 1), of held-out pictures; or no distance at all. ValueError for no held-out or fewer than 2 different training
    pictures.
    """
    if not len(held_out) or not 0 < false_alarms < 1:
        raise ValueError(f"held-out pictures and a share in (0, 1) are needed, not {len(held_out)} and {false_alarms}")
    # Relative to the training picture's own surroundings, because distances shrink where the law is dense. A duplicate
    # is no surrounding. The half, because in many dimensions the quantile alone nears 1, where merely typical, smooth
    # pictures lie; no distance at all, because a dataset with duplicates has a quantile of 0.
    train = train.unique(dim=0)
    room = nearest(train, train, exclude_self=True)[0]
    away, place = nearest(made, train)
    held_away, held_place = nearest(held_out, train)
    limit = (held_away / room[held_place]).quantile(false_alarms).clamp_max(0.5)
    return (away / room[place] < limit) | (away == 0)
