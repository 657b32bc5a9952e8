"""The predictor: which classes a picture shows."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from limner.data.schema import Attribute, Schema
from limner.networks import NetworkConfig, build_encoder
from limner.networks.conditioning import Condition

WIDTHS = (32, 64, 128)


class Predictor(nn.Module):
    """(B, C, H, W) in [-1, 1] -> {label: logits (B, classes)}."""

    def __init__(self, schema: Schema, labels: Sequence[Attribute]) -> None:
        super().__init__()
        config = NetworkConfig(architecture="convolutional", widths=WIDTHS, normalisation="batch")
        self.encoder = build_encoder(config, schema.channels, schema.height, schema.width)
        self.heads = nn.ModuleDict({a.name: nn.Linear(self.encoder.features, len(a.classes)) for a in labels})

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        features = self.encoder(pictures).float()
        return {name: head(features) for name, head in self.heads.items()}

    def loss(self, pictures: Tensor, condition: Condition) -> Tensor:
        """Returns how far pictures are from showing the classes of a condition, mean cross-entropy in nats."""
        return torch.stack([F.cross_entropy(seen, condition[name]) for name, seen in self(pictures).items()]).sum()
