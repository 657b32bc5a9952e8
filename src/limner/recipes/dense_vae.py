"""The wide fully connected VAE."""

from limner.configs.network import NetworkConfig
from limner.configs.optimiser import OptimiserConfig
from limner.configs.vae import VaeConfig
from limner.recipes.recipe import Recipe


def dense_vae() -> Recipe:
    """pixels -> 4096 -> 4096 -> mean and log-variance, and the same backwards to a sigmoid."""
    return Recipe(
        name="dense-vae",
        summary="wide fully connected VAE: two dense layers of 4096 units each way",
        method=VaeConfig(
            latent_dim=64,
            encoder=NetworkConfig(architecture="mlp", widths=(4096, 4096), activation="relu"),
            decoder=NetworkConfig(architecture="mlp", widths=(4096, 4096), activation="relu"),
            likelihood="bernoulli",
        ),
        optimiser=OptimiserConfig(lr=2e-4, betas=(0.9, 0.999)),
    )
