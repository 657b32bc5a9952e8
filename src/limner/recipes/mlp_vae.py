"""The fully connected VAE."""

from limner.configs.network import NetworkConfig
from limner.configs.optimiser import OptimiserConfig
from limner.configs.vae import VaeConfig
from limner.recipes.recipe import Recipe


def mlp_vae() -> Recipe:
    """pixels -> 128 -> 256 -> 512 -> mean and log-variance, and the same backwards to a sigmoid."""
    return Recipe(
        name="mlp-vae",
        summary="fully connected VAE: 128-256-512 dense encoder, mirrored decoder, Bernoulli pixels",
        method=VaeConfig(
            latent_dim=32,
            encoder=NetworkConfig(architecture="mlp", widths=(128, 256, 512), activation="relu"),
            decoder=NetworkConfig(architecture="mlp", widths=(512, 256, 128), activation="relu"),
            likelihood="bernoulli",
        ),
        optimiser=OptimiserConfig(lr=1e-3, betas=(0.9, 0.999)),
    )
