"""Residual encoder and decoder after R3GAN (Huang et al. 2024, arXiv 2501.05441, section 3); they need no normalisation.

Stages work on 2x2 patches of pixels: full resolution is entered by a rearrangement and left by one convolution, and the
others stay where a CPU runs them near its peak. Convolutions are dense because grouped ones run far below it.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from limner.configs.network import NetworkConfig
from limner.networks.blocks import ACTIVATIONS, Decoder, Encoder, Pyramid, film, norm_act, num_downsamples

PATCH_SIDE = 2
"""Pixels a side of what the encoder's first layer reads as one position of a map."""


class ResidualBlock(nn.Module):
    """x + a branch of two 3x3 convolutions, (B, C, H, W) -> (B, C, H, W); the branch starts at zero.

    Starting at zero and scaling the first convolution with the number of blocks replaces normalisation
    (Fixup: Zhang et al. 2019, arXiv 1901.09321, section 3).
    """

    def __init__(self, config: NetworkConfig, channels: int, blocks: int) -> None:
        super().__init__()
        self.before = nn.Sequential(*norm_act(config, channels, dropout=False))
        self.between = nn.Sequential(*norm_act(config, channels))
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.kaiming_normal_(self.first.weight, a=0.2)
        self.first.weight.data.mul_(blocks**-0.5)
        if not config.spectral_norm:  # which bounds the branch itself, and would divide zero by zero
            for parameter in self.second.parameters():
                nn.init.zeros_(parameter)

    def forward(self, maps: Tensor) -> Tensor:
        return maps + self.second(self.between(self.first(self.before(maps))))


def _stage(config: NetworkConfig, channels: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(*(ResidualBlock(config, channels, blocks) for _ in range(config.depth)))


def _convolution(inputs: int, outputs: int, side: int, stride: int = 1) -> nn.Conv2d:
    layer = nn.Conv2d(inputs, outputs, side, stride, padding=(side - 1) // 2)
    nn.init.kaiming_normal_(layer.weight, a=0.2)
    return layer


class ResidualEncoder(Encoder):
    """(B, C, H, W) -> (B, features): widths run from the finest stage to the coarsest, whose map is flattened."""

    def __init__(self, config: NetworkConfig, channels: int, height: int, width: int) -> None:
        super().__init__()
        count = num_downsamples(height, width, len(config.widths))
        self.pyramid = Pyramid(height, width, count)
        widths = config.widths[len(config.widths) - count :]
        self.from_rgb = _convolution(channels * PATCH_SIDE**2, widths[0], 3)
        self.stages = nn.ModuleList(_stage(config, outputs, count * config.depth) for outputs in widths)
        self.downsample = nn.ModuleList(_convolution(a, b, 4, stride=2) for a, b in pairwise(widths))
        self.features = widths[-1] * math.prod(self.pyramid.base)
        self.map_channels = widths[-2] if count > 1 else None
        self.flatten = nn.Sequential(ACTIVATIONS[config.activation](), nn.Flatten())

    def forward(self, images: Tensor) -> Tensor:
        return self.features_and_maps(images)[0]

    def features_and_maps(self, images: Tensor) -> tuple[Tensor, Tensor]:
        before = maps = self.from_rgb(F.pixel_unshuffle(self.pyramid.pad(images), PATCH_SIDE))
        for index, stage in enumerate(self.stages):
            before = maps
            maps = stage(self.downsample[index - 1](maps) if index else maps)
        return self.flatten(maps), before


class ResidualDecoder(Decoder):
    """(B, inputs) -> (B, C, H, W): widths run from the coarsest stage to the finest; each can be modulated at its end.

    The second stage takes an offset of its maps, which are twice as high and wide as the coarsest ones.
    """

    def __init__(self, config: NetworkConfig, inputs: int, channels: int, height: int, width: int) -> None:
        super().__init__()
        count = num_downsamples(height, width, len(config.widths))
        self.pyramid = Pyramid(height, width, count)
        self.maps = widths = config.widths[:count]
        self.base = (widths[0], *self.pyramid.base)
        self.offset_shape = (widths[1], 2 * self.base[1], 2 * self.base[2]) if count > 1 else None
        self.project = nn.Linear(inputs, math.prod(self.base))
        self.stages = nn.ModuleList(_stage(config, outputs, count * config.depth) for outputs in widths)
        self.upsample = nn.ModuleList(_convolution(a, b, 3) for a, b in pairwise(widths))
        self.final_act = nn.Sequential(*norm_act(config, widths[-1], dropout=False))
        # a convolution at full resolution: pixels that are left by a rearrangement come out chequered, however it begins
        self.to_rgb = nn.Conv2d(widths[-1], channels, 3, padding=1)

    def forward(self, latent: Tensor, film_params: Sequence[Tensor] = (), offset: Tensor | None = None) -> Tensor:
        maps = self.project(latent).unflatten(1, self.base)
        for index, stage in enumerate(self.stages):
            maps = self.upsample[index - 1](_upsampled(maps)) if index else maps
            maps = stage(maps + offset if index == 1 and offset is not None else maps)
            if film_params:
                maps = film(maps, film_params[index])
        return self.pyramid.crop(self.to_rgb(_upsampled(self.final_act(maps))))


def _upsampled(maps: Tensor) -> Tensor:
    return F.interpolate(maps, scale_factor=2, mode="bilinear")
