"""What of a recipe is worth searching, and between which bounds."""

from typing import Any

from limner.config import Choices, Range, SearchSpace
from limner.recipes.recipe import Recipe

COMMON: SearchSpace = {
    "optimiser.lr": Range(low=5e-5, high=2e-3, log=True),
    "batch": (16, 32, 64),
    "ema.half_life": (0, 2_000, 5_000, 10_000),
}


def search_space(recipe: Recipe) -> SearchSpace:
    """Returns what `limner tune` searches of a recipe, whose own values lie within; empty where there is nothing to learn."""
    space, own = _space(recipe), own_values(recipe)
    return {key: _holding(among, own[key]) for key, among in space.items()}


def own_values(recipe: Recipe) -> dict[str, Any]:
    """Returns the values that a recipe has for the keys of its space."""
    values = {}
    for key in _space(recipe):
        value: Any = recipe
        for part in key.split("."):
            value = getattr(value, part)
        values[key] = recipe.optimiser.lr if value is None else value  # of a discriminator that has none of its own
    return values


def _space(recipe: Recipe) -> SearchSpace:
    from limner.methods import METHODS

    own = METHODS[recipe.method.kind].search_space
    return COMMON | own if own else {}


def _holding(among: Range | Choices, value: Any) -> Range | Choices:
    if isinstance(among, Range):
        return among.model_copy(update={"low": min(among.low, value), "high": max(among.high, value)})
    return among if value in among else (value, *among)
