"""The editor: a picture in, the same picture with other attributes out.

The picture is its own noise: what the network would draw of it with the new attributes, less what it would draw with the old
ones, is all that is added to it. Nothing asked is nothing changed, to the bit.
"""

from itertools import pairwise

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from limner.config import Section
from limner.data.schema import Attribute
from limner.networks.blocks import Pyramid, halvings
from limner.networks.conditioning import Condition, ConditionEncoder
from limner.networks.config import Width

PATCH = 2
SLOPE = 0.2
FAINT = 0.05
"""Squared change of a pixel below which it is held back: faint changes everywhere would be haze over what nobody asked of."""


class EditorConfig(Section):
    """The widths of the editor's maps, from half the resolution down, and of what it is told."""

    widths: tuple[Width, ...] = Field((32, 64, 128), min_length=1, max_length=8)
    told: Width = 64


class Editor(nn.Module):
    """(B, C, H, W) in [-1, 1], its condition and another -> (B, C, H, W), unbounded: the picture under the other condition."""

    def __init__(
        self, config: EditorConfig, channels: int, height: int, width: int, attributes: tuple[Attribute, ...]
    ) -> None:
        super().__init__()
        count = halvings(-(-height // PATCH), -(-width // PATCH), len(config.widths) - 1)
        widths = config.widths[: count + 1]
        self.pyramid = Pyramid(height, width, count + 1)
        self.told = ConditionEncoder(attributes, config.told)
        self.enter = nn.Conv2d(channels * PATCH**2, widths[0], 3, padding=1)
        self.down = nn.ModuleList(
            nn.Sequential(nn.LeakyReLU(SLOPE), nn.Conv2d(fine, coarse, 3, 2, 1), nn.BatchNorm2d(coarse))
            for fine, coarse in pairwise(widths)
        )
        self.middle = _Stage(widths[-1], widths[-1], config.told)
        self.up = nn.ModuleList(
            _Stage(coarse + fine, fine, config.told) for fine, coarse in reversed([*pairwise(widths)])
        )
        self.leave = nn.Conv2d(widths[0], (channels + 1) * PATCH**2, 3, padding=1)

    def forward(self, pictures: Tensor, condition: Condition, other: Condition) -> Tensor:
        maps = [self.enter(F.pixel_unshuffle(self.pyramid.pad(pictures), PATCH))]
        for stage in self.down:
            maps.append(stage(maps[-1]))
        told = torch.cat([self.told(condition), self.told(other)])
        before, after = self._draw([map_.repeat(2, 1, 1, 1) for map_ in maps], told).float().chunk(2)
        change = self.pyramid.crop(after - before)
        share = 1 - torch.exp(-change.square().sum(1, keepdim=True) / FAINT)
        return pictures + share * change[:, :-1]

    def _draw(self, maps: list[Tensor], told: Tensor) -> Tensor:
        """Returns what is drawn of maps, finest first, and one channel more, which only says where."""
        drawn = self.middle(F.leaky_relu(maps[-1], SLOPE), told)
        for stage, map_ in zip(self.up, reversed(maps[:-1]), strict=True):
            drawn = stage(torch.cat([F.interpolate(drawn, scale_factor=2.0), map_], 1), told)
        return F.pixel_shuffle(self.leave(drawn), PATCH)


class _Stage(nn.Module):
    """A convolution whose channels are scaled and moved by what is told (FiLM: Perez et al. 2017, arXiv 1709.07871)."""

    def __init__(self, inputs: int, outputs: int, told: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.film = nn.Linear(told, 2 * outputs)
        nn.init.normal_(self.film.weight, std=0.02)
        nn.init.zeros_(self.film.bias)

    def forward(self, maps: Tensor, told: Tensor) -> Tensor:
        scale, shift = self.film(told)[:, :, None, None].chunk(2, 1)
        return F.leaky_relu(self.convolution(maps) * (1 + scale) + shift, SLOPE)
