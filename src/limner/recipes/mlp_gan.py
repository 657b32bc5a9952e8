"""The fully connected GAN: the simplest pair that still generates."""

from limner.configs.gan import GanConfig
from limner.configs.network import NetworkConfig
from limner.recipes.recipe import Recipe


def mlp_gan() -> Recipe:
    """z -> 128 -> 256 -> 512 -> pixels with tanh, against 512 -> 256 -> 128 -> 1."""
    return Recipe(
        name="mlp-gan",
        summary="fully connected GAN: 128-256-512 dense generator, mirrored discriminator",
        method=GanConfig(
            latent_dim=100,
            generator=NetworkConfig(architecture="mlp", widths=(128, 256, 512)),
            discriminator=NetworkConfig(architecture="mlp", widths=(512, 256, 128)),
            loss="non-saturating",
        ),
    )
