"""The pictures of each step of the embedded network's training."""

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from limner import seeds
from limner.features.embedded.crops import Crops, Labelled


class Mix(NamedTuple):
    """Of pictures of one side: how often a step has them, how many crops, and how many small labelled pictures."""

    often: float
    crops: int
    whole: int


FIRST = {
    28: Mix(0.35, 64, 96),
    48: Mix(0.2, 64, 24),
    64: Mix(0.3, 64, 24),
    96: Mix(0.1, 32, 16),
    112: Mix(0.05, 32, 16),
}
FINISH = {
    28: Mix(0.6, 48, 160),
    48: Mix(0.12, 64, 24),
    64: Mix(0.16, 64, 24),
    96: Mix(0.08, 32, 16),
    112: Mix(0.04, 32, 16),
}
"""Steps by the side of their pictures; small labelled ones are seen in their own size above all."""


class Feed:
    """Draws the pictures of a step: crops that the teacher saw, then labelled ones, all brought to one size."""

    def __init__(self, crops: Crops, whole: list[Labelled], mixes: dict[int, Mix], seed: int) -> None:
        self.crops, self.whole, self.mixes = crops, whole, mixes
        self.draw = np.random.default_rng(seeds.derive("feed", seed))
        self.scale = {depth: _scale(views) for depth, views in crops.seen.items()}

    def step(self) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor]]:
        """Returns images, the teacher's standardised views of the first of them, and labels."""
        size = int(self.draw.choice(list(self.mixes), p=[mix.often for mix in self.mixes.values()]))
        mix = self.mixes[size]
        rows = torch.from_numpy(self.draw.integers(len(self.crops.pictures), size=mix.crops))
        images = [_sized(self.crops.pictures[rows].float() / 127.5 - 1, size)]
        labels = {name: [values[rows]] for name, values in self.crops.labels.items()}
        for one in self.whole:
            share = len(one.pictures) / sum(len(other.pictures) for other in self.whole)
            part = self.draw.integers(len(one.pictures), size=round(share * mix.whole))
            pictures = torch.from_numpy(one.pictures[part]).permute(0, 3, 1, 2).float() / 127.5 - 1
            images.append(_sized(_jittered(pictures, self.draw), size).expand(-1, 3, -1, -1))
            for name in labels.keys() | one.labels.keys():
                known = (
                    torch.from_numpy(one.labels[name][0][part]) if name in one.labels else torch.full((len(part),), -1)
                )
                before = sum(map(len, images)) - len(part)
                labels.setdefault(name, [torch.full((before,), -1)]).append(known)
        views = {
            depth: (views[rows].float() - self.scale[depth][0]) / self.scale[depth][1]
            for depth, views in self.crops.seen.items()
        }
        batch = torch.cat(images).contiguous(memory_format=torch.channels_last)
        return batch, views, {name: torch.cat(parts) for name, parts in labels.items()}


def _scale(views: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and spread of each channel, so that all count alike."""
    over = (0, 2, 3) if views.ndim == 4 else (0,)
    some = views[:: max(1, len(views) // 4000)].float()
    return some.mean(over, keepdim=True)[0], some.std(over, keepdim=True)[0] + 1e-3


def _sized(images: Tensor, size: int) -> Tensor:
    mode = "area" if size <= images.shape[-1] else "bilinear"
    return F.interpolate(images, size=(size, size), mode=mode)


def _jittered(images: Tensor, draw: np.random.Generator) -> Tensor:
    """Shifts a batch by up to two pixels and mirrors nothing, because digits have a side."""
    shift = draw.integers(-2, 3, size=2)
    return torch.roll(images, tuple(int(s) for s in shift), (2, 3))
