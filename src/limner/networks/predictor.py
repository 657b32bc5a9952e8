"""The predictor: what attributes a picture shows."""

from collections.abc import Sequence

from torch import Tensor, nn

from limner.conditions.attribute import Attribute
from limner.configs.network import NetworkConfig
from limner.data.schema import Schema
from limner.networks import build_encoder
from limner.networks.attribute_heads import AttributeHeads
from limner.networks.conditioning import Condition

PREDICTOR_WIDTHS = (32, 64, 128)
"""Channels of its stages."""


class Predictor(nn.Module):
    """(B, C, H, W) in [-1, 1] -> {name: (B, classes) logits of a label, (B,) a number in its own unit}."""

    def __init__(self, schema: Schema, attributes: Sequence[Attribute]) -> None:
        super().__init__()
        config = NetworkConfig(architecture="convolutional", widths=PREDICTOR_WIDTHS, normalisation="batch")
        self.encoder = build_encoder(config, *schema.shape)
        self.attributes = tuple(attributes)
        self.heads = AttributeHeads(self.encoder.features, attributes)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        return self.heads(self.encoder(images).float())

    def loss(self, images: Tensor, condition: Condition) -> Tensor:
        """Returns how far pictures are from showing a condition, a mean over attributes (see `AttributeHeads.losses`)."""
        return self.heads.losses(self.encoder(images).float(), condition).mean()
