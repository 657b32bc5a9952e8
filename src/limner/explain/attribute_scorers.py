"""Scorers of attributes: a predictor learns them from a dataset, and then reads them off what a model generates."""

from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from limner.data.dataset import Dataset
from limner.data.of_run import data_for
from limner.errors import UsageError
from limner.explain.predictor import AttributePredictor
from limner.explain.predictor_cache import predictor_once
from limner.explain.scorers import SCORERS, Scorer
from limner.explain.targets import Target, target_among
from limner.model import Model, check_shape

MAX_CLASSES = 12
"""Classes of a label that are scored one by one; of one with more, only those that are asked for."""


def target_of(dataset: Dataset, text: str) -> Target:
    """Returns what NAME, or NAME=CLASS, means in a dataset; UsageError or ConditionError for anything else."""
    return target_among(dataset.schema.attributes, text, str(dataset.path))


def scorer_of(predictor: AttributePredictor, target: Target) -> Scorer:
    """Returns what predicts a number, or the probability of a class, of pictures (B, C, H, W) in [-1, 1]."""

    def score(images: Tensor) -> Tensor:
        predicted = predictor(images)[target.attribute.name]
        return predicted if target.class_index is None else predicted.softmax(1)[:, target.class_index]

    return score


def scorers_of_model(
    path: Path, model: Model, data: str | None, asked: Sequence[str] = (), seed: int = 0
) -> dict[str, Scorer]:
    """Returns the scorers of any picture, and of the attributes of the dataset that is named, or else that the model learned from.

    Where that is gone, and nothing asked needs it, those of any picture alone. UsageError for what cannot be scored.
    """
    others = [text for text in asked if text not in SCORERS]
    try:
        dataset = data_for(path, data)
        check_shape("the model", model, dataset)
    except UsageError:
        if others or data:
            raise
        return dict(SCORERS)
    return {**SCORERS, **attribute_scorers(dataset, others, seed)}


def attribute_scorers(dataset: Dataset, asked: Sequence[str] = (), seed: int = 0) -> dict[str, Scorer]:
    """Returns scorers of a dataset's numbers, and of the probability of NAME=CLASS for each class of its labels.

    `asked` are scorers that must be among them; UsageError for one that the dataset cannot have.
    """
    targets = {text: target_of(dataset, text) for text in asked}
    targets |= {target.text: target for target in _usual_targets(dataset)}
    if not targets:
        return {}
    attributes = {target.attribute.name: target.attribute for target in targets.values()}
    predictor = predictor_once(dataset, list(attributes.values()), seed)
    return {text: scorer_of(predictor, target) for text, target in targets.items()}


def _usual_targets(dataset: Dataset) -> list[Target]:
    """Returns the numbers that differ, and each class of the labels that have few."""
    found = []
    for one in dataset.schema.attributes:
        if one.kind == "number" and one.maximum > one.minimum:
            found.append(Target(one))
        if one.kind == "label" and 1 < len(one.classes) <= MAX_CLASSES:
            found += [Target(one, index) for index, name in enumerate(one.classes) if name != one.missing]
    return found
