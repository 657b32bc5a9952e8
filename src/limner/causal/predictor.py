"""The predictor of a graph's variables: it evaluates counterfactuals, and reads pictures without attributes.

predictor.safetensors     its weights, with each variable's error on pictures that it did not learn from
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from pydantic import TypeAdapter, ValidationError

from limner import seeds
from limner.causal.variables import Table, Variable, complete_rows
from limner.conditions.attribute import Attribute
from limner.config import fault_of
from limner.data.dataset import Dataset
from limner.errors import LimnerError, ModelError
from limner.explain.predictor import AttributePredictor, errors_of
from limner.parsing import parse_json
from limner.tensors import load_tensors, save_tensors
from limner.weights import load_weights

FILE = "predictor.safetensors"
"""Its name in the folder of a causal model."""


class VariablePredictor(AttributePredictor):
    """An attribute predictor whose attributes are the variables of a graph: a category is a label."""

    def __init__(self, variables: Mapping[str, Variable], channels: int, height: int, width: int) -> None:
        super().__init__([_attribute(one) for one in variables.values()], channels, height, width)
        self.variables = dict(variables)

    def read(self, pictures: np.ndarray, batch: int = 256) -> Table:
        """Returns the variables that pictures uint8 (n, H, W, C) show, numbers within their bounds and counts whole."""
        table: Table = self.predict(pictures, batch)
        for name, one in self.variables.items():
            if not one.classes:
                table[name] = table[name].clip(*one.bounds)
            if one.kind == "count":
                table[name] = table[name].round()
        return table

    def save(self, folder: Path) -> None:
        """Writes the file, whole or not at all."""
        save_tensors(folder / FILE, self.state_dict(), {"errors": json.dumps(self.errors)})

    @classmethod
    def load(
        cls, folder: Path, variables: Mapping[str, Variable], channels: int, height: int, width: int
    ) -> VariablePredictor:
        """Reads what `save` wrote for these attributes and pictures of this size; ModelError when missing or damaged."""
        try:
            tensors, metadata = load_tensors(folder / FILE)
            predictor = cls(variables, channels, height, width)
            load_weights(predictor, tensors)
            errors_ = parse_json(metadata.get("errors", ""), "errors", finite=False)
            predictor.errors = TypeAdapter(dict[str, float]).validate_python(errors_)
        except (LimnerError, ValidationError) as error:
            raise ModelError(f"{folder / FILE}: missing or damaged ({fault_of(error)}).") from None
        return predictor.eval()


def train_variable_predictor(
    dataset: Dataset, variables: Mapping[str, Variable], seed: int = 0, steps: int | None = None
) -> VariablePredictor:
    """Returns a predictor that has learned from the training split, and was measured on the validation split."""
    table, rows = complete_rows(dataset, variables, dataset.split("train"))
    torch.manual_seed(seeds.derive("predictor", seed))
    predictor = VariablePredictor(variables, *dataset.schema.shape)
    predictor.fit(dataset, rows, table, seed, steps)
    truth, held_out = complete_rows(dataset, variables, dataset.split("validation"))
    if len(held_out):
        predicted = predictor.read(np.asarray(dataset.pictures[held_out]))
        predictor.errors = {
            name: float(errors_of(one.classes, predicted[name], truth[name]).mean()) for name, one in variables.items()
        }
    return predictor


def _attribute(variable: Variable) -> Attribute:
    if variable.classes:
        return Attribute(name=variable.name, kind="label", classes=variable.classes)
    return Attribute(name=variable.name, kind="number", mean=variable.mean, std=variable.std)
