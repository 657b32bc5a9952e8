"""A discriminator in addition to another objective: it separates real from fake pictures, which the generator learns to prevent."""

from torch import Tensor, nn

from limner.conditions.attribute import Attribute
from limner.configs.adversary import AdversaryConfig
from limner.configs.augment import AugmentConfig
from limner.data.augment import DRAWS, augment
from limner.data.schema import Schema
from limner.methods.losses import hinge_discriminator
from limner.methods.step_context import StepContext
from limner.networks.conditioning import Condition
from limner.networks.discriminator import build_discriminator, features_of_both


def augmented(images: Tensor, config: AugmentConfig, context: StepContext, purpose: str) -> Tensor:
    """Returns pictures (B, C, H, W) augmented with the random numbers of this step for a purpose."""
    draws = context.uniform(f"augment {purpose}", len(images), DRAWS).to(images.device)
    return augment(images, config, draws)


class Adversary(nn.Module):
    """A discriminator under the hinge loss (Lim & Ye 2017, arXiv 1705.02894)."""

    def __init__(
        self, config: AdversaryConfig, schema: Schema, attributes: tuple[Attribute, ...], num_pictures: int
    ) -> None:
        super().__init__()
        self.weight, self.augment_config = config.weight, config.augment
        self.augments = config.augment.active and num_pictures < config.augment_below
        self.discriminator = build_discriminator(config.network, schema, attributes)

    def augment(self, images: Tensor, context: StepContext, purpose: str) -> Tensor:
        """Returns pictures (B, C, H, W) augmented, if there are few enough to learn from."""
        return augmented(images, self.augment_config, context, purpose) if self.augments else images

    def loss(self, real: Tensor, fake: Tensor, condition: Condition) -> tuple[Tensor, Tensor]:
        """Returns the discriminator's loss, and how often it scored a real picture above a fake one."""
        features = features_of_both(self.discriminator, real, fake)
        real_logits, fake_logits = (self.discriminator.score(each, condition) for each in features)
        return hinge_discriminator(real_logits, fake_logits), (real_logits > fake_logits).float().mean()

    def generator_loss(self, fake: Tensor, condition: Condition) -> Tensor:
        """Returns the weighted loss of whatever generates fake pictures (B, C, H, W)."""
        return -self.weight * self.discriminator(fake, condition).mean()
