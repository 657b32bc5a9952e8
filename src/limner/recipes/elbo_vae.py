"""The VAE of the evidence lower bound alone, with a likelihood of 8-bit pictures, so that bits per dimension can be stated."""

from limner.configs.network import NetworkConfig
from limner.configs.optimiser import OptimiserConfig, ScheduleConfig
from limner.configs.vae import VaeConfig
from limner.recipes.recipe import EmaConfig, Recipe


def elbo_vae() -> Recipe:
    """Residual encoder and decoder, discretised logistic pixels, a warm-up of the divergence, weight EMA."""
    return Recipe(
        name="elbo-vae",
        summary="VAE with an exact bound: residual, discretised logistic pixels (bits per dimension), EMA, conditional",
        method=VaeConfig(
            latent_dim=128,
            encoder=NetworkConfig(architecture="residual", widths=(32, 48, 96, 192), activation="silu"),
            decoder=NetworkConfig(architecture="residual", widths=(192, 96, 48, 32), activation="silu"),
            likelihood="discretised-logistic",
            beta_warmup=10_000,
        ),
        condition="auto",
        batch=32,
        optimiser=OptimiserConfig(kind="adamw", lr=5e-4, betas=(0.9, 0.99), weight_decay=1e-4),
        schedule=ScheduleConfig(warmup=3_000),
        ema=EmaConfig(half_life=5_000),
    )
