"""A discriminator beside another objective: it tells real pictures from made ones, and its suspicion is what they must allay."""

from pydantic import Field
from torch import Tensor, nn

from limner.config import Section
from limner.data.augment import DRAWS, AugmentConfig, augment
from limner.data.schema import Attribute, Schema
from limner.methods.losses import hinge_discriminator
from limner.methods.moment import Moment
from limner.networks import NetworkConfig
from limner.networks.conditioning import Condition
from limner.networks.discriminator import build_discriminator, look_at_both


class AdversaryConfig(Section):
    """The discriminator, and how much it counts."""

    network: NetworkConfig
    weight: float = Field(0.1, gt=0)
    """Of its logits beside the bound, which is counted per pixel and channel."""
    discriminator_lr: float | None = Field(None, gt=0)
    """Learning rate of the discriminator where it differs from the optimiser's."""
    augment: AugmentConfig = AugmentConfig()
    augment_below: int = Field(0, ge=0)
    """Augment when the training set has fewer pictures than this."""


def shown(pictures: Tensor, config: AugmentConfig, moment: Moment, whose: str) -> Tensor:
    """Returns pictures (B, C, H, W) as a discriminator sees them, augmented by the draws of this moment."""
    draws = moment.uniform(f"augment {whose}", len(pictures), DRAWS).to(pictures.device)
    return augment(pictures, config, draws)


class Adversary(nn.Module):
    """A discriminator under the hinge loss (Lim & Ye 2017, arXiv 1705.02894)."""

    def __init__(
        self, config: AdversaryConfig, schema: Schema, attributes: tuple[Attribute, ...], pictures: int
    ) -> None:
        super().__init__()
        self.weight, self.augment = config.weight, config.augment
        self.augments = config.augment.active and pictures < config.augment_below
        self.discriminator = build_discriminator(config.network, schema, attributes)

    def look(self, pictures: Tensor, moment: Moment, whose: str) -> Tensor:
        """Returns pictures (B, C, H, W) as they are shown to the discriminator."""
        return shown(pictures, self.augment, moment, whose) if self.augments else pictures

    def loss(self, real: Tensor, made: Tensor, condition: Condition) -> tuple[Tensor, Tensor]:
        """Returns what the discriminator descends, and how often it scored a real picture above a made one."""
        seen = look_at_both(self.discriminator, real, made)
        on_real, on_made = (self.discriminator.score(features, condition) for features in seen)
        return hinge_discriminator(on_real, on_made), (on_real > on_made).float().mean()

    def suspicion(self, made: Tensor, condition: Condition) -> Tensor:
        """Returns what made pictures (B, C, H, W) shall make small, by its weight."""
        return -self.weight * self.discriminator(made, condition).mean()
