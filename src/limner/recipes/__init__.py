"""Recipes by name: each is one file with one function that returns a `Recipe`."""

from collections.abc import Callable

from limner.errors import RecipeError, quoted, suggestion
from limner.recipes.causal_vae import causal_vae
from limner.recipes.conv_vae import conv_vae
from limner.recipes.dcgan import dcgan
from limner.recipes.dcgan_compact import dcgan_compact
from limner.recipes.dense_conv_gan import dense_conv_gan
from limner.recipes.dense_vae import dense_vae
from limner.recipes.elbo_vae import elbo_vae
from limner.recipes.gan import gan
from limner.recipes.mlp_gan import mlp_gan
from limner.recipes.mlp_vae import mlp_vae
from limner.recipes.noise import noise
from limner.recipes.r3gan import r3gan
from limner.recipes.recipe import Recipe, from_yaml, parse, read_recipe, to_yaml
from limner.recipes.search import search_space
from limner.recipes.settings import apply_settings
from limner.recipes.size import SIZES, resize
from limner.recipes.vae import vae

__all__ = [
    "RECIPES",
    "SIZES",
    "Recipe",
    "apply_settings",
    "find_recipe",
    "from_yaml",
    "parse",
    "read_recipe",
    "resize",
    "search_space",
    "to_yaml",
]

RECIPES: dict[str, Callable[[], Recipe]] = {
    "gan": gan,
    "vae": vae,
    "elbo-vae": elbo_vae,
    "r3gan": r3gan,
    "causal-vae": causal_vae,
    "dcgan": dcgan,
    "dcgan-compact": dcgan_compact,
    "dense-conv-gan": dense_conv_gan,
    "mlp-gan": mlp_gan,
    "conv-vae": conv_vae,
    "dense-vae": dense_vae,
    "mlp-vae": mlp_vae,
    "noise": noise,
}
FILES = (".yaml", ".yml")


def find_recipe(name: str) -> Recipe:
    """Returns a recipe by its name or from a YAML file; RecipeError when there is none."""
    if name in RECIPES:
        return RECIPES[name]()
    if not name.endswith(FILES):
        raise RecipeError(f"there is no recipe '{quoted(name)}'; {suggestion(name, list(RECIPES))}")
    return read_recipe(name)
