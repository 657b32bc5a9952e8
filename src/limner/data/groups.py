"""Groups of pictures that look alike: the condition of a GAN for pictures without a label."""

import numpy as np
import torch
import torch.nn.functional as F

from limner.data.dataset import Dataset

MAX_GROUPS = 16
"""Groups of a dataset, however many pictures it has."""
MIN_GROUP_SIZE = 150
"""Training pictures a group, on average: of eight groups of 20, a GAN learned worse pictures than of no groups."""
MAX_COPY_SIDE = 16
"""Pixels a side of the small copies that are clustered."""
COMPONENTS = 32
"""Principal components by which small copies are compared."""
MAX_CLUSTERED = 10_000
"""Training pictures, evenly spread, that groups are found in; the others are put into the nearest."""
CHUNK_PICTURES = 2048
"""Pictures that are reduced at a time."""


def grouped(dataset: Dataset) -> Dataset:
    """Returns the dataset with a main label `group`, found by k-means of small copies of its pictures; nothing is written.

    Groups are found in the training split, the same each time, and called 0, 1 and so on from the largest. A dataset with
    too few pictures for two of them is returned as it is. Conditioning on groups makes a GAN generate all of them from the start
    (Liu et al. 2020, arXiv 2006.10728, where they are found again as it learns).
    """
    from sklearn.cluster import KMeans

    train = dataset.split("train")
    count = min(MAX_GROUPS, len(train) // MIN_GROUP_SIZE)
    if count < 2:
        return dataset
    points = _principal(_small_copies(dataset), train)
    learned_from = points[train[:: -(-len(train) // MAX_CLUSTERED)]]
    found = KMeans(count, n_init=4, random_state=0).fit(learned_from).predict(points)
    largest_first = np.argsort(-np.bincount(found, minlength=count), kind="stable")
    group = np.argsort(largest_first)[found]
    name = "group"
    while name in dataset.table.column_names:
        name += " found"
    return dataset.labelled(name, tuple(map(str, range(count))), group)


def _small_copies(dataset: Dataset) -> torch.Tensor:
    """Returns float32 (N, values), pictures of at most `MAX_COPY_SIDE` pixels a side."""
    height, width = min(MAX_COPY_SIDE, dataset.schema.height), min(MAX_COPY_SIDE, dataset.schema.width)
    rows = range(0, len(dataset), CHUNK_PICTURES)
    pieces = [dataset.images(np.arange(start, min(start + CHUNK_PICTURES, len(dataset)))) for start in rows]
    return torch.cat([F.adaptive_avg_pool2d(piece, (height, width)).flatten(1) for piece in pieces])


def _principal(values: torch.Tensor, train: np.ndarray) -> np.ndarray:
    """Returns (N, components): the principal ones of the training pictures, those of large variance down-weighted."""
    # in double precision: single is not a number for some covariances of lacking rank, as of pictures with one border
    centred = values.double() - values[train].double().mean(0)
    covariance = centred[train].T @ centred[train] / len(train)
    variances, directions = torch.linalg.eigh(covariance)  # ascending
    variances, directions = variances[-COMPONENTS:].clamp_min(1e-12), directions[:, -COMPONENTS:]
    return (centred @ directions / variances**0.25).float().numpy()
