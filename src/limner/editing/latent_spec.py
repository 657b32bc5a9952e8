"""Which latent of a model is meant: a seed, a blend of seeds, a share of the way to another, and steps along directions."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from limner.config import Section
from limner.seeds import LARGEST_SEED

DIRECTIONS = "directions.safetensors"
"""The file in which a folder holds directions."""

LARGEST_INDEX = 2**31
Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED)]
Amount = Annotated[float, Field(ge=-1000, le=1000)]


class Towards(Section):
    """A share of the way to picture 0 of another seed, on the great circle."""

    seed: Seed
    share: float = Field(ge=0, le=1)


class LatentSpec(Section):
    """Picture `index` of a `seed`, or a blend of seeds; then some way to another, and along directions.

    What is not given in `condition` is drawn as for picture `index` of `seed`.
    """

    seed: Seed = 0
    index: int = Field(0, ge=0, le=LARGEST_INDEX)
    blend: list[tuple[Seed, Amount]] | None = Field(None, min_length=1, max_length=8)
    """Seeds and their weights, which need not sum to 1."""
    mix: Towards | None = None
    directions: dict[str, Amount] = Field(default_factory=dict, max_length=50)
    """By how many standard deviations of w along each."""
    condition: dict[str, str | float] = Field(default_factory=dict, max_length=100)
    truncation: float = Field(1.0, gt=0, le=1)
