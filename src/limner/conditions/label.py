"""A label as a condition: one of some classes, as the index of its class."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from limner.conditions.attribute import Attribute, as_number
from limner.conditions.kind import ConditionKind
from limner.errors import ConditionError, quoted, suggestion

NULL_INDEX = -1
"""The index that stands for no class."""
MAX_CLASSES_LISTED = 20
"""Classes that a line names one by one."""


class Label(ConditionKind):
    """int64 (), the index of a class; -1 is the null value."""

    dtype = torch.int64

    def column(self, attribute: Attribute, values: Sequence[Any]) -> Tensor:
        index = {name: position for position, name in enumerate(attribute.classes)}
        return torch.tensor([index[name] for name in values], dtype=self.dtype)

    def parse(self, attribute: Attribute, value: Any) -> Tensor:
        return torch.tensor(_class_index(attribute, value))

    def null_value(self, attribute: Attribute) -> Tensor:
        return torch.tensor(NULL_INDEX)

    def fault(self, attribute: Attribute, values: Tensor) -> str | None:
        known = (values >= 0) & (values < len(attribute.classes))
        return None if bool(known.all()) else "holds classes that there are not"

    def text(self, attribute: Attribute, value: Tensor) -> str:
        return attribute.classes[int(value)]

    def describe(self, attribute: Attribute) -> str:
        named, more = ", ".join(attribute.classes[:MAX_CLASSES_LISTED]), len(attribute.classes) - MAX_CLASSES_LISTED
        return named if more <= 0 else f"{named} and {more} more"

    def encoder(self, attribute: Attribute, features: int, std: float) -> nn.Module:
        return LabelEncoder(len(attribute.classes), features, std)


class LabelEncoder(nn.Module):
    """Class indices int64 (B,) -> a learned vector each, (B, features); zeros where the index is -1."""

    def __init__(self, classes: int, features: int, std: float) -> None:
        super().__init__()
        self.vectors = nn.Embedding(classes, features)
        nn.init.normal_(self.vectors.weight, std=std)

    def forward(self, values: Tensor) -> Tensor:
        vectors: Tensor = self.vectors(values.clamp_min(0))
        return vectors * (values >= 0)[:, None]


def _class_index(attribute: Attribute, value: Any) -> int:
    if isinstance(value, Tensor):  # an index already; a class may be called by a digit that is not its index
        if value.dtype.is_floating_point or not 0 <= int(value) < len(attribute.classes):
            raise ConditionError(f"condition {quoted(attribute.name)}: {value.item()} is the index of no class.")
        return int(value)
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
