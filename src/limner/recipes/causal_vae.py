"""The VAE of causal models: a small latent for what no attribute says of a picture, and a decoder that obeys the attributes."""

from limner.configs.adversary import CounterfactualConfig
from limner.configs.network import NetworkConfig
from limner.configs.optimiser import OptimiserConfig, ScheduleConfig
from limner.configs.vae import VaeConfig
from limner.recipes.recipe import EmaConfig, Recipe


def causal_vae() -> Recipe:
    """Gaussian pixels and a high weight of the KL divergence, so that z does not repeat what the attributes say.

    A model whose z holds an attribute generates the same picture whatever is asked of it; with few dimensions and a high beta it
    can reconstruct pictures only by reading the attributes. What z leaves out is taken from the picture itself
    (`limner.methods.counterfactual`).
    """
    return Recipe(
        name="causal-vae",
        summary="VAE for causal models: a small latent for what attributes leave open, strongly conditional, EMA",
        method=VaeConfig(
            latent_dim=32,
            encoder=NetworkConfig(architecture="convolutional", widths=(32, 64, 128), normalisation="batch"),
            decoder=NetworkConfig(architecture="convolutional", widths=(128, 64, 32)),
            likelihood="gaussian",
            beta=2.25,
            condition_dim=128,
            counterfactual_loss=CounterfactualConfig(),
        ),
        condition="auto",
        batch=32,
        optimiser=OptimiserConfig(lr=1e-3, betas=(0.9, 0.99)),
        schedule=ScheduleConfig(kind="inverse-root", pictures=250_000),
        ema=EmaConfig(half_life=20_000, ramp=0.02),
    )
