"""What a recipe says of a discriminator beside another objective, and of the loss on counterfactual pictures."""

from pydantic import Field

from limner.config import Section
from limner.configs.augment import AugmentConfig
from limner.configs.network import NetworkConfig


class AdversaryConfig(Section):
    """The discriminator, and how much it counts."""

    network: NetworkConfig
    weight: float = Field(0.1, gt=0)
    """Of its logits relative to the negative ELBO, which is counted per pixel and channel."""
    discriminator_lr: float | None = Field(None, gt=0)
    """Learning rate of the discriminator where it differs from the optimiser's."""
    augment: AugmentConfig = AugmentConfig()
    augment_below: int = Field(0, ge=0)
    """Augment when the training set has fewer pictures than this."""


class CounterfactualConfig(Section):
    """A loss on pictures under another picture's attributes: a predictor must find these, and a discriminator take them for real.

    Counterfactual fine-tuning: Ribeiro et al. 2023, arXiv 2306.15764, section 3.3; here while the ELBO is still maximised. All
    attributes are another picture's, never one alone: a predictor that has not seen a thin bright stroke takes it for a thicker
    one, and pictures with a low loss there were seen to move away from the truth.
    """

    weight: float = Field(0.06, gt=0)
    """Of the predictor's mean loss of an attribute relative to the negative ELBO, which is counted per pixel and channel."""
    adversary: AdversaryConfig | None = AdversaryConfig(
        network=NetworkConfig(architecture="convolutional", widths=(32, 64, 128), spectral_norm=True),
        weight=0.002,
        discriminator_lr=6e-4,
    )
    """A discriminator that compares a counterfactual picture with the one whose attributes it was given."""
    after: int = Field(250_000, ge=0)
    """Pictures seen before the loss begins: until then the ELBO alone teaches more, and three times as fast."""
    every: int = Field(4, ge=1)
    """Steps between batches with this loss, whose weight is multiplied by it."""
    predictor_lr: float = Field(1e-3, gt=0)
