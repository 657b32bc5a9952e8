"""A judge of a race that no recipe can see: a classifier trained from scratch on the real pictures, and SqueezeNet beside it.

The classifier tells the main label apart, or, where pictures have none, which of four ways they were turned (Gidaris et al.
2018, arXiv 1803.07728). What it sees before its last layer is what distances are measured on. No file is needed, no recipe
learns from it, and the features by which `limner train` keeps its best model are others.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from limner.data import Dataset
from limner.evaluation.classifier import train_classifier
from limner.features import load_extractor, pool, pool_once, weights
from limner.metrics import Interval, frechet_interval

MOST = 10_000
STEPS = 2000
SIDE = 128
"""Up to this side pictures are judged as they are, so that patterns of single pixels are seen, too."""
TURNS = 4


class Judge:
    """Frechet distances, without bias, of generated pictures to at most 10,000 training pictures."""

    def __init__(self, dataset: Dataset, squeezenet: Path | None = None) -> None:
        found = squeezenet or weights.find("squeezenet")
        self.squeezenet = load_extractor(f"squeezenet={found}") if found else None
        rows = dataset.split("train")
        real, label = np.asarray(dataset.pictures[rows]), dataset.schema.label
        if label:
            shown, truth = real, dataset.condition(rows, [label])[label]
            classes, self.told_apart = len(dataset.schema.attribute(label).classes), label
        else:
            square = real[:MOST, : min(real.shape[1:3]), : min(real.shape[1:3])]
            shown = np.concatenate([np.rot90(square, turns, (1, 2)) for turns in range(TURNS)])
            truth, classes, self.told_apart = torch.arange(TURNS).repeat_interleave(len(square)), TURNS, "which way up"
        self.classifier = train_classifier(shown, truth, classes, seed=0, steps=STEPS, side=SIDE)
        self.accuracy = self._accuracy(dataset) if label else None
        chosen = np.sort(np.random.default_rng(0).permutation(len(real))[:MOST])
        self.real = {"classifier": self.classifier.features(real[chosen])}
        if self.squeezenet:
            self.real["squeezenet"] = pool_once(self.squeezenet, real[chosen[:2000]])

    def distances(self, generated: np.ndarray) -> dict[str, Interval]:
        """Returns the distance of pictures uint8 (N, H, W, C) by each judge; SqueezeNet by 2,000 of them."""
        found: dict[str, Tensor] = {"classifier": self.classifier.features(generated)}
        if self.squeezenet:
            found["squeezenet"] = pool(self.squeezenet, generated[:2000])
        return {name: frechet_interval(self.real[name], features) for name, features in found.items()}

    def what(self) -> str:
        """Says who judges."""
        right = f", right in {self.accuracy:.1%} of test pictures" if self.accuracy else ""
        also = " SqueezeNet judges, too." if self.squeezenet else ""
        return f"The judge tells apart: {self.told_apart}{right}.{also}"

    def _accuracy(self, dataset: Dataset) -> float:
        rows, label = dataset.split("test"), str(dataset.schema.label)
        named = self.classifier.probabilities(np.asarray(dataset.pictures[rows])).argmax(1)
        return float((named == dataset.condition(rows, [label])[label]).double().mean())
