"""How good a generator is on held-out pictures, cheaply enough to be asked while it trains."""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from limner import seeds
from limner.data.dataset import Batch, Dataset
from limner.features import Extractor, load_extractor, pool
from limner.images import to_uint8
from limner.methods import Generator
from limner.metrics import frechet_distance
from limner.training.condition_probes import ConditionProbes

MAX_HELD_OUT, MAX_PROBED = 1024, 2048
"""Held-out pictures, and training pictures that the probes of conditions learn from, at most."""
MEASURE_BATCH = 64
"""Pictures that are measured at a time."""


class Measured(NamedTuple):
    """What held-out pictures say of a generator: a measure, of which less is better, and how far it follows each condition."""

    value: float
    adherence: dict[str, float]
    """Attribute -> 1 where a probe reads it off generated pictures as well as off real ones, 0 where it is ignored."""


class HeldOut:
    """Two measures on the validation split, lower is better; deterministic, so that they differ only where weights do."""

    def __init__(self, dataset: Dataset, names: tuple[str, ...], seed: int) -> None:
        self.dataset, self.names, self.seed = dataset, names, seed
        self.rows = dataset.split("validation")[:MAX_HELD_OUT]

    def measure(self, name: str, generator: Generator) -> Measured:
        """Returns "negative_elbo" (nats a picture) or "frechet" of a generator, and how far it follows its conditions."""
        training = generator.training
        generator.eval()
        adherence = {}
        with torch.no_grad():
            if name == "frechet" or self.names:
                generated = self._generated(generator)
                if self.names:
                    adherence = self._probes.adherence(generated, self.dataset.condition(self.rows, self.names))
            value = self._elbo(generator) if name == "negative_elbo" else frechet_distance(self._real, generated)
        generator.train(training)
        return Measured(value, adherence)

    def _elbo(self, generator: Generator) -> float:
        total = 0.0
        for start, batch in self._batches(generator.device):
            # the same noise at every measurement, so that two of them differ by the networks alone
            noise = torch.randn(
                len(batch.images), generator.latent_dim, generator=seeds.generator("held out", self.seed, start)
            )
            nll, kl = generator.elbo_terms(batch.images, batch.condition, noise.to(generator.device))
            total += float(nll.sum() + kl.sum())
        return total / len(self.rows)

    def _generated(self, generator: Generator) -> Tensor:
        """Returns the features of pictures that are generated with the conditions of the held-out ones."""
        generated = [
            to_uint8(generator(self._noise(generator, len(batch.images), start), batch.condition))
            for start, batch in self._batches(generator.device)
        ]
        return pool(self._extractor, np.concatenate(generated))

    def _noise(self, generator: Generator, n: int, start: int) -> Tensor:
        return seeds.noise(self.seed, n, generator.latent_dim, start).to(generator.device)

    @cached_property
    def _extractor(self) -> Extractor:
        return load_extractor("limner")

    @cached_property
    def _real(self) -> Tensor:
        return pool(self._extractor, np.asarray(self.dataset.pictures[self.rows]))

    @cached_property
    def _probes(self) -> ConditionProbes:
        rows = np.sort(self.dataset.split("train")[:MAX_PROBED])
        train = pool(self._extractor, self.dataset.pictures[rows]), self.dataset.condition(rows, self.names)
        attributes = [self.dataset.schema.attribute(name) for name in self.names]
        return ConditionProbes(attributes, train, (self._real, self.dataset.condition(self.rows, self.names)))

    def _batches(self, device: torch.device) -> Iterator[tuple[int, Batch]]:
        for start in range(0, len(self.rows), MEASURE_BATCH):
            yield start, to_device(self.dataset.batch(self.rows[start : start + MEASURE_BATCH], self.names), device)


def to_device(batch: Batch, device: torch.device) -> Batch:
    """Moves the images and the condition of a batch."""
    condition = {name: values.to(device, non_blocking=True) for name, values in batch.condition.items()}
    return Batch(batch.images.to(device, non_blocking=True), condition)
