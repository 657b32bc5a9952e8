"""The VAE of causal models: few codes for what no attribute says of a picture, and attributes that the decoder heeds."""

from limner.methods.editing import EditingConfig
from limner.methods.optimisers import OptimiserConfig, ScheduleConfig
from limner.methods.vae import VaeConfig
from limner.networks import NetworkConfig
from limner.recipes.recipe import EmaConfig, Recipe


def causal_vae() -> Recipe:
    """Gaussian pixels and a dear divergence: codes that told again what attributes tell would not be worth their price.

    A model whose codes know an attribute draws the same picture whatever is asked of it; one whose codes are few and dear can
    only rebuild pictures by reading the attributes. What codes leave out is taken from the picture itself
    (`limner.methods.editing`).
    """
    return Recipe(
        name="causal-vae",
        summary="VAE for causal models: codes for what attributes leave open, strongly conditional, EMA",
        method=VaeConfig(
            latent=32,
            encoder=NetworkConfig(architecture="convolutional", widths=(32, 64, 128), normalisation="batch"),
            decoder=NetworkConfig(architecture="convolutional", widths=(128, 64, 32)),
            likelihood="gaussian",
            beta=2.25,
            told=128,
            editing=EditingConfig(),
        ),
        condition="auto",
        batch=32,
        optimiser=OptimiserConfig(lr=1e-3, betas=(0.9, 0.99)),
        schedule=ScheduleConfig(kind="inverse-root", pictures=250_000),
        ema=EmaConfig(half_life=20_000, ramp=0.02),
    )
