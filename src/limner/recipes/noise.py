"""Noise: the floor of every comparison."""

from limner.configs.noise import NoiseConfig
from limner.recipes.recipe import Recipe


def noise() -> Recipe:
    """Uniformly random pixels; there is nothing to learn."""
    return Recipe(
        name="noise", summary="purely random pictures: the floor that every metric must beat", method=NoiseConfig()
    )
