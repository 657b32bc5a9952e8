"""The convolutional VAE: a light encoder and DCGAN's decoder."""

from limner.configs.network import NetworkConfig
from limner.configs.optimiser import OptimiserConfig
from limner.configs.vae import VaeConfig
from limner.recipes.recipe import Recipe


def conv_vae() -> Recipe:
    """Convolutions 64 -> 128 to mean and log-variance; dense 4x4x512 and transposed convolutions 256 -> 128 -> 64 -> C."""
    return Recipe(
        name="conv-vae",
        summary="convolutional VAE: 64-128 encoder, 4x4x512 decoder, Bernoulli pixels",
        method=VaeConfig(
            latent_dim=128,
            encoder=NetworkConfig(architecture="convolutional", widths=(64, 128)),
            decoder=NetworkConfig(architecture="convolutional", widths=(512, 256, 128, 64), normalisation="batch"),
            likelihood="bernoulli",
        ),
        optimiser=OptimiserConfig(lr=5e-4, betas=(0.9, 0.999)),
    )
