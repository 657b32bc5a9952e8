"""Which latent of a model is meant: a seed, a blend of seeds, interpolation towards another, and offsets along directions."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from limner.config import Section
from limner.seeds import MAX_SEED

DIRECTIONS = "directions.safetensors"
"""The file in which a folder holds directions."""

MAX_INDEX = 2**31
Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]
Amount = Annotated[float, Field(ge=-1000, le=1000)]


class Towards(Section):
    """Interpolation towards picture 0 of another seed, on the great circle; `share` is the fraction of the way, 0 to 1."""

    seed: Seed
    share: float = Field(ge=0, le=1)


class LatentSpec(Section):
    """Picture `index` of a `seed`, or a blend of seeds; then interpolated towards another, and moved along directions.

    What is not given in `condition` is drawn as for picture `index` of `seed`.
    """

    seed: Seed = 0
    index: int = Field(0, ge=0, le=MAX_INDEX)
    blend: list[tuple[Seed, Amount]] | None = Field(None, min_length=1, max_length=8)
    """Seeds and their weights, which need not sum to 1."""
    mix: Towards | None = None
    directions: dict[str, Amount] = Field(default_factory=dict, max_length=50)
    """By how many standard deviations of w along each."""
    condition: dict[str, str | float] = Field(default_factory=dict, max_length=100)
    truncation: float = Field(1.0, gt=0, le=1)
