"""The embedded perceptual network: small, plain, and made of the convolutions that a CPU runs best."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from limner.features.extractor import Activations, Extractor, in_colour

EDGES, TEXTURES, PARTS, OBJECTS = 64, 128, 192, 256
WIDTH = PARTS + OBJECTS


class Network(Extractor):
    """Eight dense convolutions, halving four times: 1.38 M weights, 0.31 GFLOP for a picture of 64 x 64.

    Pictures (B, 1 or 3, H, W) in [-1, 1] -> edges (B, 64, H/2, W/2), textures (B, 128, H/4, W/4), parts (B, 192, H/8,
    W/8) and pooled (B, 448), the means of the parts and of the objects (B, 256, H/16, W/16) that they make up. Every
    convolution has many channels on both sides, because thin, grouped or 1x1 ones leave a CPU idle.
    """

    name, distance, width = "limner", "FD-limner", WIDTH
    smallest, largest = 56, 128

    def __init__(self, folded: bool = True) -> None:
        super().__init__()
        self.edges = _stage(3, 32, 2, EDGES, 1, folded)
        self.textures = _stage(EDGES, TEXTURES, 2, TEXTURES, 2, folded)
        self.parts = _stage(TEXTURES, PARTS, 2, PARTS, 1, folded)
        self.objects = _stage(PARTS, OBJECTS, 2, OBJECTS, 0, folded)

    def forward(self, images: Tensor) -> Activations:
        """Returns the activations at the pictures' own size."""
        edges = self.edges(in_colour(images))
        textures = self.textures(edges)
        parts = self.parts(textures)
        objects = self.objects(parts)
        pooled = [parts.mean((2, 3)), objects.mean((2, 3))]
        return {"edges": edges, "textures": textures, "parts": parts, "pooled": torch.cat(pooled, 1)}


def _stage(inputs: int, first: int, stride: int, outputs: int, more: int, folded: bool) -> nn.Sequential:
    """A strided convolution and `more` plain ones, each with batch normalisation, unless that is folded in, and ReLU."""
    widths = [inputs, first, *[outputs] * more]
    layers: list[nn.Module] = []
    for index, (before, after) in enumerate(pairwise(widths)):
        layers.append(nn.Conv2d(before, after, 3, 1 if index else stride, 1, bias=folded))
        layers += [nn.ReLU()] if folded else [nn.BatchNorm2d(after), nn.ReLU()]
    return nn.Sequential(*layers)
