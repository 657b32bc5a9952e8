"""What of a recipe is worth searching, and between which bounds."""

from typing import Any

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
    """Returns what `limner tune` searches of a recipe, whose own values lie within; empty where there is nothing to learn."""
    space, own = SPACES[recipe.method.kind], own_values(recipe)
    return {key: _holding(among, own[key]) for key, among in space.items()}


def own_values(recipe: Recipe) -> dict[str, Any]:
    """Returns the values that a recipe has for the keys of its space."""
    values = {}
    for key in SPACES[recipe.method.kind]:
        value: Any = recipe
        for part in key.split("."):
            value = getattr(value, part)
        values[key] = recipe.optimiser.lr if value is None else value  # of a discriminator that has none of its own
    return values


def _holding(among: Range | Choices, value: Any) -> Range | Choices:
    if isinstance(among, Range):
        return among.model_copy(update={"low": min(among.low, value), "high": max(among.high, value)})
    return among if value in among else (value, *among)
