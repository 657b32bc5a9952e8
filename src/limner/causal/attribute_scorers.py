"""Scorers of attributes: a predictor learns them from a dataset, and then reads them off what a model generates."""

from collections.abc import Sequence
from pathlib import Path

from limner.causal.dissection import scorer_of
from limner.causal.graph import Graph
from limner.causal.predictor import train_predictor
from limner.causal.steps import outcome_of
from limner.causal.variables import read, variables_of, with_statistics
from limner.data.dataset import Dataset
from limner.editing.scorers import SCORERS, Scorer
from limner.errors import UsageError
from limner.model import Model, check_shape
from limner.training.run import data_for

MOST_CLASSES = 12
"""Classes of a label that are scored one by one; of one with more, only those that are asked for."""


def scorers_of_model(
    path: Path, model: Model, data: str | None, asked: Sequence[str] = (), seed: int = 0
) -> dict[str, Scorer]:
    """Returns the scorers of any picture, and of the attributes of the dataset that is named, or else that the model learned from.

    Where that is gone, and nothing asked needs it, those of any picture alone. UsageError, GraphError for what cannot be scored.
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

    `asked` are scorers that must be among them; GraphError for one that the dataset cannot have.
    """
    names = dict.fromkeys([*(text.partition("=")[0].strip() for text in asked), *_telling(dataset)])
    if not names:
        return {}
    graph = Graph(nodes={name: {} for name in names})
    variables = variables_of(graph, dataset)
    wanted = [*asked]
    for name, one in variables.items():
        few = 0 < len(one.classes) <= MOST_CLASSES
        wanted += [f"{name}={each}" for each in one.classes] if few else [] if one.classes else [name]
    outcomes = {text: outcome_of(graph, variables, text) for text in dict.fromkeys(wanted)}
    table, _ = read(dataset, variables, dataset.split("train"))
    predictor = train_predictor(dataset, with_statistics(variables, table), seed)
    return {text: scorer_of(predictor, outcome) for text, outcome in outcomes.items()}


def _telling(dataset: Dataset) -> list[str]:
    """Returns the numbers that differ, and the labels of a few classes."""
    return [
        one.name
        for one in dataset.schema.attributes
        if (one.kind == "number" and one.std > 0) or (one.kind == "label" and 1 < len(one.classes) <= MOST_CLASSES)
    ]
