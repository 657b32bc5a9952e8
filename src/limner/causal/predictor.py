"""The predictor: what attributes a picture shows. It judges counterfactuals, and reads pictures that come without attributes.

It learns from real pictures alone and apart from the model that draws, which never sees it.

predictor.safetensors     its weights, with each attribute's error on pictures that it did not learn from
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from pydantic import TypeAdapter, ValidationError
from torch import Tensor

from limner import seeds
from limner.causal.variables import Table, Variable, read
from limner.conditions.attribute import Attribute
from limner.config import fault_of
from limner.data.dataset import Dataset
from limner.data.schema import Schema
from limner.errors import LimnerError, ModelError
from limner.networks.predictor import Predictor as AttributePredictor
from limner.parsing import parse_json
from limner.pictures.shape import SMALLEST
from limner.progress import ProgressLine
from limner.tensors import load_tensors, save_tensors
from limner.values import from_uint8
from limner.weights import load_weights

SIDE = 64
"""Larger pictures are reduced to about this side."""
STEPS, BATCH, RATE, DECAY = 2000, 64, 2e-3, 0.05
FILE = "predictor.safetensors"


class Predictor(AttributePredictor):
    """(B, C, H, W) in [-1, 1] -> {name: (B, classes) logits of a category, (B,) a number in its own unit}."""

    def __init__(self, variables: Mapping[str, Variable], channels: int, height: int, width: int) -> None:
        # of a long, narrow picture the short side stays as long as a picture has to be
        times = max(1, min(round(max(height, width) / SIDE), min(height, width) // SMALLEST))
        seen = tuple(
            Attribute(name=name, kind="label", classes=one.classes)
            if one.classes
            else Attribute(name=name, kind="number", mean=one.mean, std=one.std)
            for name, one in variables.items()
        )
        super().__init__(Schema(height=height // times, width=width // times, channels=channels, attributes=seen), seen)
        self.times, self.variables = times, dict(variables)
        self.errors: dict[str, float] = {}
        """On real pictures that it did not learn from: mean absolute error of a number, share misnamed of a category."""

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        return super().forward(F.avg_pool2d(pictures, self.times) if self.times > 1 else pictures)

    @torch.inference_mode()
    def read(self, pictures: np.ndarray, batch: int = 256) -> Table:
        """Returns the attributes that pictures uint8 (n, H, W, C) show, numbers within their bounds."""
        self.eval()
        parts = [self(_images(pictures[start : start + batch])) for start in range(0, len(pictures), batch)]
        table: Table = {}
        for name, one in self.variables.items():
            seen = torch.cat([part[name] for part in parts])
            table[name] = seen.argmax(1).numpy() if one.classes else seen.double().numpy().clip(*one.bounds)
            if one.kind == "count":
                table[name] = table[name].round()
        return table

    def save(self, folder: Path) -> None:
        """Writes the file, whole or not at all."""
        save_tensors(folder / FILE, self.state_dict(), {"errors": json.dumps(self.errors)})

    @classmethod
    def load(cls, folder: Path, variables: Mapping[str, Variable], channels: int, height: int, width: int) -> Predictor:
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


def train_predictor(
    dataset: Dataset, variables: Mapping[str, Variable], seed: int = 0, steps: int | None = None
) -> Predictor:
    """Returns a predictor that has learned from the training split, and was measured on the validation split."""
    steps = steps or STEPS
    table, rows = read(dataset, variables, dataset.split("train"))
    schema = dataset.schema
    torch.manual_seed(seeds.derive("predictor", seed))
    predictor = Predictor(variables, *schema.shape)
    predictor.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(predictor.parameters(), RATE, weight_decay=DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    values = {name: torch.from_numpy(column) for name, column in table.items()}
    generator = seeds.generator("predictor order", seed)
    with ProgressLine("predictor of attributes", steps, "steps") as bar:
        for _ in range(steps):
            chosen = torch.randint(len(rows), (BATCH,), generator=generator)
            images = dataset.images(rows[chosen.numpy()])
            loss = predictor.loss(images, {name: column[chosen] for name, column in values.items()})
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            bar.advance()
    predictor.eval()
    truth, held_out = read(dataset, variables, dataset.split("validation"))
    if len(held_out):
        predictor.errors = errors(variables, predictor.read(np.asarray(dataset.pictures[held_out])), truth)
    return predictor


def errors(variables: Mapping[str, Variable], seen: Table, truth: Table) -> dict[str, float]:
    """Returns each attribute's mean error: absolute of numbers, share misnamed of categories."""
    return {name: float(misses(one, seen[name], truth[name]).mean()) for name, one in variables.items()}


def misses(variable: Variable, seen: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Returns the error of each unit (n,): the absolute one of a number, 0 or 1 of a category."""
    return (seen != truth).astype(float) if variable.classes else np.abs(seen - truth)


def _images(pictures: np.ndarray) -> Tensor:
    return from_uint8(pictures).contiguous(memory_format=torch.channels_last)
