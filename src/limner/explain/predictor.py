"""The attribute predictor: which labels and numbers a picture shows.

It is trained on real pictures alone, and apart from the generator whose pictures it evaluates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from limner import seeds
from limner.conditions.attribute import Attribute
from limner.data.attributes import is_missing
from limner.data.dataset import Dataset
from limner.data.schema import Schema
from limner.errors import UsageError, quoted
from limner.images import from_uint8
from limner.networks.fit import fit_module
from limner.networks.predictor import Predictor
from limner.pictures.shape import MIN_SIDE

MAX_SIDE = 64
"""Larger pictures are reduced to about this side."""
TRAINING_STEPS, BATCH_SIZE, LEARNING_RATE, WEIGHT_DECAY = 2000, 64, 2e-3, 0.05
"""Steps of training, about a minute on one core, pictures a step, and AdamW's rate and weight decay: much, as rows may be few."""
Columns = Mapping[str, np.ndarray]


class AttributePredictor(Predictor):
    """(B, C, H, W) in [-1, 1] -> {name: (B, classes) logits of a label, (B,) a number in its own unit}."""

    def __init__(self, attributes: Sequence[Attribute], channels: int, height: int, width: int) -> None:
        # of a long, narrow picture the short side stays as long as a picture has to be
        times = max(1, min(round(max(height, width) / MAX_SIDE), min(height, width) // MIN_SIDE))
        reduced = Schema(height=height // times, width=width // times, channels=channels, attributes=tuple(attributes))
        super().__init__(reduced, attributes)
        self.times = times
        self.errors: dict[str, float] = {}
        """On real pictures that it did not learn from: mean absolute error of a number, fraction of wrong classes of a label."""

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        return super().forward(F.avg_pool2d(pictures, self.times) if self.times > 1 else pictures)

    @torch.inference_mode()
    def predict(self, pictures: np.ndarray, batch: int = 256) -> dict[str, np.ndarray]:
        """Returns what pictures uint8 (n, H, W, C) show: class indices int64 (n,) and numbers float64 (n,), by attribute."""
        self.eval()
        parts = [self(_images(pictures[start : start + batch])) for start in range(0, len(pictures), batch)]
        columns = {one.name: torch.cat([part[one.name] for part in parts]) for one in self.attributes}
        return {
            one.name: columns[one.name].argmax(1).numpy() if one.classes else columns[one.name].double().numpy()
            for one in self.attributes
        }

    def fit(
        self, dataset: Dataset, rows: np.ndarray, columns: Columns, seed: int = 0, steps: int | None = None
    ) -> None:
        """Learns from the pictures in some rows of a dataset, whose attributes are in `columns`, one value a row."""
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        values = {name: torch.from_numpy(column) for name, column in columns.items()}
        generator = seeds.generator("predictor order", seed)

        def loss() -> Tensor:
            chosen = torch.randint(len(rows), (BATCH_SIZE,), generator=generator)
            return self.loss(
                dataset.images(rows[chosen.numpy()]), {name: column[chosen] for name, column in values.items()}
            )

        fit_module(
            self,
            loss,
            steps or TRAINING_STEPS,
            lr=LEARNING_RATE,
            weight_decay=WEIGHT_DECAY,
            title="predictor of attributes",
        )


def train_attribute_predictor(dataset: Dataset, attributes: Sequence[Attribute], seed: int = 0) -> AttributePredictor:
    """Returns a predictor of labels and numbers that has learned from the training split and was measured on the validation split.

    Pictures of which one of the values is missing are left out. UsageError for an attribute that is always the same.
    """
    rows, columns = complete(dataset, attributes, dataset.split("train"))
    for one in attributes:
        if len(np.unique(columns[one.name])) < 2:
            raise UsageError(
                f"{quoted(one.name)}: always the same in these {len(rows)} pictures, so nothing can be learned of it."
            )
    torch.manual_seed(seeds.derive("predictor", seed))
    predictor = AttributePredictor(attributes, *dataset.schema.shape)
    predictor.fit(dataset, rows, columns, seed)
    held_out, truth = complete(dataset, attributes, dataset.split("validation"))
    if len(held_out):
        predicted = predictor.predict(np.asarray(dataset.pictures[held_out]))
        predictor.errors = {
            one.name: float(errors_of(one.classes, predicted[one.name], truth[one.name]).mean()) for one in attributes
        }
    return predictor


def complete(
    dataset: Dataset, attributes: Sequence[Attribute], rows: np.ndarray
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Returns those of some rows in which no attribute is missing, and their values, int64 or float64 (n,) by attribute."""
    present = np.ones(len(rows), bool)
    columns = {}
    for one in attributes:
        raw = dataset.table[one.name].take(rows).to_pylist()
        present &= [not is_missing(value) and value != one.missing for value in raw]
        columns[one.name] = dataset.condition(rows, [one.name])[one.name].numpy()
    kinds = {one.name: np.int64 if one.classes else np.float64 for one in attributes}
    return rows[present], {name: values[present].astype(kinds[name]) for name, values in columns.items()}


def errors_of(classes: Sequence[str], predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Returns the error of each picture (n,): the absolute one of a number, 0 or 1 where there are classes."""
    return (predicted != truth).astype(float) if classes else np.abs(predicted - truth)


def _images(pictures: np.ndarray) -> Tensor:
    return from_uint8(pictures).contiguous(memory_format=torch.channels_last)
