"""A small classifier of pictures, trained in seconds: what generated pictures are worth to somebody who needs labelled ones."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from limner import seeds
from limner.images import from_uint8
from limner.networks.fit import fit_module

MAX_SIDE = 32
"""Larger pictures are reduced to about this side."""
TRAINING_STEPS, BATCH_SIZE, LEARNING_RATE = 300, 64, 3e-3
"""Steps of training, pictures a step, and the rate of AdamW."""
WIDTHS = (32, 64, 128)
"""Channels of its stages."""


class Classifier(nn.Module):
    """Three convolutions, their mean, one linear layer: pictures (B, C, H, W) in [-1, 1] -> logits (B, K)."""

    def __init__(self, channels: int, classes: int, side: int = MAX_SIDE) -> None:
        super().__init__()
        self.side = side
        layers: list[nn.Module] = []
        for before, after, stride in zip((channels, *WIDTHS), WIDTHS, (2, 2, 1), strict=False):
            layers += [nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(2 * WIDTHS[-1], classes)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self._before_head(images))

    def _before_head(self, images: Tensor) -> Tensor:
        maps = self.body(images)
        return torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], 1)

    @torch.inference_mode()
    def features(self, pictures: np.ndarray) -> Tensor:
        """Returns what the last layer reads, float32 (N, 256), for pictures uint8 (N, H, W, C)."""
        self.eval()
        return torch.cat(
            [self._before_head(_images(pictures[i : i + 512], self.side)) for i in range(0, len(pictures), 512)]
        )

    @torch.inference_mode()
    def probabilities(self, pictures: np.ndarray) -> Tensor:
        """Returns the probability of each class, float64 (N, K), for pictures uint8 (N, H, W, C)."""
        self.eval()
        parts = [
            self(_images(pictures[i : i + 512], self.side)).double().softmax(1) for i in range(0, len(pictures), 512)
        ]
        return torch.cat(parts)


def train_classifier(
    pictures: np.ndarray, labels: Tensor, classes: int, *, seed: int, steps: int | None = None, side: int = MAX_SIDE
) -> Classifier:
    """Trains on pictures uint8 (N, H, W, C) and labels (N,) for a fixed number of steps, so that sets of any size compare.

    Pictures whose longer side is above `side` are reduced to about that.
    """
    steps = steps or TRAINING_STEPS
    torch.manual_seed(seeds.derive("classifier", seed))
    classifier = Classifier(pictures.shape[3], classes, side).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    batches = _rows(len(pictures), steps, seed)

    def loss() -> Tensor:
        rows = next(batches)
        return F.cross_entropy(classifier(_images(pictures[rows.numpy()], side)), labels[rows], label_smoothing=0.05)

    fit_module(classifier, loss, steps, lr=LEARNING_RATE, weight_decay=0.05)
    return classifier


def _rows(count: int, steps: int, seed: int) -> Iterator[Tensor]:
    """Yields the rows of each step: whole shuffles, one after another."""
    generator, waiting = seeds.generator("classifier order", seed), torch.empty(0, dtype=torch.long)
    for _ in range(steps):
        while len(waiting) < BATCH_SIZE:
            waiting = torch.cat([waiting, torch.randperm(count, generator=generator)])
        yield waiting[:BATCH_SIZE]
        waiting = waiting[BATCH_SIZE:]


def _images(pictures: np.ndarray, side: int) -> Tensor:
    images = from_uint8(pictures)
    times = max(1, round(max(images.shape[2:]) / side))
    return F.avg_pool2d(images, times) if times > 1 else images
