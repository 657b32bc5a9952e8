"""What a recipe says of a variational autoencoder."""

from typing import Literal

from pydantic import Field, model_validator

from limner.config import Section
from limner.configs.adversary import AdversaryConfig, CounterfactualConfig
from limner.configs.method import HeldOutMeasure, MethodConfig
from limner.configs.network import FlowConfig, NetworkConfig


class SpatialConfig(Section):
    """The spatial latent of a VAE, on the maps of the decoder's second stage: 8x8 for pictures of 64 pixels.

    As one level of a hierarchical VAE (Vahdat & Kautz 2020, arXiv 2007.03898), left out of a share of the pictures so that w alone
    says as much as it can. Networks of one stage, as those for pictures below 16 pixels, have none.
    """

    channels: int = Field(16, ge=1, le=1024)
    fraction: float = Field(0.25, gt=0, le=1)
    """Of the pictures that are decoded with it in training; the others, as samples, without."""
    beta: float = Field(1.0, ge=0)
    """Weight of its KL divergence from a standard normal, so that it does not repeat what w says."""


class VaeConfig(MethodConfig):
    """What a VAE minimises, and with which networks."""

    kind: Literal["vae"] = "vae"
    latent_dim: int = Field(128, ge=1, le=8192)
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
    """A learned prior: maps z to w as the encoder makes it. Without it, w is z."""
    condition_dim: int | None = Field(None, ge=1, le=8192)
    """Width of an MLP that embeds the condition, which then also modulates the decoder's feature maps; without it, the condition
    is concatenated with w, with small weights."""
    counterfactual_loss: CounterfactualConfig | None = None
    """What judges pictures under another picture's attributes, half of some batches."""
    adversary: AdversaryConfig | None = None
    """A discriminator that reconstructions must deceive, so that they are sharp."""
    spatial: SpatialConfig | None = None
    """A second latent, in the form of feature maps, by which pictures are rebuilt in detail; samples have zeros in its place."""

    @model_validator(mode="after")
    def _has_maps_for_the_spatial_latent(self) -> "VaeConfig":
        kinds = self.encoder.architecture, self.decoder.architecture
        if self.spatial and (kinds[0] == "mlp" or kinds[1] != "residual"):
            raise ValueError(
                f"a spatial latent needs a decoder that is residual and an encoder that is convolutional or residual, not "
                f"{kinds[1]} and {kinds[0]}; or set method.spatial=null"
            )
        return self

    @property
    def held_out_measure(self) -> HeldOutMeasure:
        only_elbo = self.flow is None and self.adversary is None and self.spatial is None
        return "negative_elbo" if only_elbo else "frechet"
