"""A GAN whose generator is dense first and convolutional last."""

from limner.configs.gan import GanConfig
from limner.configs.network import NetworkConfig
from limner.recipes.recipe import Recipe


def dense_conv_gan() -> Recipe:
    """z -> 256 -> 512 -> 1024 dense, reshaped to 8x8x16, then 3x3 convolutions 128 -> 128 -> C at doubled sizes."""
    return Recipe(
        name="dense-conv-gan",
        summary="GAN with 256-512-1024 dense layers reshaped to 8x8x16 and 3x3 convolutions 128-128",
        method=GanConfig(
            latent_dim=100,
            generator=NetworkConfig(
                architecture="dense-convolutional", widths=(256, 512, 128, 128), normalisation="batch"
            ),
            discriminator=NetworkConfig(architecture="convolutional", widths=(64, 128, 256), dropout=0.3),
            loss="non-saturating",
        ),
    )
