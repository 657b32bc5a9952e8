"""What a dataset's pictures and attributes look like; the part of the data that recipes, networks and models know."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Attribute(BaseModel):
    """One column of the attribute table: a label (one of `classes`), a number, or a caption (free text)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kind: Literal["label", "number", "caption"]
    classes: tuple[str, ...] = ()
    minimum: float = 0.0
    maximum: float = 0.0
    mean: float = 0.0
    std: float = 1.0


class Schema(BaseModel):
    """The shape of every picture and the attributes that go with it; `label` names the main label, if there is one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    height: int = Field(ge=8)
    width: int = Field(ge=8)
    channels: Literal[1, 3]
    attributes: tuple[Attribute, ...] = ()
    label: str | None = None

    def attribute(self, name: str) -> Attribute:
        """Returns the attribute of that name; KeyError when there is none."""
        return next(attribute for attribute in self.attributes if attribute.name == name)
