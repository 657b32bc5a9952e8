"""The base of every section of a recipe, typed, frozen and strict about keys; and what of a recipe can be searched."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of a recipe; an unknown key or a value out of range raises pydantic's ValidationError."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Range(Section):
    """Numbers from `low` to `high`; `log`: drawn evenly over orders of magnitude."""

    low: float
    high: float
    log: bool = False


Choices = tuple[int | float | str, ...]
Space = dict[str, Range | Choices]
"""Key of a recipe, as `--set` takes it -> a range, or the values to choose from."""
