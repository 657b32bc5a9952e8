"""What a painter is worth on held-out pictures, cheaply enough to be asked while it learns."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from limner import seeds
from limner.data.dataset import Batch, Dataset
from limner.features import Extractor, load_extractor, pool
from limner.methods import Painter
from limner.methods.vae import VaePainter
from limner.metrics import frechet_distance
from limner.values import to_uint8

MOST = 1024
"""Held-out pictures looked at."""
CHUNK = 64


class HeldOut:
    """The validation split as a yardstick: two numbers, of which less is better. Equal weights give equal numbers."""

    def __init__(self, dataset: Dataset, names: tuple[str, ...], seed: int) -> None:
        self.dataset, self.names, self.seed = dataset, names, seed
        self.rows = dataset.split("validation")[:MOST]

    def measure(self, name: str, painter: Painter) -> float:
        """Returns "bound" (nats a picture) or "frechet" of a painter."""
        training = painter.training
        painter.eval()
        with torch.no_grad():
            value = (
                self._bound(painter) if name == "bound" and isinstance(painter, VaePainter) else self._frechet(painter)
            )
        painter.train(training)
        return value

    def _bound(self, painter: VaePainter) -> float:
        total = 0.0
        for start, batch in self._batches(painter.device):
            # the same draws at every measurement, so that two of them differ by the networks alone
            noise = torch.randn(
                len(batch.images), painter.latent, generator=seeds.generator("held out", self.seed, start)
            )
            nats, divergence = painter.bound(batch.images, batch.condition, noise.to(painter.device))
            total += float(nats.sum() + divergence.sum())
        return total / len(self.rows)

    def _frechet(self, painter: Painter) -> float:
        made = [
            to_uint8(painter.sample(seeds.for_pictures(self.seed, len(batch.images), start), batch.condition))
            for start, batch in self._batches(painter.device)
        ]
        return frechet_distance(self._real, pool(self._extractor, np.concatenate(made)))

    @cached_property
    def _extractor(self) -> Extractor:
        return load_extractor("limner")

    @cached_property
    def _real(self) -> Tensor:
        return pool(self._extractor, np.asarray(self.dataset.pictures[self.rows]))

    def _batches(self, device: torch.device) -> Iterator[tuple[int, Batch]]:
        for start in range(0, len(self.rows), CHUNK):
            yield start, to_device(self.dataset.batch(self.rows[start : start + CHUNK], self.names), device)


def to_device(batch: Batch, device: torch.device) -> Batch:
    """Moves the images and the condition of a batch."""
    condition = {name: values.to(device, non_blocking=True) for name, values in batch.condition.items()}
    return Batch(batch.images.to(device, non_blocking=True), condition)
