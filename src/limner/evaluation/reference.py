"""What models are evaluated against: the pictures they learned from, pictures held out, and what the extractor sees in them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from limner import seeds
from limner.data import Dataset
from limner.errors import DataError, UsageError
from limner.evaluation.classifier import Classifier, train_classifier
from limner.evaluation.evaluation_split import EvaluationSplit
from limner.features import Extractor, pool_once
from limner.metrics import Closeness, closeness, k_means
from limner.progress import ProgressLine

NUM_CELLS = 10
"""Cells of k-means on the training pictures in which C_T compares distances."""
MIN_HELD_OUT_PICTURES = 10
"""Held-out pictures below which nothing is evaluated."""


@dataclass
class Pictures:
    """Pictures uint8 (N, H, W, C), features float32 (N, D), and the main label's classes int64 (N,) where they are known."""

    pictures: np.ndarray
    features: Tensor
    labels: Tensor | None

    def __len__(self) -> int:
        return len(self.pictures)

    def some(self, most: int, *, seed: int) -> "Pictures":
        """Returns at most so many of them, drawn without replacement, in their order."""
        if len(self) <= most:
            return self
        return self.at(_draw(len(self), most, seed))

    def at(self, rows: Tensor) -> "Pictures":
        """Returns those at some rows, int64 (n,)."""
        labels = None if self.labels is None else self.labels[rows]
        return Pictures(self.pictures[rows.numpy()], self.features[rows], labels)


class Reference:
    """Real pictures of an evaluation split; features, cells and classifiers are computed on first use, once."""

    def __init__(self, evaluation_split: EvaluationSplit, extractor: Extractor, seed: int) -> None:
        self.evaluation_split, self.extractor, self.seed = evaluation_split, extractor, seed
        self.dataset, self.schema, self.split = (
            evaluation_split.held_out,
            evaluation_split.held_out.schema,
            evaluation_split.split,
        )
        for rows, what in ((evaluation_split.train_rows, "training"), (evaluation_split.held_out_rows, "held-out")):
            if len(rows) < MIN_HELD_OUT_PICTURES:
                raise DataError(
                    f"{self.dataset.path} has {len(rows)} {what} pictures; at least {MIN_HELD_OUT_PICTURES} are needed "
                    "to evaluate a model: give more."
                )
        self.label = self.schema.label
        self.classes = self.schema.attribute(self.label).classes if self.label else ()
        self._real_subsets: dict[int, tuple[Pictures, Tensor]] = {}

    @cached_property
    def held_out(self) -> Pictures:
        """Pictures that no model has learned from."""
        return self._pictures(self.dataset, self.evaluation_split.held_out_rows, "held-out")

    @cached_property
    def train(self) -> Pictures:
        """Pictures that the models learned from."""
        return self._pictures(self.evaluation_split.train, self.evaluation_split.train_rows, "training")

    def some_train(self, most: int) -> Pictures:
        """Returns at most so many training pictures, without asking the extractor about the others."""
        rows = self.evaluation_split.train_rows
        if "train" in vars(self) or len(rows) <= most:
            return self.train.some(most, seed=self.seed)
        return self._pictures(self.evaluation_split.train, rows[_draw(len(rows), most, self.seed).numpy()], "training")

    @cached_property
    def held_out_closeness(self) -> Closeness:
        """How near held-out pictures lie to the training pictures."""
        return closeness(self.train.features, self.held_out.features)

    @cached_property
    def centres(self) -> Tensor:
        """Centres of the cells in which copying is evaluated, (cells, D)."""
        return k_means(self.train.features, NUM_CELLS, self.seed).float()

    @cached_property
    def classifier(self) -> Classifier:
        """A classifier of the main label, trained on training pictures alone; UsageError when there is no label."""
        if self.train.labels is None:
            raise UsageError(f"{self.dataset.path} has no labels; utility and measures by class need them.")
        return train_classifier(self.train.pictures, self.train.labels, len(self.classes), seed=self.seed)

    def real_subset(self, size: int) -> tuple[Pictures, Tensor]:
        """Returns so many training pictures, and which held-out ones a classifier trained on them names rightly, (N,)."""
        if size not in self._real_subsets:
            real = self.train.some(size, seed=self.seed)
            assert real.labels is not None
            self._real_subsets[size] = real, rightly_named(real.pictures, real.labels, self)
        return self._real_subsets[size]

    def _pictures(self, dataset: Dataset, rows: np.ndarray, what: str) -> Pictures:
        pictures = np.asarray(dataset.pictures[rows])
        known = self.label is not None and dataset.schema.label == self.label
        labels = dataset.condition(rows, [self.label])[self.label] if known and self.label else None
        with ProgressLine(f"{what} pictures: features", len(rows), "pictures") as bar:
            features = pool_once(self.extractor, pictures, progress=bar.advance)
        return Pictures(pictures, features, labels)


def _draw(count: int, most: int, seed: int) -> Tensor:
    """Returns `most` of `count` rows, drawn without replacement, in their order."""
    return torch.randperm(count, generator=seeds.generator("some", seed))[:most].sort().values


def rightly_named(pictures: np.ndarray, labels: Tensor, reference: Reference) -> Tensor:
    """Trains a classifier on some pictures and returns which held-out ones it names rightly, 0 or 1, float64 (N,)."""
    assert reference.held_out.labels is not None
    classifier = train_classifier(pictures, labels, len(reference.classes), seed=reference.seed)
    named = classifier.probabilities(reference.held_out.pictures).argmax(1)
    return torch.eq(named, reference.held_out.labels).double()
