"""The pictures of each step of the embedded network's training."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from limner import seeds
from limner.features.embedded.crops import Labelled, Squares, resized
from limner.features.embedded.distortions import distort
from limner.images import from_uint8


class Mix(NamedTuple):
    """Of pictures of one side: how often a step has them, how many squares, how many distorted, and how many small pictures."""

    often: float
    squares: int
    distorted: int
    small: int


MIXES = {56: Mix(0.4, 24, 12, 24), 64: Mix(0.4, 24, 12, 0), 96: Mix(0.15, 12, 6, 0), 128: Mix(0.05, 8, 4, 0)}
"""Steps by the side of their pictures: those at which pictures are judged."""


class Step(NamedTuple):
    """Pictures (B, 3, S, S) in [-1, 1]: squares, `distorted` of them once more, and small labelled ones.

    `partners` are the pictures, squares or distorted, that each of these is compared with; `rows` says which squares these are;
    labels (B,), -1 where a picture has none.
    """

    images: Tensor
    partners: Tensor
    rows: Tensor
    labels: dict[str, Tensor]


class Feed:
    """Draws the pictures of a step; the step's number decides which, so that a training that goes on sees the same."""

    def __init__(self, squares: Squares, small: list[Labelled], seed: int) -> None:
        self.squares, self.small, self.seed = squares, small, seed

    def step(self, number: int) -> Step:
        """Returns the pictures of a step."""
        draw = np.random.default_rng(seeds.derive("feed", self.seed, number))
        size = int(draw.choice(list(MIXES), p=[mix.often for mix in MIXES.values()]))
        mix = MIXES[size]
        rows = torch.from_numpy(draw.integers(len(self.squares.pictures), size=mix.squares))
        own = resized(from_uint8(self.squares.pictures[rows].numpy()), size)
        own = own.flip(3) if draw.random() < 0.5 else own
        images, labels = [own, distort(own[: mix.distorted], draw)], {}
        for name, values in self.squares.labels.items():
            labels[name] = [values[rows], torch.full((mix.distorted,), -1)]
        for one in self.small if mix.small else []:
            share = len(one.pictures) / sum(len(other.pictures) for other in self.small)
            part = draw.integers(len(one.pictures), size=round(share * mix.small))
            pictures = resized(_jittered(from_uint8(one.pictures[part]), draw), size).expand(-1, 3, -1, -1)
            for name in labels.keys() | one.labels.keys():
                known = one.labels[name][0][part] if name in one.labels else np.full(len(part), -1)
                labels.setdefault(name, [torch.full((sum(map(len, images)),), -1)]).append(torch.from_numpy(known))
            images.append(pictures)
        batch = torch.cat(images).contiguous(memory_format=torch.channels_last)
        joined = {name: torch.cat(parts) for name, parts in labels.items()}
        return Step(batch, _partners(mix, draw), rows, joined)


def _partners(mix: Mix, draw: np.random.Generator) -> Tensor:
    """Distorted pictures are compared with what they were, half of these with those, and the rest with others."""
    pairs = np.arange(mix.distorted)
    others = (np.arange(mix.squares) + draw.integers(1, mix.squares)) % mix.squares
    others[: mix.distorted // 2] = mix.squares + pairs[: mix.distorted // 2]
    return torch.from_numpy(np.concatenate([others, pairs]))


def _jittered(images: Tensor, draw: np.random.Generator) -> Tensor:
    """Shifts a batch by up to two pixels and mirrors nothing, because digits have a side."""
    down, right = (int(shift) for shift in draw.integers(-2, 3, size=2))
    return images.roll((down, right), (2, 3))
