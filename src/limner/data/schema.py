"""What a dataset's pictures and attributes look like; the part of the data that recipes, networks and models know."""

from typing import Literal, Self

from pydantic import Field, model_validator

from limner.conditions.attribute import MAX_ATTRIBUTES, Attribute
from limner.config import Section
from limner.pictures.shape import MAX_SIDE, MIN_SIDE

COLOURS = {1: "grey", 3: "colour", 4: "colour with transparency"}
"""What the channels of a picture are, by their number."""


class Schema(Section):
    """The shape of every picture and the attributes that go with it; `label` names the main label, if there is one."""

    height: int = Field(ge=MIN_SIDE, le=MAX_SIDE)
    width: int = Field(ge=MIN_SIDE, le=MAX_SIDE)
    channels: Literal[1, 3, 4]
    attributes: tuple[Attribute, ...] = Field((), max_length=MAX_ATTRIBUTES)
    label: str | None = None

    @model_validator(mode="after")
    def _names_are_those_of_attributes(self) -> Self:
        names = [attribute.name for attribute in self.attributes]
        if len(set(names)) < len(names):
            raise ValueError("two attributes have the same name")
        if self.label is not None and self.label not in [a.name for a in self.attributes if a.kind == "label"]:
            raise ValueError("the main label is none of the labels")
        return self

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width: the shape of a picture as networks see it."""
        return self.channels, self.height, self.width

    @property
    def colours(self) -> str:
        """What the channels are, in words."""
        return COLOURS[self.channels]

    def attribute(self, name: str) -> Attribute:
        """Returns the attribute of that name; KeyError when there is none."""
        for attribute in self.attributes:
            if attribute.name == name:
                return attribute
        raise KeyError(name)
