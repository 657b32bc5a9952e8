"""SqueezeNet 1.0 as an extractor (Iandola et al. 2016, arXiv 1602.07360), in the layout of its Caffe weights."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from limner.features.extractor import Activations, Extractor, readable

FIRES = {2: (96, 16, 64), 3: (128, 16, 64), 4: (128, 32, 128), 5: (256, 32, 128), 6: (256, 48, 192)} | {
    7: (384, 48, 192),
    8: (384, 64, 256),
    9: (512, 64, 256),
}
"""Inputs, squeezed channels, and expanded channels of each of the two branches, by number."""


class Fire(nn.Module):
    """Squeezes by 1x1 and expands by 1x1 and 3x3 side by side."""

    def __init__(self, inputs: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self.conv1x1_1 = nn.Conv2d(inputs, squeezed, 1)
        self.conv1x1_2 = nn.Conv2d(squeezed, expanded, 1)
        self.conv3x3_2 = nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        squeezed = F.relu(self.conv1x1_1(features))
        return F.relu(torch.cat([self.conv1x1_2(squeezed), self.conv3x3_2(squeezed)], 1))


class SqueezeNet(Extractor):
    """conv1 as edges, fire4 as textures, fire8 as parts, and the mean of fire9, 512 numbers, as the pooled vector."""

    name, distance, width = "squeezenet", "FD-squeezenet", 512
    smallest, largest = 224, 224
    mean: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 96, 7, 2)
        for number, shape in FIRES.items():
            self.add_module(f"fire{number}", Fire(*shape))
        # the classifier is not used, but a file without it is another network
        self.conv_final = nn.Conv2d(512, 1000, 1)
        self.register_buffer("mean", torch.tensor([104.0, 117.0, 123.0])[:, None, None], persistent=False)

    def forward(self, images: Tensor) -> Activations:
        """Returns the activations at the pictures' own size."""
        blue_green_red = (readable(images, self.name) + 1).mul(127.5).flip(1) - self.mean
        edges = F.relu(self.conv1(blue_green_red))
        textures = self._fires(_halved(edges), 2, 4)
        parts = self._fires(_halved(textures), 5, 8)
        objects = self._fires(_halved(parts), 9, 9)
        return {"edges": edges, "textures": textures, "parts": parts, "pooled": objects.mean((2, 3))}

    def _fires(self, features: Tensor, first: int, last: int) -> Tensor:
        for number in range(first, last + 1):
            features = self.get_submodule(f"fire{number}")(features)
        return features


def _halved(features: Tensor) -> Tensor:
    return F.max_pool2d(features, 3, 2, ceil_mode=True)
