"""The names of the recipes, known without PyTorch, so that a wrong one is reported at once."""

from limner.errors import RecipeError, quoted, suggestion

NAMES = (
    "gan",
    "vae",
    "elbo-vae",
    "r3gan",
    "causal-vae",
    "dcgan",
    "dcgan-compact",
    "dense-conv-gan",
    "mlp-gan",
    "conv-vae",
    "dense-vae",
    "mlp-vae",
    "noise",
)
SIZES = {"small": 0.5, "base": 1.0, "large": 2.0}
"""Channels or units of every stage, as a multiple of the recipe's own."""
FILES = (".yaml", ".yml")


def check_recipe_name(name: str) -> None:
    """Raises RecipeError unless it is a recipe's name, or that of a YAML file."""
    if name not in NAMES and not name.endswith(FILES):
        raise RecipeError(f"there is no recipe '{quoted(name)}'; {suggestion(name, list(NAMES))}")


def check_model_size(size: str) -> None:
    """Raises RecipeError for a size of models that there is not."""
    if size not in SIZES:
        raise RecipeError(f"--model-size {quoted(size)}: {suggestion(size, list(SIZES))}")
