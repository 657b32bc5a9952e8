"""The default GAN: the best pictures per minute on a small machine."""

from limner.configs.augment import AugmentConfig
from limner.configs.gan import GanConfig
from limner.configs.network import NetworkConfig
from limner.configs.optimiser import OptimiserConfig, ScheduleConfig
from limner.recipes.recipe import EmaConfig, Recipe


def gan() -> Recipe:
    """A residual generator against convolutions regularised by spectral norm alone; hinge loss, weight EMA, augmentation.

    Spectral norm: Miyato et al. 2018, arXiv 1802.05957. A discriminator that learns faster than the generator: Heusel
    et al. 2017, arXiv 1706.08500. Augmentation: Zhao et al. 2020, arXiv 2006.10738, of which only translation is used:
    with colour and cutout as well, a few thousand pictures lost their colours and their variety. That z can be read off
    fake pictures (Chen et al. 2016, arXiv 1606.03657) adds variety within a class. Several attributes are each asked for: in
    every stage of the generator, by mismatched conditions, and by an auxiliary classifier in the discriminator.
    """
    return Recipe(
        name="gan",
        summary="the default GAN: residual generator, hinge loss, spectral norm, EMA, augmentation, conditional",
        method=GanConfig(
            latent_dim=32,
            generator=NetworkConfig(architecture="residual", widths=(128, 64, 32, 32), normalisation="batch"),
            discriminator=NetworkConfig(architecture="convolutional", widths=(32, 64, 128, 256), spectral_norm=True),
            loss="hinge",
            info_weight=1.0,
            film=True,
            mismatch_weight=1.0,
            classifier_weight=1.0,
            discriminator_lr=6e-4,
            augment=AugmentConfig(translation=0.125),
            augment_below=10_000,
        ),
        condition="auto",
        batch=32,
        optimiser=OptimiserConfig(lr=3e-4, betas=(0.0, 0.99)),
        schedule=ScheduleConfig(kind="inverse-root", pictures=50_000),
        ema=EmaConfig(half_life=20_000),
    )
