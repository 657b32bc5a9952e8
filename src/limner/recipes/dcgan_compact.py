"""A two-stage DCGAN for small pictures."""

from limner.configs.gan import GanConfig
from limner.configs.network import NetworkConfig
from limner.recipes.recipe import Recipe


def dcgan_compact() -> Recipe:
    """100 -> 256 -> 128 -> C by transposed convolutions, against 64 -> 128 -> 1."""
    return Recipe(
        name="dcgan-compact",
        summary="compact DCGAN: two transposed convolutions 256-128, two convolutions 64-128",
        method=GanConfig(
            latent_dim=100,
            generator=NetworkConfig(architecture="convolutional", widths=(256, 128), normalisation="batch"),
            discriminator=NetworkConfig(architecture="convolutional", widths=(64, 128), normalisation="batch"),
            loss="non-saturating",
        ),
    )
