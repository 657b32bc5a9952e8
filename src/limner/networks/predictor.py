"""The predictor: what attributes a picture shows."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from limner.conditions.attribute import Attribute
from limner.data.schema import Schema
from limner.networks import NetworkConfig, build_encoder
from limner.networks.conditioning import Condition

WIDTHS = (32, 64, 128)


class Predictor(nn.Module):
    """(B, C, H, W) in [-1, 1] -> {name: (B, classes) logits of a label, (B,) a number in its own unit}."""

    def __init__(self, schema: Schema, attributes: Sequence[Attribute]) -> None:
        super().__init__()
        config = NetworkConfig(architecture="convolutional", widths=WIDTHS, normalisation="batch")
        self.encoder = build_encoder(config, *schema.shape)
        self.attributes = tuple(attributes)
        self.heads = nn.ModuleList(nn.Linear(self.encoder.features, len(a.classes) or 1) for a in attributes)

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        features = self.encoder(pictures).float()
        return {a.name: _own_unit(a, head(features)) for a, head in zip(self.attributes, self.heads, strict=True)}

    def loss(self, pictures: Tensor, condition: Condition) -> Tensor:
        """Returns how far pictures are from showing a condition, a mean over attributes: cross-entropy of labels, squared error of
        standardised numbers."""
        seen = self(pictures)
        return torch.stack([_loss(a, seen[a.name], condition[a.name]) for a in self.attributes]).mean()


def _loss(attribute: Attribute, seen: Tensor, true: Tensor) -> Tensor:
    if attribute.classes:
        return F.cross_entropy(seen, true)
    return ((seen - true) / max(attribute.std, 1e-8)).square().mean()


def _own_unit(attribute: Attribute, output: Tensor) -> Tensor:
    return output if attribute.classes else attribute.mean + max(attribute.std, 1e-8) * output[:, 0]
