"""What may be asked of attributes: classes and numbers are checked without PyTorch, so that a wrong one is reported at once."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from limner.conditions.attribute import Attribute, as_number
from limner.conditions.commas import typed_number
from limner.errors import ConditionError, quoted, suggestion

MAX_CLASSES_LISTED = 20
"""Classes that a line names one by one."""
ConditionRequest = Mapping[str, Any]
"""Attribute name -> class name, class index, number or another kind's value; or a list of them, one a picture."""


def can_be_asked(attribute: Attribute) -> bool:
    """Whether a generator can be trained for an attribute."""
    if attribute.kind in PARSERS or attribute.kind == "caption":
        return attribute.kind in PARSERS
    from limner.conditions.kinds import CONDITION_KINDS  # where a new kind stands

    return attribute.kind in CONDITION_KINDS


def check_names(requested: ConditionRequest, attributes: Sequence[Attribute]) -> None:
    """Raises ConditionError for an attribute that a model does not have."""
    names = [attribute.name for attribute in attributes]
    for name in requested:
        if name not in names:
            hint = suggestion(name, names) if names else "this model was trained without conditions."
            raise ConditionError(f"the model has no condition '{quoted(name)}'; {hint}")


def check_values(requested: ConditionRequest, attributes: Sequence[Attribute]) -> None:
    """Raises ConditionError for an attribute, a class or a number, one for all pictures, that a model cannot be asked for.

    ConditionRequest of other kinds are checked where they become tensors (`limner.conditions.resolve`).
    """
    check_names(requested, attributes)
    for attribute in attributes:
        if attribute.name in requested and attribute.kind in PARSERS:
            PARSERS[attribute.kind](attribute, requested[attribute.name])


def class_index(attribute: Attribute, value: Any) -> int:
    """Returns the index of the class that a person asks for; ConditionError where there is none of that name."""
    if isinstance(value, bool):  # classes that are called true and false, as YAML, Python or a table writes them
        named = [name for name in attribute.classes if name.lower() == str(value).lower()]
        value = named[0] if len(named) == 1 else value
    if value is None or isinstance(value, bool | dict | list | tuple):
        raise ConditionError(f"condition {quoted(attribute.name)}: {quoted(value)} is the name of no class.")
    text = str(value)
    if text in attribute.classes:
        return attribute.classes.index(text)
    count = len(attribute.classes)
    # a number stands for a place among classes only where it can be mistaken for no class: those are called by words
    numbered = any(as_number(name) is not None for name in attribute.classes)
    if not numbered and text.isascii() and text.isdigit() and len(text) < 10 and int(text) < count:
        return int(text)
    hint = f"it has {count} classes."
    if count <= MAX_CLASSES_LISTED:  # of numbers, the one that looks nearest is none that could be meant
        hint = (
            f"choose from: {', '.join(attribute.classes)}." if numbered else suggestion(text, list(attribute.classes))
        )
    raise ConditionError(f"condition {quoted(attribute.name)}: there is no class '{quoted(text)}'; {hint}")


def asked_number(attribute: Attribute, value: Any) -> float:
    """Returns the number that a person asks for, in the attribute's own unit; ConditionError for what is none."""
    number = typed_number(value)
    if number is None:
        hint = "; write it without a comma" if "," in str(value) else ""
        raise ConditionError(
            f"condition {quoted(attribute.name)}: '{quoted(value)}' is not a number that can be asked for{hint}."
        )
    return number


PARSERS = {"label": class_index, "number": asked_number}
"""By the kind of attribute: from what a person asks for to the index of a class, or a number."""


class Extrapolation(NamedTuple):
    """A number that is asked for outside of its range in the training pictures, or in the units of a causal model."""

    name: str
    asked: str
    minimum: float
    maximum: float
    text: str


def extrapolations(requested: ConditionRequest, attributes: Sequence[Attribute]) -> list[Extrapolation]:
    """Returns each number that is asked for outside of its attribute's range in the training pictures."""
    found = []
    for attribute in attributes:
        asked = requested.get(attribute.name)
        if attribute.kind != "number" or not attribute.minimum < attribute.maximum:
            continue
        for value in asked if isinstance(asked, list | tuple) else [asked]:
            if (number := typed_number(value)) is not None:
                found += extrapolation(
                    attribute.name, value, number, (attribute.minimum, attribute.maximum), "pictures"
                )
    return list(dict.fromkeys(found))


def extrapolation(name: str, asked: Any, number: float, seen: tuple[float, float], what: str) -> list[Extrapolation]:
    """Returns what there is to say of a number outside of what was seen in training: one thing, or nothing."""
    low, high = seen
    if low <= number <= high:
        return []
    near = low if number < low else high
    text = (
        f"{quoted(name)} = {quoted(asked)}: the training {what} have {low:.4g} to {high:.4g}; the picture is extrapolated beyond "
        f"{near:.4g}."
    )
    return [Extrapolation(name, quoted(asked), low, high, text)]


def extrapolation_warnings(requested: ConditionRequest, attributes: Sequence[Attribute]) -> list[str]:
    """Returns a line for each number that is asked for outside of its attribute's range in the training pictures."""
    return [one.text for one in extrapolations(requested, attributes)]
