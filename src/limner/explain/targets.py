"""What can be scored of pictures, by name: read without PyTorch, so that a wrong name is reported at once."""

from collections.abc import Sequence
from typing import NamedTuple

from limner.conditions.attribute import Attribute
from limner.conditions.values import class_index
from limner.errors import UsageError, quoted, suggestion

OF_ANY_PICTURE = ("brightness", "contrast", "colourfulness", "warmth", "size")
"""The names of `limner.explain.scorers.SCORERS`."""
LEAST = 40
"""Pictures that are needed, so that halves of them are enough."""


def check_count(n: int) -> None:
    """Raises UsageError for fewer pictures than directions can be found in."""
    if n < LEAST:
        raise UsageError(f"--n {n}: at least {LEAST} pictures are needed.")


def check_counts(n: int, top: int) -> None:
    """Raises UsageError for fewer pictures, or channels, than a dissection needs."""
    if n < LEAST or top < 1:
        raise UsageError(f"--n {n} --top {top}: at least {LEAST} pictures and 1 channel are needed.")


class Target(NamedTuple):
    """A number, or one class of a label, whose probability is meant."""

    attribute: Attribute
    class_index: int | None = None

    @property
    def text(self) -> str:
        """NAME, or NAME=CLASS."""
        name, index = self.attribute.name, self.class_index
        return name if index is None else f"{name}={self.attribute.classes[index]}"


def target_among(attributes: Sequence[Attribute], text: str, where: str) -> Target:
    """Returns what NAME, or NAME=CLASS, means among the attributes of a dataset at `where`.

    UsageError or ConditionError for anything else.
    """
    name, equals, class_name = (part.strip() for part in text.partition("="))
    usable = {one.name: one for one in attributes if one.kind in ("label", "number")}
    if name not in usable:
        hint = suggestion(name, list(usable)) if usable else "it has none."
        raise UsageError(f"{where} has no label or number '{quoted(name)}'; {hint}")
    attribute = usable[name]
    if attribute.kind == "number":
        if equals:
            raise UsageError(f"{quoted(name)} is a number, which has no classes: ask for {quoted(name)} alone.")
        return Target(attribute)
    if not equals:
        raise UsageError(
            f"{quoted(name)} is a label: ask for one class of it, as {quoted(name)}={quoted(attribute.classes[0])}."
        )
    return Target(attribute, class_index(attribute, class_name))
