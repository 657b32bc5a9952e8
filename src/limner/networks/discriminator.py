"""The discriminator: an encoder with one logit, and a projection on the condition when there is one."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from limner.data.schema import Attribute, Schema
from limner.networks import NetworkConfig, build_encoder
from limner.networks.conditioning import Condition, ConditionEncoder


class Discriminator(nn.Module):
    """(B, C, H, W) -> (B,) logits, high for real; conditional by projection (Miyato & Koyama 2018, arXiv 1802.05637, eq. 8)."""

    def __init__(self, encoder: nn.Module, features: int, attributes: Sequence[Attribute]) -> None:
        super().__init__()
        self.encoder = encoder
        self.logit = nn.Linear(features, 1)
        self.condition = ConditionEncoder(attributes, features) if attributes else None
        self.scale = features**-0.5

    def forward(self, pictures: Tensor, condition: Condition) -> Tensor:
        features = self.encoder(pictures).float()  # also where convolutions are in half precision
        logits = self.logit(features)[:, 0]
        if self.condition is not None:
            logits = logits + (features * self.condition(condition)).sum(1) * self.scale
        return logits


def build_discriminator(config: NetworkConfig, schema: Schema, attributes: Sequence[Attribute]) -> Discriminator:
    """Returns the discriminator of a schema's pictures, its last layer normalised as the others are."""
    encoder = build_encoder(config, schema.channels, schema.height, schema.width)
    discriminator = Discriminator(encoder, encoder.features, attributes)
    if config.spectral_norm:
        spectral_norm(discriminator.logit)
    return discriminator


def judge(discriminator: Discriminator, real: Tensor, made: Tensor, condition: Condition) -> tuple[Tensor, Tensor]:
    """Returns the logits (B,) of real and of made pictures (B, C, H, W), seen in one pass: only without batch normalisation."""
    twice = {name: torch.cat([values, values]) for name, values in condition.items()}
    on_real, on_made = discriminator(torch.cat([real, made]), twice).chunk(2)
    return on_real, on_made
