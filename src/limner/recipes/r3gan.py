"""R3GAN (Huang et al. 2024, arXiv 2501.05441) at the size of a small machine."""

from limner.configs.augment import AugmentConfig
from limner.configs.gan import GanConfig
from limner.configs.network import NetworkConfig
from limner.configs.optimiser import OptimiserConfig
from limner.recipes.recipe import EmaConfig, Recipe


def r3gan() -> Recipe:
    """Residual networks without normalisation, relativistic pairing, R1 and R2; slower to begin than `gan`."""
    return Recipe(
        name="r3gan",
        summary="residual networks without normalisation, relativistic pairing, R1 + R2, EMA, conditional",
        method=GanConfig(
            latent_dim=64,
            output="linear",
            generator=NetworkConfig(architecture="residual", widths=(192, 96, 48, 32)),
            discriminator=NetworkConfig(architecture="residual", widths=(32, 48, 96, 192)),
            loss="relativistic",
            r1=1.0,
            r2=1.0,
            penalty_every=4,
            augment=AugmentConfig(translation=0.125),
            augment_below=10_000,
        ),
        condition="auto",
        batch=16,
        optimiser=OptimiserConfig(lr=2e-4, betas=(0.0, 0.99)),
        ema=EmaConfig(half_life=5_000),
    )
