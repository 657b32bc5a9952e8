"""What one attribute of pictures is: a label, a number, a caption, or a value of another kind that is a tensor."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from limner.config import Section

MISSING_CLASS = "(missing)"
"""What the class of pictures without a label is called, unless a class has that name."""
MAX_ATTRIBUTES, MAX_CLASSES, MAX_NAME_LENGTH = 10_000, 100_000, 10_000
"""Attributes of a dataset, classes of a label, and characters of the name of either."""
MAX_VALUES = 2**24
"""Numbers in one value that is a tensor."""
MAX_NUMBER = 3.4e38
"""The greatest number that pictures can be conditioned on, which single precision holds."""
NOT_TENSORS = ("label", "number", "caption")
"""Kinds whose values are single ones, without a shape; all others are tensors."""
Name = Annotated[str, Field(max_length=MAX_NAME_LENGTH)]


class Attribute(Section):
    """One column of the attribute table: a label (one of `classes`), a number, a caption (free text), or tensors of one `shape`."""

    name: Name
    kind: str = Field(pattern="^[a-z]+$", max_length=100)
    """label, number, caption, or a name in `limner.conditions.kinds.CONDITION_KINDS`."""
    classes: tuple[Name, ...] = Field((), max_length=MAX_CLASSES)
    missing: str | None = None
    """The class of the pictures whose label is missing, where there are such; a class may well be called "(missing)"."""
    minimum: float = 0.0
    maximum: float = 0.0
    mean: float = 0.0
    std: float = Field(1.0, ge=0)
    shape: tuple[Annotated[int, Field(ge=1)], ...] = Field((), max_length=8)
    """Of one value, for all kinds but labels, numbers and captions."""

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

    @model_validator(mode="after")
    def _tensors_have_a_shape(self) -> Self:
        if bool(self.shape) == (self.kind in NOT_TENSORS):
            raise ValueError(f"a {self.kind} {'has no' if self.shape else 'needs a'} shape")
        if self.size > MAX_VALUES:
            raise ValueError(f"a {self.kind} of {self.size:,} numbers; at most {MAX_VALUES:,}")
        return self

    @property
    def size(self) -> int:
        """Numbers in one value."""
        count = 1
        for side in self.shape:
            count *= side
        return count


def as_number(value: Any) -> float | None:
    """Returns a raw value as a float of at most `MAX_NUMBER`, or None when it is none."""
    if isinstance(value, bool) or (isinstance(value, str) and "_" in value):  # to Python, 12_1 is 121
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) <= MAX_NUMBER else None
