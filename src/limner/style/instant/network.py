"""The instant network: one pass paints a picture in one of its styles, with strengths of line and texture."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from limner import seeds

FINE, WIDE, DEEP, BLOCKS = 8, 32, 64, 6
TOLD = 2
"""Numbers that it is told beside the style: the shares of line and of texture."""


@dataclass
class Noise:
    """Gaussian noise from a generator, as strong as it was when the network learned, or by a factor."""

    generator: torch.Generator
    strength: float = 1.0

    def over(self, maps: Tensor) -> Tensor:
        """Returns noise (1, 1, H, W) for maps (B, C, H, W)."""
        return self.strength * torch.randn(1, 1, *maps.shape[2:], generator=self.generator)


class ConditionalConv(nn.Module):
    """A convolution with replicated edges, each channel with the gain and shift that the manner asks for.

    As in Dumoulin et al. 2017, "A learned representation for artistic style", equation 5, but linear in weights of styles and
    in the shares of line and texture, so that style_statistics can be mixed and are sliders; and without their normalisation, which
    learns to paint bright spots, as Karras et al. 2020 (StyleGAN2, section 2) found of the same one. Noise, as strong as the
    manner asks for, is what strokes on even ground are made of.
    """

    def __init__(self, inputs: int, outputs: int, told: int, stride: int = 1, gain: float = 1.0) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, stride)
        self.tune = nn.Linear(told, 3 * outputs)
        nn.init.zeros_(self.tune.weight)
        nn.init.zeros_(self.tune.bias)
        nn.init.constant_(self.tune.bias[:outputs], gain)
        nn.init.kaiming_normal_(self.convolution.weight, nonlinearity="relu")

    def forward(self, maps: Tensor, told: Tensor, noise: Noise) -> Tensor:
        """Returns (B, outputs, H, W) from maps (B, inputs, H, W) and what is told (B, told)."""
        gain, shift, strength = self.tune(told)[..., None, None].chunk(3, 1)
        maps = self.convolution(F.pad(maps, (1, 1, 1, 1), mode="replicate"))
        return maps * gain + shift + strength * noise.over(maps)


class Block(nn.Module):
    """Two convolutions whose result is added."""

    def __init__(self, told: int) -> None:
        super().__init__()
        # so faint at first that any depth can be learned
        self.first, self.second = ConditionalConv(DEEP, DEEP, told), ConditionalConv(DEEP, DEEP, told, gain=0.1)

    def forward(self, maps: Tensor, told: Tensor, noise: Noise) -> Tensor:
        return maps + self.second(F.relu(self.first(maps, told, noise)), told, noise)


class InstantNetwork(nn.Module):
    """Pictures (B, 3, H, W) in [-1, 1], weights (B, S) of S styles, line and texture (B,) in [0, 1] -> pictures.

    It sees them at half their size and works at a quarter; what it makes is a change of the picture. The same noise gives the
    same pixels.
    """

    def __init__(self, styles: int) -> None:
        super().__init__()
        told = styles * (1 + TOLD)
        self.entry = ConditionalConv(12, WIDE, told)
        self.down = ConditionalConv(WIDE, DEEP, told, stride=2)
        self.blocks = nn.ModuleList(Block(told) for _ in range(BLOCKS))
        self.up = ConditionalConv(DEEP, WIDE, told)
        self.fine = ConditionalConv(2 * WIDE, 4 * FINE, told)
        self.paint = nn.Conv2d(FINE, 3, 3)
        nn.init.normal_(self.paint.weight, std=0.01)

    def forward(
        self, images: Tensor, styles: Tensor, line: Tensor, texture: Tensor, noise: Noise | None = None
    ) -> Tensor:
        noise = noise or Noise(seeds.generator("instant noise"))
        height, width = images.shape[2:]
        whole = F.pad(images, (0, -width % 4, 0, -height % 4), mode="replicate")
        shares = torch.stack([torch.ones_like(line), line, texture], 1)
        told = (styles[:, :, None] * shares[:, None]).flatten(1)
        fine = F.relu(self.entry(F.pixel_unshuffle(whole, 2), told, noise))
        maps = F.relu(self.down(fine, told, noise))
        for block in self.blocks:
            maps = block(maps, told, noise)
        maps = F.relu(self.up(F.interpolate(maps, scale_factor=2.0), told, noise))
        maps = F.relu(F.pixel_shuffle(self.fine(torch.cat([maps, fine], 1), told, noise), 2))
        change = self.paint(F.pad(maps, (1, 1, 1, 1), mode="replicate"))
        return (whole + change)[..., :height, :width].clamp(-1, 1)
