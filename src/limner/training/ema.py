"""The running average of weights: what samples are made with."""

import copy

import torch

from limner.methods import Generator
from limner.recipes.recipe import EmaConfig


class Ema:
    """Follows a generator; `generator` holds the average, or the followed one itself when the half-life is zero."""

    def __init__(self, followed: Generator, config: EmaConfig) -> None:
        self.followed, self.config = followed, config
        self.generator = copy.deepcopy(followed).requires_grad_(False) if config.half_life else followed

    @torch.no_grad()
    def update(self, pictures: int, batch: int) -> None:
        """Moves the average towards the network after a batch, with `pictures` seen in all."""
        if not self.config.half_life:
            return
        half_life = (
            min(self.config.half_life, self.config.ramp * pictures) if self.config.ramp else self.config.half_life
        )
        keep = 0.5 ** (batch / max(half_life, 1e-8))
        torch._foreach_lerp_(list(self.generator.parameters()), list(self.followed.parameters()), 1 - keep)
        for average, current in zip(self.generator.buffers(), self.followed.buffers(), strict=True):
            average.copy_(current)
