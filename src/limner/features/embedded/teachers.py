"""Who the embedded network learns from: SqueezeNet, and the weights that it started from, of which it is to forget nothing."""

from copy import deepcopy
from typing import NamedTuple

import torch
from torch import Tensor

from limner.features.embedded.crops import Squares, resized
from limner.features.embedded.distillation import teacher_view
from limner.features.embedded.feed import Step
from limner.features.embedded.network import Network
from limner.features.extractor import Activations, Extractor
from limner.images import from_uint8

MEASURED, SIDE = 256, 64
"""Squares whose pooled vectors give the scale of each channel, and the side at which the network sees them then."""
LEAST = 0.01
"""Share of the mean standard deviation of channels that the smallest counts as."""


class Views(NamedTuple):
    """What is seen of a step: SqueezeNet's maps of what has partners, and pooled vectors of the first pictures by teacher."""

    maps: Activations
    pooled: dict[str, Tensor]


class Teachers:
    """SqueezeNet, as "teacher", and the network at its start, as "start", if it starts from weights."""

    def __init__(self, teacher: Extractor, start: Network | None, squares: Squares) -> None:
        self.teacher, self.squares = teacher, squares
        self.start = deepcopy(start).eval().requires_grad_(False) if start else None
        rows = torch.arange(0, len(squares.pictures), max(1, len(squares.pictures) // MEASURED))
        self.stds = {"teacher": _scale(squares.pooled(rows, teacher))}
        if self.start:
            images = resized(from_uint8(squares.pictures[rows].numpy()), SIDE)
            with torch.no_grad():
                self.stds["start"] = _scale(self.start(images)["pooled"])

    @torch.no_grad()
    def views(self, step: Step) -> Views:
        """Returns what they see of a step."""
        pooled = {"teacher": self.squares.pooled(step.rows, self.teacher)}
        with torch.autocast("cpu", torch.bfloat16):
            maps = teacher_view(self.teacher, step.images[: len(step.partners)])
            if self.start:
                pooled["start"] = self.start(step.images)["pooled"].float()
        return Views(maps, pooled)


def _scale(vectors: Tensor) -> Tensor:
    stds = vectors.std(0)
    return stds.clamp(min=LEAST * float(stds.mean()))
