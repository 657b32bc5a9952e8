"""The instant network: one pass stylises a picture in one of its styles, with strengths of line and texture."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from limner import seeds

FINE, WIDE, DEEP, BLOCKS = 8, 32, 64, 6
"""Channels at full, at half and at quarter size, and residual blocks at the last."""
NUM_STRENGTHS = 2
"""Numbers that the network gets beside the style: the strengths of line and of texture."""


@dataclass
class Noise:
    """Gaussian noise from a generator, as strong as it was when the network learned, or by a factor."""

    generator: torch.Generator
    strength: float = 1.0

    def over(self, maps: Tensor) -> Tensor:
        """Returns noise (1, 1, H, W) for maps (B, C, H, W)."""
        return self.strength * torch.randn(1, 1, *maps.shape[2:], generator=self.generator)


class ConditionalConv(nn.Module):
    """A convolution with replicated edges, each channel with the gain and shift that the style asks for.

    As in Dumoulin et al. 2017, "A learned representation for artistic style", equation 5, but linear in weights of styles and
    in the strengths of line and texture, so that styles can be mixed and are sliders; and without their normalisation, which
    learns to generate bright spots, as Karras et al. 2020 (StyleGAN2, section 2) found of the same one. Noise, as strong as the
    style asks for, is what strokes on even ground are made of.
    """

    def __init__(self, inputs: int, outputs: int, condition: int, stride: int = 1, gain: float = 1.0) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, stride)
        self.tune = nn.Linear(condition, 3 * outputs)
        nn.init.zeros_(self.tune.weight)
        nn.init.zeros_(self.tune.bias)
        nn.init.constant_(self.tune.bias[:outputs], gain)
        nn.init.kaiming_normal_(self.convolution.weight, nonlinearity="relu")

    def forward(self, maps: Tensor, condition: Tensor, noise: Noise) -> Tensor:
        """Returns (B, outputs, H, W) from maps (B, inputs, H, W) and the condition (B, condition)."""
        gain, shift, strength = self.tune(condition)[..., None, None].chunk(3, 1)
        maps = self.convolution(F.pad(maps, (1, 1, 1, 1), mode="replicate"))
        return maps * gain + shift + strength * noise.over(maps)


class Block(nn.Module):
    """Two convolutions whose result is added."""

    def __init__(self, condition: int) -> None:
        super().__init__()
        # so faint at first that any depth can be learned
        self.first, self.second = (
            ConditionalConv(DEEP, DEEP, condition),
            ConditionalConv(DEEP, DEEP, condition, gain=0.1),
        )

    def forward(self, maps: Tensor, condition: Tensor, noise: Noise) -> Tensor:
        return maps + self.second(F.relu(self.first(maps, condition, noise)), condition, noise)


class InstantNetwork(nn.Module):
    """Pictures (B, 3, H, W) in [-1, 1], weights (B, S) of S styles, line and texture (B,) in [0, 1] -> pictures.

    It sees them at half their size and works at a quarter; what it makes is a change of the picture. The same noise gives the
    same pixels.
    """

    def __init__(self, styles: int) -> None:
        super().__init__()
        condition = styles * (1 + NUM_STRENGTHS)
        self.entry = ConditionalConv(12, WIDE, condition)
        self.down = ConditionalConv(WIDE, DEEP, condition, stride=2)
        self.blocks = nn.ModuleList(Block(condition) for _ in range(BLOCKS))
        self.up = ConditionalConv(DEEP, WIDE, condition)
        self.fine = ConditionalConv(2 * WIDE, 4 * FINE, condition)
        self.to_rgb = nn.Conv2d(FINE, 3, 3)
        nn.init.normal_(self.to_rgb.weight, std=0.01)

    def forward(
        self, images: Tensor, styles: Tensor, line: Tensor, texture: Tensor, noise: Noise | None = None
    ) -> Tensor:
        noise = noise or Noise(seeds.generator("instant noise"))
        height, width = images.shape[2:]
        whole = F.pad(images, (0, -width % 4, 0, -height % 4), mode="replicate")
        strengths = torch.stack([torch.ones_like(line), line, texture], 1)
        condition = (styles[:, :, None] * strengths[:, None]).flatten(1)
        fine = F.relu(self.entry(F.pixel_unshuffle(whole, 2), condition, noise))
        maps = F.relu(self.down(fine, condition, noise))
        for block in self.blocks:
            maps = block(maps, condition, noise)
        maps = F.relu(self.up(F.interpolate(maps, scale_factor=2.0, mode="bilinear"), condition, noise))
        # smoothed over two pixels: those that are left by the rearrangement alone come out chequered
        maps = F.relu(_blurred(F.pixel_shuffle(self.fine(torch.cat([maps, fine], 1), condition, noise), 2)))
        change = self.to_rgb(F.pad(maps, (1, 1, 1, 1), mode="replicate"))
        return (whole + change)[..., :height, :width].clamp(-1, 1)


def _blurred(maps: Tensor) -> Tensor:
    """Returns maps (B, C, H, W) under the binomial filter of three cells a side, in which no pattern of two cells is left."""
    padded = F.pad(maps, (1, 1, 1, 1), mode="replicate")
    return F.avg_pool2d(F.avg_pool2d(padded, 2, 1), 2, 1)
