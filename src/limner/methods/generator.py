"""The contract of every generator: from noise z to the decoder's latent w to pictures, and back where it can."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from limner.methods.latent import Latent
from limner.networks.blocks import Decoder
from limner.networks.conditioning import Condition


class Normal(NamedTuple):
    """Independent normal distributions: mean and log-variance, both (B, ...)."""

    mean: Tensor
    log_variance: Tensor


class Posterior(NamedTuple):
    """The normal q(w | picture) of each picture: mean and log-variance, both (B, latent_dim)."""

    mean: Tensor
    log_variance: Tensor
    spatial: Normal | None = None
    """Of the spatial latent (B, channels, h, w), where pictures have one beside w."""

    def latent(self, condition: Condition) -> Latent:
        """Returns the most likely latents of the pictures, which have this condition."""
        return Latent(self.mean, condition, "w", spatial=self.spatial.mean if self.spatial else None)


class Generator(nn.Module):
    """What a model keeps of a method: z, standard normal -> w, both (B, latent_dim) -> pictures (B, C, H, W) in [-1, 1].

    A subclass implements `decode`, and whatever else it can do: `map` and `inverse_map` where w is not z, `encode` and `nll`
    where `encodes` and `has_elbo` say so. It is trained for the attributes in `condition_names`, and all of them must be given.
    """

    latent_dim: int
    condition_names: tuple[str, ...] = ()
    has_map: bool = False
    """Whether w is not z."""
    encodes: bool = False
    """Whether `encode` works."""
    has_elbo: bool = False
    """Whether `nll` works and the prior of w is the one that samples are drawn from, so that `elbo_terms` sum to a bound."""
    condition_scale: float = 0.0
    """After a transfer, the condition's input weights are those of z times this; 0 ignores the condition at first."""
    discrete: bool = False
    """Whether `nll` is a probability of whole grey levels, so that it can be said in bits per dimension."""

    def map(self, z: Tensor, condition: Condition) -> Tensor:
        """z (B, latent_dim) -> w (B, latent_dim); the identity unless a prior is learned."""
        return z

    def inverse_map(self, w: Tensor, condition: Condition) -> Tensor:
        """w (B, latent_dim) -> the z (B, latent_dim) that `map` maps to it."""
        return w

    def decode(self, w: Tensor, condition: Condition) -> Tensor:
        """w (B, latent_dim) -> pictures (B, C, H, W) in [-1, 1]."""
        raise NotImplementedError

    def decode_latent(self, latent: Latent) -> Tensor:
        """Returns the pictures (B, C, H, W) in [-1, 1] of latents in either space, without the offsets of their feature maps."""
        w = self.to_w(latent)
        return self.decode(w.values, w.condition)

    def encode(self, images: Tensor, condition: Condition) -> Posterior:
        """Pictures (B, C, H, W) in [-1, 1] -> q(w | picture)."""
        raise NotImplementedError

    def nll(self, images: Tensor, w: Tensor, condition: Condition) -> Tensor:
        """Returns -log p(picture | w), nats (B,), of pictures (B, C, H, W) in [-1, 1]."""
        raise NotImplementedError

    def forward(self, z: Tensor, condition: Condition) -> Tensor:
        """z (B, latent_dim) -> pictures (B, C, H, W) in [-1, 1]."""
        return self.decode(self.map(z, condition), condition)

    def elbo_terms(self, images: Tensor, condition: Condition, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the negative log-likelihood (B,) and the KL divergence (B, latent_dim), nats, for one draw of noise.

        Their sum is the negative evidence lower bound (Kingma & Welling 2013, arXiv 1312.6114, eq. 10).
        """
        posterior = self.encode(images, condition)
        return self.nll(images, reparameterised(posterior, noise), condition), kl_divergence(posterior)

    def to_w(self, latent: Latent) -> Latent:
        """Returns the same pictures' latent in w."""
        return latent if latent.space == "w" else latent.with_values(self.map(latent.values, latent.condition), "w")

    def to_z(self, latent: Latent) -> Latent:
        """Returns the same pictures' latent in z."""
        return (
            latent
            if latent.space == "z"
            else latent.with_values(self.inverse_map(latent.values, latent.condition), "z")
        )

    def w_statistics(self) -> tuple[Tensor, Tensor]:
        """Returns the mean and the standard deviation of w over samples, (latent_dim,) each."""
        mean = torch.zeros(self.latent_dim, device=self.device)
        return mean, mean + 1

    @property
    def decoder_network(self) -> Decoder | None:
        """The decoder network, whose feature maps can be read and changed; None of a generator that has none."""
        return next((part for part in self.children() if isinstance(part, Decoder)), None)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next((p.device for p in self.parameters()), torch.device("cpu"))


def reparameterised(posterior: Posterior | Normal, noise: Tensor) -> Tensor:
    """Returns w (B, latent_dim), drawn from q(w | picture) with standard normal noise (B, latent_dim) (arXiv 1312.6114, eq. 4)."""
    return posterior.mean + noise * torch.exp(0.5 * posterior.log_variance)


def kl_divergence(posterior: Posterior | Normal) -> Tensor:
    """KL(q(w | picture) || N(0, 1)) of each dimension, nats (B, latent_dim) (arXiv 1312.6114, appendix B)."""
    mean, log_variance = posterior.mean, posterior.log_variance
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)
