"""DCGAN (Radford et al. 2015, arXiv 1511.06434)."""

from limner.configs.gan import GanConfig
from limner.configs.network import NetworkConfig
from limner.recipes.recipe import Recipe


def dcgan() -> Recipe:
    """z -> 4x4x512 -> 256 -> 128 -> 64 -> C by transposed convolutions, against 64 -> 128 -> 256 -> 512 -> 1."""
    return Recipe(
        name="dcgan",
        summary="DCGAN: dense 4x4x512 and four transposed convolutions, batch normalisation",
        method=GanConfig(
            latent_dim=100,
            generator=NetworkConfig(architecture="convolutional", widths=(512, 256, 128, 64), normalisation="batch"),
            discriminator=NetworkConfig(
                architecture="convolutional", widths=(64, 128, 256, 512), normalisation="batch"
            ),
            loss="non-saturating",
        ),
    )
