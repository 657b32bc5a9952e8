"""The discriminator: an encoder with one logit, and a projection on the condition when there is one."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from limner.conditions.attribute import Attribute
from limner.conditions.compare import difference
from limner.configs.network import NetworkConfig
from limner.data.schema import Schema
from limner.networks import build_encoder
from limner.networks.attribute_heads import AttributeHeads
from limner.networks.conditioning import Condition, ConditionEncoder


class Discriminator(nn.Module):
    """(B, C, H, W) -> (B,) logits, high for real; conditional by projection (Miyato & Koyama 2018, arXiv 1802.05637, eq. 8).

    With `latent_dim` it also reads off fake pictures which z (B, latent_dim) they were generated from, and with `classifies` which
    attributes pictures have (Odena et al. 2016, arXiv 1610.09585).
    """

    def __init__(
        self,
        encoder: nn.Module,
        features: int,
        attributes: Sequence[Attribute],
        latent_dim: int = 0,
        classifies: bool = False,
    ) -> None:
        super().__init__()
        self.attributes = tuple(attributes)
        self.encoder = encoder
        self.latent_head = nn.Linear(features, latent_dim) if latent_dim else None
        self.logit = nn.Linear(features, 1)
        self.condition_encoder = ConditionEncoder(attributes, features) if attributes else None
        readable = [a for a in attributes if not a.shape]
        self.heads = AttributeHeads(features, readable) if classifies and readable else None
        self.scale = features**-0.5

    def forward(self, images: Tensor, condition: Condition) -> Tensor:
        return self.score(self.features(images), condition)

    def features(self, images: Tensor) -> Tensor:
        """Returns what the last layer reads, float32 (B, features), also where convolutions are in half precision."""
        return self.encoder(images).float()

    def score(self, features: Tensor, condition: Condition) -> Tensor:
        """(B, features) -> (B,) logits."""
        logits = self.logit(features)[:, 0]
        if self.condition_encoder is not None:
            logits = logits + self._projections(features, condition).sum(1)
        return logits

    def mismatched(self, features: Tensor, condition: Condition) -> tuple[Tensor, Tensor]:
        """Returns logits under conditions of which one attribute is the next picture's, and how much that differs, in [0, 1].

        Both (B, attributes): in column a, attribute a is another picture's.
        """
        other = {name: values.roll(1, 0) for name, values in condition.items()}
        own, swapped = (self._projections(features, each) for each in (condition, other))
        differs = [difference(a, condition[a.name], other[a.name]) for a in self.attributes]
        whole = self.logit(features) + own.sum(1, keepdim=True)
        return whole - own + swapped, torch.stack(differs, 1)

    def _projections(self, features: Tensor, condition: Condition) -> Tensor:
        """Returns the projection of features on the vector of each attribute, (B, attributes)."""
        assert self.condition_encoder is not None
        return (features * self.condition_encoder.each(condition)).sum(2).T * self.scale


def build_discriminator(
    config: NetworkConfig,
    schema: Schema,
    attributes: Sequence[Attribute],
    latent_dim: int = 0,
    classifies: bool = False,
) -> Discriminator:
    """Returns the discriminator of a schema's pictures, its last layer normalised as the others are."""
    encoder = build_encoder(config, *schema.shape)
    discriminator = Discriminator(encoder, encoder.features, attributes, latent_dim, classifies)
    if config.spectral_norm:
        spectral_norm(discriminator.logit)
    return discriminator


def features_of_both(discriminator: Discriminator, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the features of real and of fake pictures, computed in one pass: only without batch normalisation."""
    real_features, fake_features = discriminator.features(torch.cat([real, fake])).chunk(2)
    return real_features, fake_features
