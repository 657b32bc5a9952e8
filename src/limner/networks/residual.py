"""Residual encoder and decoder without normalisation, after R3GAN (Huang et al. 2024, arXiv 2501.05441, section 3).

Stages work on 2x2 patches of pixels: the costly full resolution is entered and left by a rearrangement, and the
convolutions stay where a CPU runs them near its peak. Convolutions are dense because grouped ones run far below it.
"""

import math
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from limner.networks.blocks import ACTIVATIONS, Encoder, Pyramid, halvings
from limner.networks.config import NetworkConfig

PATCH = 2


class ResidualBlock(nn.Module):
    """x + a branch of two 3x3 convolutions, (B, C, H, W) -> (B, C, H, W); the branch starts at zero.

    Starting at zero and scaling the first convolution with the number of blocks replaces normalisation
    (Fixup: Zhang et al. 2019, arXiv 1901.09321, section 3).
    """

    def __init__(self, config: NetworkConfig, channels: int, blocks: int) -> None:
        super().__init__()
        self.before, self.between = ACTIVATIONS[config.activation](), ACTIVATIONS[config.activation]()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.dropout = nn.Dropout(config.dropout)
        nn.init.kaiming_normal_(self.first.weight, a=0.2)
        self.first.weight.data.mul_(blocks**-0.5)
        if not config.spectral_norm:  # which bounds the branch itself, and would divide zero by zero
            nn.init.zeros_(self.second.weight)

    def forward(self, maps: Tensor) -> Tensor:
        branch = self.between(self.first(self.before(maps)))
        return maps + self.second(self.dropout(branch))


def _stage(config: NetworkConfig, channels: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(*(ResidualBlock(config, channels, blocks) for _ in range(config.depth)))


def _convolution(inputs: int, outputs: int, side: int, gain: float = 1.0) -> nn.Conv2d:
    layer = nn.Conv2d(inputs, outputs, side, padding=side // 2)
    nn.init.normal_(layer.weight, std=gain / math.sqrt(inputs * side * side))
    return layer


class ResidualEncoder(Encoder):
    """(B, C, H, W) -> (B, features): widths run from the finest stage to the coarsest."""

    def __init__(self, config: NetworkConfig, channels: int, height: int, width: int) -> None:
        super().__init__()
        count = halvings(height, width, len(config.widths))
        self.pyramid = Pyramid(height, width, count)
        widths = config.widths[len(config.widths) - count :]
        self.enter = _convolution(channels * PATCH**2, widths[0], 3)
        self.stages = nn.ModuleList(_stage(config, outputs, count * config.depth) for outputs in widths)
        self.change = nn.ModuleList(_convolution(a, b, 1) for a, b in pairwise(widths))
        base_h, base_w = self.pyramid.base
        self.features = widths[-1]
        self.leave = nn.Sequential(
            ACTIVATIONS[config.activation](),
            nn.Flatten(),
            nn.Linear(widths[-1] * base_h * base_w, self.features),
            ACTIVATIONS[config.activation](),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        maps = self.enter(F.pixel_unshuffle(self.pyramid.pad(pictures), PATCH))
        for index, stage in enumerate(self.stages):
            if index:
                maps = self.change[index - 1](F.avg_pool2d(maps, 2))
            maps = stage(maps)
        return self.leave(maps)


class ResidualDecoder(nn.Module):
    """(B, inputs) -> (B, C, H, W): widths run from the coarsest stage to the finest."""

    def __init__(self, config: NetworkConfig, inputs: int, channels: int, height: int, width: int) -> None:
        super().__init__()
        count = halvings(height, width, len(config.widths))
        self.pyramid = Pyramid(height, width, count)
        widths = config.widths[:count]
        self.base = (widths[0], *self.pyramid.base)
        self.enter = nn.Linear(inputs, math.prod(self.base))
        nn.init.normal_(self.enter.weight, std=1 / math.sqrt(inputs))
        self.stages = nn.ModuleList(_stage(config, outputs, count * config.depth) for outputs in widths)
        self.change = nn.ModuleList(_convolution(a, b, 1) for a, b in pairwise(widths))
        self.activation = ACTIVATIONS[config.activation]()
        self.leave = _convolution(widths[-1], channels * PATCH**2, 3)
        # all pixels of a patch start equal, or a checkerboard is there from the first step (Aitken et al. 2017, arXiv 1707.02937)
        self.leave.weight.data.copy_(self.leave.weight.data[:: PATCH**2].repeat_interleave(PATCH**2, 0))

    def forward(self, codes: Tensor) -> Tensor:
        maps = self.enter(codes).unflatten(1, self.base)
        for index, stage in enumerate(self.stages):
            if index:
                # 1x1 before doubling: the same result as after it, at a quarter of the work
                maps = F.interpolate(self.change[index - 1](maps), scale_factor=2, mode="bilinear")
            maps = stage(maps)
        return self.pyramid.crop(F.pixel_shuffle(self.leave(self.activation(maps)), PATCH))
