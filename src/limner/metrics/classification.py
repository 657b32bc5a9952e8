"""Classification: how well predicted classes agree with the true ones."""

from typing import NamedTuple

import torch
from torch import Tensor


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
    right, true, said = confusion.diag().double(), confusion.sum(1), confusion.sum(0)
    present = true + said > 0
    return ClassificationScores(
        accuracy=float(right.sum() / len(truth)),
        precision=float((right / said.clamp_min(1))[present].mean()),
        recall=float((right / true.clamp_min(1))[true > 0].mean()),
        f1=float((2 * right / (true + said).clamp_min(1))[present].mean()),
        confusion=confusion,
    )
