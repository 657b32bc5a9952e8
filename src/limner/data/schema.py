"""What a dataset's pictures and attributes look like; the part of the data that recipes, networks and models know."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from limner.config import Section
from limner.pictures.shape import LARGEST, SMALLEST

MISSING_CLASS = "(missing)"
MOST_ATTRIBUTES, MOST_CLASSES, LONGEST_NAME = 10_000, 100_000, 10_000
Name = Annotated[str, Field(max_length=LONGEST_NAME)]


class Attribute(Section):
    """One column of the attribute table: a label (one of `classes`), a number, or a caption (free text)."""

    name: Name
    kind: Literal["label", "number", "caption"]
    classes: tuple[Name, ...] = Field((), max_length=MOST_CLASSES)
    missing: str | None = None
    """The class of the pictures whose label is missing, where there are such; a class may well be called "(missing)"."""
    minimum: float = 0.0
    maximum: float = 0.0
    mean: float = 0.0
    std: float = Field(1.0, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _older_files_know_the_missing_by_their_name(cls, fields: Any) -> Any:
        if isinstance(fields, dict) and "missing" not in fields:
            classes = fields.get("classes")
            if isinstance(classes, list | tuple) and MISSING_CLASS in classes:
                return fields | {"missing": MISSING_CLASS}
        return fields

    @model_validator(mode="after")
    def _classes_are_those_of_a_label(self) -> Self:
        if bool(self.classes) != (self.kind == "label"):
            raise ValueError(f"a {self.kind} {'has no' if self.classes else 'needs'} classes")
        if len(set(self.classes)) < len(self.classes) or self.missing not in (None, *self.classes):
            raise ValueError("a class comes twice, or that of the missing ones is none of them")
        return self


class Schema(Section):
    """The shape of every picture and the attributes that go with it; `label` names the main label, if there is one."""

    height: int = Field(ge=SMALLEST, le=LARGEST)
    width: int = Field(ge=SMALLEST, le=LARGEST)
    channels: Literal[1, 3, 4]
    attributes: tuple[Attribute, ...] = Field((), max_length=MOST_ATTRIBUTES)
    label: str | None = None

    @model_validator(mode="after")
    def _names_are_those_of_attributes(self) -> Self:
        names = [attribute.name for attribute in self.attributes]
        if len(set(names)) < len(names):
            raise ValueError("two attributes have the same name")
        if self.label is not None and self.label not in [a.name for a in self.attributes if a.kind == "label"]:
            raise ValueError("the main label is none of the labels")
        return self

    def attribute(self, name: str) -> Attribute:
        """Returns the attribute of that name; KeyError when there is none."""
        for attribute in self.attributes:
            if attribute.name == name:
                return attribute
        raise KeyError(name)
