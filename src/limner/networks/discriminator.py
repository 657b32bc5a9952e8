"""The discriminator: an encoder with one logit, and a projection on the condition when there is one."""

from collections.abc import Sequence

from torch import Tensor, nn

from limner.data.schema import Attribute
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
        features = self.encoder(pictures)
        logits = self.logit(features)[:, 0]
        if self.condition is not None:
            logits = logits + (features * self.condition(condition)).sum(1) * self.scale
        return logits
