"""The default GAN: small residual networks, a relativistic pairing loss and zero-centred gradient penalties."""

from limner.data.augment import AugmentConfig
from limner.methods.gan import GanConfig
from limner.methods.optimisers import OptimiserConfig
from limner.networks import NetworkConfig
from limner.recipes.recipe import EmaConfig, Recipe


def gan() -> Recipe:
    """R3GAN (Huang et al. 2024, arXiv 2501.05441) at the size of a small machine: no normalisation, R1 and R2, weight EMA."""
    return Recipe(
        name="gan",
        summary="the default GAN: residual, relativistic pairing, R1 + R2, EMA, conditional on the main label",
        method=GanConfig(
            latent=64,
            output="linear",
            generator=NetworkConfig(architecture="residual", widths=(192, 96, 48, 32)),
            discriminator=NetworkConfig(architecture="residual", widths=(32, 48, 96, 192), spectral_norm=True),
            loss="relativistic",
            r1=1.0,
            r2=1.0,
            penalty_every=4,
            augment=AugmentConfig(translation=0.125, colour=0.5, cutout=0.4),
            augment_below=10_000,
        ),
        condition="auto",
        batch=16,
        pictures=1_000_000,
        optimiser=OptimiserConfig(lr=3e-4, betas=(0.0, 0.99)),
        ema=EmaConfig(half_life=5_000),
    )
