"""Disentanglement: does each latent dimension of a VAE stand for one factor of the pictures, and each factor for one?

Everywhere latents are (N, D), D at least 2, and factors map names to (N,): labels where the numbers are whole or bool,
quantities where they are floating. ValueError for anything else and for a factor that never varies. The
bias of all three depends on N: compare figures of the same N, and expect a little above 0 of random latents.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from limner import seeds

NUM_BINS = 20
"""Bins of a quantity, as in Locatello et al. 2019."""
NUM_TREES = 25
"""Trees of each forest."""


class DCI(NamedTuple):
    """Three scores in [0, 1], 1 being best."""

    disentanglement: float
    """How nearly a dimension matters to one factor only."""
    completeness: float
    """How nearly a factor is held by one dimension only."""
    informativeness: float
    """How well the factors are predicted: the mean of the accuracy of labels and the explained variance of quantities.

    Of random latents it is 0 for quantities, and for labels what blind guesses get."""


def mutual_information_gap(latents: Tensor, factors: Mapping[str, Tensor]) -> float:
    """Returns the mean over factors of what the best dimension tells of it more than the next, over its entropy; in [0, 1].

    Information is counted in 20 equal bins of each dimension and each quantity. Chen et al. 2018, arXiv 1802.04942, eq. 6,
    with the bins of Locatello et al. 2019, arXiv 1811.12359, in place of the encoder's density.
    """
    _check(latents, factors)
    binned = [_binned(latent) for latent in latents.double().T]
    gaps = []
    for values in factors.values():
        classes = _binned(values.double()) if values.is_floating_point() else values.unique(return_inverse=True)[1]
        information = torch.stack([_information(latent, classes) for latent in binned]).topk(2).values
        gaps.append(float((information[0] - information[1]) / _information(classes, classes)))
    return sum(gaps) / len(gaps)


def dci(latents: Tensor, factors: Mapping[str, Tensor], seed: int = 0) -> DCI:
    """Measures which dimensions random forests use to predict each factor, and how well they do on a half held back.

    At least 2 factors, and 20 pictures. Equal seeds give equal figures. Eastwood and Williams 2018 (ICLR), section 2;
    there informativeness is an error, so that less is better.
    """
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    _check(latents, factors, least=2)
    train, test = _halves(len(latents), seed)
    points, importances, predicted = latents.double().cpu().numpy(), [], []
    for values in factors.values():
        kind = RandomForestRegressor if values.is_floating_point() else RandomForestClassifier
        # each split may use any dimension: else what a forest must do without looks as if it mattered. One thread: scikit-learn's
        # threads change the warning filters of the whole process, and may leave them empty
        options = {"max_features": None, "min_samples_leaf": 3}
        forest = kind(NUM_TREES, **options, random_state=seeds.derive("dci", seed) % 2**32)
        truth = values.cpu().numpy()
        forest.fit(points[train], truth[train])
        importances.append(forest.feature_importances_)
        predicted.append(max(float(forest.score(points[test], truth[test])), 0.0))
    matters = torch.from_numpy(np.stack(importances, axis=1))  # (D, factors)
    by_dimension = matters.sum(1)
    return DCI(
        disentanglement=float((_single(matters) * by_dimension).sum() / by_dimension.sum()),
        completeness=float(_single(matters.T).mean()),
        informativeness=sum(predicted) / len(predicted),
    )


def sap(latents: Tensor, factors: Mapping[str, Tensor], seed: int = 0) -> float:
    """Returns the mean over factors of how much better the best dimension alone predicts it than the next; in [0, 1].

    A quantity is predicted by a line, scored by its squared correlation; labels by thresholds found on one half, as many as
    tell them apart, scored by balanced accuracy on the other. At least 20 pictures. Equal seeds give equal figures. Kumar et
    al. 2018, arXiv 1711.00848, section 3.
    """
    _check(latents, factors)
    train, test = _halves(len(latents), seed)
    gaps = []
    for values in factors.values():
        if values.is_floating_point():
            scores = sorted(_by_line(latent, values) for latent in latents.double().T)
        else:
            scores = sorted(_by_thresholds(latent, values, train, test) for latent in latents.double().T)
        gaps.append(scores[-1] - scores[-2])
    return sum(gaps) / len(gaps)


def _by_line(latent: Tensor, values: Tensor) -> float:
    latent, values = latent - latent.mean(), values.double() - values.double().mean()
    squares = latent.square().sum() * values.square().sum()
    return float((latent @ values) ** 2 / squares) if float(squares) else 0.0


def _by_thresholds(latent: Tensor, values: Tensor, train: np.ndarray, test: np.ndarray) -> float:
    from sklearn.metrics import recall_score
    from sklearn.tree import DecisionTreeClassifier

    points, labels = latent.cpu().numpy()[:, None], values.cpu().numpy()
    tree = DecisionTreeClassifier(max_leaf_nodes=len(values.unique()), class_weight="balanced", random_state=0)
    predicted = tree.fit(points[train], labels[train]).predict(points[test])
    return float(recall_score(labels[test], predicted, labels=np.unique(labels[test]), average="macro"))


def _information(first: Tensor, second: Tensor) -> Tensor:
    """Mutual information, in nats, of two sets of whole numbers (N,)."""
    rows, columns = int(first.max()) + 1, int(second.max()) + 1
    joint = torch.bincount(first * columns + second, minlength=rows * columns).double().view(rows, columns) / len(first)
    apart = joint.sum(1, keepdim=True) * joint.sum(0)
    return torch.xlogy(joint, joint).sum() - torch.xlogy(joint, apart).sum()


def _binned(values: Tensor) -> Tensor:
    low, high = values.min(), values.max()
    return ((values - low) / (high - low).clamp_min(1e-300) * NUM_BINS).long().clamp_max(NUM_BINS - 1)


def _single(importances: Tensor) -> Tensor:
    """One minus the entropy of each row, over its greatest: 1 where all lies in one place; 0 for a row of nothing."""
    weights = importances / importances.sum(1, keepdim=True).clamp_min(1e-300)
    entropy = -torch.xlogy(weights, weights).sum(1) / np.log(importances.shape[1])
    return torch.where(importances.sum(1) > 0, 1 - entropy, 0.0)


def _halves(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    if count < 20:
        raise ValueError(f"at least 20 pictures are needed, not {count}")
    order = torch.randperm(count, generator=seeds.generator("halves", seed)).numpy()
    return order[: count // 2], order[count // 2 :]


def _check(latents: Tensor, factors: Mapping[str, Tensor], least: int = 1) -> None:
    if latents.ndim != 2 or latents.shape[1] < 2 or not len(latents):
        raise ValueError(f"latents (N, D) of at least 2 dimensions are needed, not {tuple(latents.shape)}")
    if len(factors) < least:
        raise ValueError(f"at least {least} factors are needed, not {len(factors)}")
    for name, values in factors.items():
        if values.shape != (len(latents),) or not bool((values != values[0]).any()):
            raise ValueError(f"factor {name} must have {len(latents)} values that are not all the same")
