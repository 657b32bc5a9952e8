"""What of a recipe is worth searching, and between which bounds."""

from limner.config import Section
from limner.recipes.recipe import Recipe


class Range(Section):
    """Numbers from `low` to `high`; `log`: drawn evenly over orders of magnitude."""

    low: float
    high: float
    log: bool = False


Choices = tuple[int | float | str, ...]
Space = dict[str, Range | Choices]
"""Key of a recipe, as `--set` takes it -> a range, or the values to choose from."""

COMMON: Space = {
    "optimiser.lr": Range(low=5e-5, high=2e-3, log=True),
    "batch": (16, 32, 64),
    "ema.half_life": (0, 2_000, 5_000, 10_000),
}
GAN: Space = COMMON | {
    "method.discriminator_lr": Range(low=5e-5, high=2e-3, log=True),
    "method.loss": ("hinge", "non-saturating", "relativistic"),
    "method.latent": (32, 64, 100, 128),
    "method.r1": (0.0, 0.1, 1.0),
}
VAE: Space = COMMON | {
    "method.latent": (16, 32, 64, 128, 256),
    "method.free_bits": Range(low=0.0, high=0.5),
    "method.beta_warmup": (0, 5_000, 20_000),
    "optimiser.weight_decay": (0.0, 1e-4, 1e-2),
}
SPACES: dict[str, Space] = {"gan": GAN, "vae": VAE, "noise": {}}


def search_space(recipe: Recipe) -> Space:
    """Returns what `limner tune` searches of a recipe; empty where there is nothing to learn."""
    return SPACES[recipe.method.kind]
