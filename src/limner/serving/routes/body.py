"""The base of what clients send: every field known, of its own type, and finite."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from limner.conditions.values import Extrapolation
from limner.editing.latent_spec import MAX_INDEX, Amount, LatentSpec, Seed
from limner.pictures import Metadata, to_bytes
from limner.seeds import MAX_SEED
from limner.serving.state import State

MAX_NAME_LENGTH, MAX_VALUES = 300, 2000
"""Characters of a name, and values in all of a request."""
Format = Literal["png", "jpeg", "webp"]


def few(body: Any) -> Any:
    """Returns what a request carries; ValueError for so many values that to say what is wrong with each would hold up others."""
    count, level = 0, [body]
    while level:
        count += len(level)
        if count > MAX_VALUES:
            raise ValueError(f"{MAX_VALUES:,} values are the most")
        inner = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = [value for values in inner for value in values]
    return body


Few = model_validator(mode="before")(few)


class Body(BaseModel):
    """What a request carries; an unknown field, a number as text, or one that is not finite is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
    _few = Few


Name = Annotated[str, Field(max_length=MAX_NAME_LENGTH)]
"""What a model, dataset, picture, style, attribute or class is called."""
Number = Annotated[float, Field(ge=-1e6, le=1e6)]
Asked = Annotated[Name | Number, BeforeValidator(lambda value: str(value) if type(value) is int else value)]
"""A class or a number; 3 may be either, and is not the class "3.0"."""


class LatentRequest(LatentSpec):
    """A latent spec as clients send it."""

    _few = Few
    seed: int = Field(0, ge=0, le=MAX_SEED, strict=True)
    index: int = Field(0, ge=0, le=MAX_INDEX, strict=True)
    truncation: float = Field(1.0, gt=0, le=1, strict=True)
    blend: list[tuple[Seed, Amount]] | None = Field(None, min_length=1, max_length=8)
    directions: dict[Name, Amount] = Field(default_factory=dict, max_length=50)
    condition: dict[Name, Asked] = Field(default_factory=dict, max_length=100)


def warned(found: Sequence[Extrapolation]) -> dict[str, Any]:
    """Returns what a reply says of numbers outside of what a model was trained on: as lines, and as what they are made of."""
    told = [one._asdict() for one in found]
    return {"warnings": [one.pop("text") for one in told], "extrapolated": told}


def encoded(
    state: State,
    pixels: np.ndarray,
    kind: Format,
    provenance: dict[str, Any] | None = None,
    metadata: Metadata | None = None,
) -> str:
    """Returns a picture as base64, with its provenance, where names stand for paths, and the metadata of its author."""
    return b64encode(to_bytes(pixels, f"picture.{kind}", provenance and state.names.of(provenance), metadata)).decode()
