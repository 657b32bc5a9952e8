"""A learned prior: a flow from standard normal z to the w that an encoder makes, and back."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from limner.conditions.attribute import Attribute
from limner.configs.network import FlowConfig
from limner.networks.conditioning import CONDITION_INIT_STD, Condition, ConditionEncoder

NUM_FREQUENCIES = 16
"""Frequencies of the sines and cosines by which the network reads the time."""
STATISTICS_MOMENTUM = 0.01
"""Weight of a batch in the running mean and variance of w."""
FIXED_POINT_ITERATIONS = 6
"""Fixed-point iterations that invert one step; each divides the error by the step's length times the field's slope."""


class LatentFlow(nn.Module):
    """z (B, latent_dim), standard normal -> w (B, latent_dim), along a learned velocity field.

    Flow matching with straight paths: Lipman et al. 2022, arXiv 2210.02747; Liu et al. 2022, arXiv 2209.03003. w is
    standardised by its running mean and variance, so that the field begins near zero.
    """

    mean: Tensor
    variance: Tensor
    batches: Tensor
    frequencies: Tensor

    def __init__(self, config: FlowConfig, latent_dim: int, attributes: Sequence[Attribute]) -> None:
        super().__init__()
        self.steps = config.steps
        self.input_layer = nn.Linear(latent_dim + 2 * NUM_FREQUENCIES, config.width)
        self.condition_encoder = ConditionEncoder(attributes, config.width, CONDITION_INIT_STD) if attributes else None
        self.blocks = nn.ModuleList(_block(config.width) for _ in range(config.depth))
        self.output_layer = nn.Linear(config.width, latent_dim)
        for parameter in self.output_layer.parameters():
            nn.init.zeros_(parameter)
        self.register_buffer("mean", torch.zeros(latent_dim))
        self.register_buffer("variance", torch.ones(latent_dim))
        self.register_buffer("batches", torch.zeros(()))
        self.register_buffer("frequencies", torch.exp(torch.linspace(0, 4, NUM_FREQUENCIES)))

    def forward(self, z: Tensor, condition: Condition) -> Tensor:
        points = z
        for step in range(self.steps):
            points = points + self._heun_step(points, step / self.steps, condition)
        return points * self.variance.sqrt() + self.mean

    def inverse(self, w: Tensor, condition: Condition) -> Tensor:
        """w (B, latent_dim) -> the z that `forward` maps to it, nearly: each step is inverted by fixed-point iteration."""
        points = (w - self.mean) / self.variance.sqrt()
        for step in reversed(range(self.steps)):
            before = points
            for _ in range(FIXED_POINT_ITERATIONS):
                before = points - self._heun_step(before, step / self.steps, condition)
            points = before
        return points

    def loss(self, w: Tensor, condition: Condition, z: Tensor, times: Tensor) -> Tensor:
        """Mean squared error of the velocity between z and w, both (B, latent_dim), at times (B,) (arXiv 2210.02747, eq. 23).

        Updates the running mean and variance of w.
        """
        w = w.detach()
        self._update_statistics(w)
        ends = (w - self.mean) / self.variance.sqrt()
        points = torch.lerp(z, ends, times[:, None])
        return (self._velocity(points, times, condition) - (ends - z)).square().mean()

    def _heun_step(self, points: Tensor, time: float, condition: Condition) -> Tensor:
        length = 1 / self.steps
        now, then = (torch.full_like(points[:, 0], at) for at in (time, time + length))
        first = self._velocity(points, now, condition)
        return length / 2 * (first + self._velocity(points + length * first, then, condition))

    def _velocity(self, points: Tensor, times: Tensor, condition: Condition) -> Tensor:
        angles = times[:, None] * self.frequencies
        maps = self.input_layer(torch.cat([points, angles.sin(), angles.cos()], 1))
        if self.condition_encoder is not None:
            maps = maps + self.condition_encoder(condition)
        for block in self.blocks:
            maps = maps + block(maps)
        return self.output_layer(maps)

    @torch.no_grad()
    def _update_statistics(self, w: Tensor) -> None:
        self.batches += 1
        momentum = torch.clamp(1 / self.batches, min=STATISTICS_MOMENTUM)
        self.mean.lerp_(w.mean(0), momentum)
        self.variance.lerp_(w.var(0), momentum)


def _block(width: int) -> nn.Sequential:
    last = nn.Linear(width, width)
    nn.init.zeros_(last.weight)
    return nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), last)
