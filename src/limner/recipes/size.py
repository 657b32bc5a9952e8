"""One dial for the size of a model: from it follow the widths of all networks, learning rates, and when to augment."""

from typing import Any

from limner.errors import RecipeError, quoted, suggestion
from limner.recipes.recipe import Recipe

SIZES = {"small": 0.5, "base": 1.0, "large": 2.0}
"""Channels or units of every stage, as a multiple of the recipe's own."""


def resize(recipe: Recipe, size: str) -> Recipe:
    """Returns the recipe with networks of another size; RecipeError for a size that there is not.

    Rates fall with the square root of the width, between what Adam bears in the first layers and in the others (Yang et al.
    2022, arXiv 2203.03466, table 3); wider discriminators remember more, so they are shown augmented pictures sooner.
    """
    if size not in SIZES:
        raise RecipeError(f"--model-size {quoted(size)}: {suggestion(size, list(SIZES))}")
    factor = SIZES[size]
    if factor == 1:
        return recipe
    fields = recipe.model_dump(mode="json")
    _follow(fields, factor)
    return Recipe.model_validate(fields | {"summary": f"{recipe.summary}; {size}"})


def _follow(section: dict[str, Any], factor: float) -> None:
    for key, value in section.items():
        if isinstance(value, dict):
            _follow(value, factor)
        elif key == "widths":
            section[key] = [max(1, round(width * factor)) for width in value]
        elif key in ("lr", "discriminator_lr") and value:
            section[key] = float(f"{value / factor**0.5:.3g}")
        elif key == "augment_below":
            section[key] = round(value * factor)
