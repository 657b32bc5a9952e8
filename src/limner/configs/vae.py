"""What a recipe says of a variational autoencoder."""

from typing import Literal

from pydantic import Field

from limner.configs.adversary import AdversaryConfig, CounterfactualConfig
from limner.configs.method import HeldOutMeasure, MethodConfig
from limner.configs.network import FlowConfig, NetworkConfig


class VaeConfig(MethodConfig):
    """What a VAE minimises, and with which networks."""

    kind: Literal["vae"] = "vae"
    latent: int = Field(128, ge=1, le=8192)
    encoder: NetworkConfig
    decoder: NetworkConfig
    likelihood: Literal["bernoulli", "gaussian", "laplace", "discretised-logistic"]
    beta: float = Field(1.0, ge=0)
    """Weight of the KL divergence from the prior (beta-VAE: Higgins et al. 2017); 1 is the evidence lower bound."""
    beta_warmup: int = Field(0, ge=0)
    """Pictures over which beta rises from zero."""
    free_bits: float = Field(0.0, ge=0)
    """Nats a latent dimension that cost nothing (Kingma et al. 2016, arXiv 1606.04934, eq. 15)."""
    flow: FlowConfig | None = None
    """A learned prior: carries z to w as the encoder makes it. Without it, w is z."""
    condition_dim: int | None = Field(None, ge=1, le=8192)
    """Width of an MLP that carries the condition to the decoder, whose feature maps it modulates, too; without it, the condition
    stands beside w with small weights."""
    counterfactual_loss: CounterfactualConfig | None = None
    """What judges pictures under another picture's attributes, half of some batches."""
    adversary: AdversaryConfig | None = None
    """A discriminator that reconstructions must deceive, so that they are sharp."""

    @property
    def held_out_measure(self) -> HeldOutMeasure:
        return "negative_elbo" if self.flow is None and self.adversary is None else "frechet"
