"""Classification: how well predicted classes agree with the true ones."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from limner import seeds
from limner.metrics.intervals import Interval, percentile_interval

MACRO = ("precision", "recall", "f1")
"""Means over classes."""


class ClassificationScores(NamedTuple):
    """Shares in [0, 1]; precision, recall and F1 are means over classes, each class weighing the same."""

    accuracy: float
    precision: float
    recall: float
    f1: float
    confusion: Tensor
    """(K, K) counts; a row is a true class, a column a predicted one."""


def scores(truth: Tensor, predicted: Tensor, classes: int) -> ClassificationScores:
    """Scores predictions (N,) against the truth (N,), both whole numbers in [0, classes), N at least 1; ValueError otherwise.

    A class never predicted has precision 0. The means leave out classes that cannot be judged: of recall those that the truth
    does not have, of precision and F1 those in neither the truth nor the predictions.
    """
    if truth.ndim != 1 or truth.shape != predicted.shape or not len(truth):
        raise ValueError(
            f"two equal sets (N,) of classes are needed, not {tuple(truth.shape)} and {tuple(predicted.shape)}"
        )
    both = torch.stack([truth, predicted])
    if both.is_floating_point() or int(both.min()) < 0 or int(both.max()) >= classes:
        raise ValueError(f"classes must be whole numbers from 0 to {classes - 1}")
    confusion = torch.bincount(truth.long() * classes + predicted.long(), minlength=classes**2).view(classes, classes)
    right, of_class, named = confusion.diag().double(), confusion.sum(1).double(), confusion.sum(0).double()
    macro = {name: float(value) for name, value in zip(MACRO, _macro(right, of_class, named), strict=True)}
    return ClassificationScores(accuracy=float(right.sum() / len(truth)), confusion=confusion, **macro)


def macro_intervals(confusion: Tensor, resamples: int = 1000, seed: int = 0) -> dict[str, Interval]:
    """Returns macro precision, recall and F1 of a confusion matrix (K, K) with 95 % bootstrap intervals, by name.

    To draw N items again with replacement is to draw the counts of the matrix from a multinomial distribution, so all
    resamples are drawn at once (Efron and Tibshirani 1993, chapter 13). Equal seeds give equal bounds.
    """
    rows, columns = confusion.nonzero(as_tuple=True)
    cells = confusion[rows, columns].numpy()
    draw = np.random.default_rng(seeds.derive("classification bootstrap", seed))
    drawn = torch.from_numpy(draw.multinomial(cells.sum(), cells / cells.sum(), resamples)).double()
    counts = torch.cat([torch.from_numpy(cells).double()[None], drawn])  # the first row is the matrix itself

    def summed(index: Tensor, chosen: Tensor) -> Tensor:
        sums = torch.zeros(len(counts), len(confusion), dtype=torch.float64)
        return sums.index_add_(1, index[chosen], counts[:, chosen])

    everything = torch.ones(len(rows), dtype=torch.bool)
    found = _macro(summed(rows, rows == columns), summed(rows, everything), summed(columns, everything))
    return {name: percentile_interval(float(values[0]), values[1:]) for name, values in zip(MACRO, found, strict=True)}


def _macro(right: Tensor, of_class: Tensor, named: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Returns macro precision, recall and F1 (...) of counts by class (..., K): predicted rightly, there, and predicted."""
    present = (of_class + named > 0).double()
    there = (of_class > 0).double()
    precision, recall = right / named.clamp_min(1), right / of_class.clamp_min(1)
    f1 = 2 * right / (of_class + named).clamp_min(1)
    return (
        (precision * present).sum(-1) / present.sum(-1),
        (recall * there).sum(-1) / there.sum(-1),
        (f1 * present).sum(-1) / present.sum(-1),
    )
