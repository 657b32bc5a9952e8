"""The base of every section of a recipe: typed, frozen, and strict about keys."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of a recipe; an unknown key or a value out of range raises pydantic's ValidationError."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
