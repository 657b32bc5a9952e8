"""The default VAE: sharp reconstructions, and samples from a learned prior."""

from limner.configs.adversary import AdversaryConfig
from limner.configs.augment import AugmentConfig
from limner.configs.network import FlowConfig, NetworkConfig
from limner.configs.optimiser import OptimiserConfig
from limner.configs.vae import SpatialConfig, VaeConfig
from limner.recipes.recipe import EmaConfig, Recipe


def vae() -> Recipe:
    """Laplace pixels, a discriminator that reconstructions must deceive, and a flow that learns the encoder's latents.

    The discriminator makes reconstructions sharp (Larsen et al. 2015, arXiv 1512.09300); the flow closes the gap between
    the prior and what the encoder makes of all pictures (flow matching: Lipman et al. 2022, arXiv 2210.02747). It states no
    ELBO: `elbo-vae` does.
    """
    return Recipe(
        name="vae",
        summary="the default VAE: sharp by a discriminator, a learned prior by flow matching, EMA, conditional",
        method=VaeConfig(
            latent_dim=64,
            encoder=NetworkConfig(architecture="convolutional", widths=(32, 64, 96, 128), normalisation="batch"),
            decoder=NetworkConfig(architecture="residual", widths=(128, 64, 32, 32), normalisation="batch"),
            likelihood="laplace",
            beta=5.0,
            spatial=SpatialConfig(),
            flow=FlowConfig(width=256, depth=3, steps=8),
            adversary=AdversaryConfig(
                network=NetworkConfig(architecture="convolutional", widths=(32, 64, 128), spectral_norm=True),
                weight=0.25,
                discriminator_lr=6e-4,
                augment=AugmentConfig(translation=0.125),
                augment_below=10_000,
            ),
        ),
        condition="auto",
        batch=32,
        optimiser=OptimiserConfig(lr=5e-4, betas=(0.5, 0.99)),
        ema=EmaConfig(half_life=5_000),
    )
