"""VGG19's convolutions as an extractor (Simonyan and Zisserman 2015, arXiv 1409.1556, table 1, column E)."""

import torch
from torch import Tensor, nn

from limner.features.extractor import Activations, Extractor, readable

STAGES = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))
"""Channels and convolutions of each stage; a stage ends in a pooling that halves."""
CLASSIFIER = {"classifier.0": (4096, 25088), "classifier.3": (4096, 4096), "classifier.6": (1000, 4096)}
"""What the published file holds besides the convolutions; nobody needs it here."""
EDGES, TEXTURES, PARTS, OBJECTS = 7, 12, 21, 36
"""How many layers lead to relu2_1, relu3_1, relu4_1 and relu5_4."""


class VGG19(Extractor):
    """relu2_1 as edges, relu3_1 as textures, relu4_1 as parts, and the mean of relu5_4, 512 numbers, as the pooled vector.

    Gatys et al. 2016 take the style of a picture from the first layer of each stage. The one of the second stage is the
    first here, rather than relu1_2, because it is half the picture's size, as the edges of the other extractors are.
    """

    name, distance, width = "vgg19", "FD-vgg19", 512
    smallest, largest = 224, 224
    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 3
        for channels, count in STAGES:
            for _ in range(count):
                # not in place: what it would overwrite is needed for gradients, or is an activation that is returned
                layers += [nn.Conv2d(inputs, channels, 3, padding=1), nn.ReLU()]
                inputs = channels
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406])[:, None, None], persistent=False)
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225])[:, None, None], persistent=False)

    def forward(self, images: Tensor) -> Activations:
        """Returns the activations at the pictures' own size."""
        normal = ((readable(images, self.name) + 1) / 2 - self.mean) / self.deviation
        edges = self.features[:EDGES](normal)
        textures = self.features[EDGES:TEXTURES](edges)
        parts = self.features[TEXTURES:PARTS](textures)
        objects = self.features[PARTS:OBJECTS](parts)
        return {"edges": edges, "textures": textures, "parts": parts, "pooled": objects.mean((2, 3))}

    @classmethod
    def optional(cls) -> dict[str, tuple[int, ...]]:
        """Returns the classifier, which a file may hold."""
        weights = {f"{name}.weight": shape for name, shape in CLASSIFIER.items()}
        return weights | {f"{name}.bias": shape[:1] for name, shape in CLASSIFIER.items()}
