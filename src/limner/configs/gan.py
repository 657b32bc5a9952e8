"""What a recipe says of a generative adversarial network."""

from typing import Literal

from pydantic import Field

from limner.configs.augment import AugmentConfig
from limner.configs.method import MethodConfig
from limner.configs.network import NetworkConfig


class GanConfig(MethodConfig):
    """What a GAN minimises, and with which networks."""

    kind: Literal["gan"] = "gan"
    latent_dim: int = Field(128, ge=1, le=8192)
    output: Literal["tanh", "linear"] = "tanh"
    """What follows the generator's last layer; linear pictures are cut to [-1, 1] when sampled."""
    generator: NetworkConfig
    discriminator: NetworkConfig
    loss: Literal["minimax", "non-saturating", "least-squares", "hinge", "wasserstein", "relativistic"]
    r1: float = Field(0.0, ge=0)
    """Weight of half the squared gradient on real pictures."""
    r2: float = Field(0.0, ge=0)
    """Weight of half the squared gradient on generated pictures."""
    gradient_penalty: float = Field(0.0, ge=0)
    """Weight of the penalty on gradients between real and generated pictures whose norm is not 1."""
    penalty_every: int = Field(1, ge=1)
    """Steps between penalties, whose weight is multiplied by it (arXiv 1912.04958, section 3.1)."""
    info_weight: float = Field(0.0, ge=0)
    """Weight of the squared error with which the discriminator reads z off fake pictures, which both networks lessen."""
    film: bool = False
    """Several attributes also modulate the generator's feature maps (FiLM: Perez et al. 2017, arXiv 1709.07871)."""
    mismatch_weight: float = Field(0.0, ge=0)
    """With several attributes: weight of the hinge loss by which a real picture under a condition with one attribute of another
    picture counts as fake (matching-aware: Reed et al. 2016, arXiv 1605.05396, section 4.2)."""
    classifier_weight: float = Field(0.0, ge=0)
    """With several attributes: weight of the loss with which the discriminator reads each off real pictures, and the generator
    makes it readable (auxiliary classifier: Odena et al. 2016, arXiv 1610.09585)."""
    discriminator_lr: float | None = Field(None, gt=0)
    """Learning rate of the discriminator where it differs from the optimiser's."""
    augment: AugmentConfig = AugmentConfig()
    """Differentiable augmentation in front of the discriminator."""
    augment_below: int = Field(0, ge=0)
    """Augment when the training set has fewer pictures than this."""
