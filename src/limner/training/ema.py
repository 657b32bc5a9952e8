"""The running average of weights: what samples are generated with."""

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

from limner.recipes.recipe import EmaConfig

Network = TypeVar("Network", bound=nn.Module)


class Ema(Generic[Network]):
    """Follows an online network; `network` holds the average, or the online one itself when the half-life is zero."""

    def __init__(self, online: Network, config: EmaConfig) -> None:
        self.online, self.config = online, config
        self.network = copy.deepcopy(online).requires_grad_(False) if config.half_life else online

    @torch.no_grad()
    def update(self, pictures_seen: int, batch: int) -> None:
        """Moves the average towards the network after a batch, with `pictures_seen` seen in all."""
        if not self.config.half_life:
            return
        half_life = (
            min(self.config.half_life, self.config.ramp * pictures_seen) if self.config.ramp else self.config.half_life
        )
        keep = 0.5 ** (batch / max(half_life, 1e-8))
        torch._foreach_lerp_(list(self.network.parameters()), list(self.online.parameters()), 1 - keep)
        for average, current in zip(self.network.buffers(), self.online.buffers(), strict=True):
            average.copy_(current)
