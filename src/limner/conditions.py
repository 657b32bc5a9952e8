"""From what a person asks for (`label=3`, `season=summer`) to the tensors that a generator takes."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from limner import seeds
from limner.data.attributes import as_number
from limner.data.schema import Attribute
from limner.errors import ConditionError, nearest, shown

Values = Mapping[str, Any]
"""Attribute name -> class name, class index or number; or a list of them, one a picture."""


def parse_condition(texts: Sequence[str], option: str = "--condition") -> dict[str, str]:
    """Returns `["label=3"]` as `{"label": "3"}`; ConditionError, which names the option, for anything else."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise ConditionError(f"{option} {shown(text)}: write it as name=value.")
        if name.strip() in found:
            raise ConditionError(f"{option} {shown(text)}: {shown(name.strip())} is asked for twice.")
        found[name.strip()] = value.strip()
    return found


def resolve(
    given: Values, attributes: Sequence[Attribute], table: Mapping[str, Tensor], seed: int, indices: Sequence[int]
) -> dict[str, Tensor]:
    """Returns the condition of pictures `indices` of a seed: {name: (n,)}.

    What is not given is drawn from `table`, the training set's own combinations, among the rows that have the
    given labels. ConditionError for an attribute or class that the model does not have.
    """
    names = [a.name for a in attributes]
    for name in given:
        if name not in names:
            hint = nearest(name, names) if names else "this model was trained without conditions."
            raise ConditionError(f"the model has no condition '{shown(name)}'; {hint}")
    if not attributes:
        return {}
    fixed = {a.name: _values(a, given[a.name], len(indices)) for a in attributes if a.name in given}
    rows = [_row(fixed, position, attributes, table, seed, index) for position, index in enumerate(indices)]
    return {a.name: fixed.get(a.name, table[a.name][rows]) for a in attributes}


def _row(
    fixed: Mapping[str, Tensor],
    position: int,
    attributes: Sequence[Attribute],
    table: Mapping[str, Tensor],
    seed: int,
    index: int,
) -> int:
    fits = None
    for attribute in attributes:
        if attribute.kind == "label" and attribute.name in fixed:
            same = table[attribute.name] == fixed[attribute.name][position]
            fits = same if fits is None else fits & same
    rows = torch.arange(len(next(iter(table.values())))) if fits is None or not fits.any() else fits.nonzero()[:, 0]
    chosen = torch.randint(len(rows), (1,), generator=seeds.generator("condition", seed, index))
    return int(rows[chosen])


def _values(attribute: Attribute, given: Any, n: int) -> Tensor:
    listed = list(given) if isinstance(given, list | tuple | Tensor) else [given] * n
    if len(listed) != n:
        raise ConditionError(f"condition {shown(attribute.name)}: {len(listed)} values for {n} pictures.")
    if attribute.kind == "label":
        return torch.tensor([_class_index(attribute, value) for value in listed])
    return torch.tensor([_number(attribute, value) for value in listed], dtype=torch.float32)


def _class_index(attribute: Attribute, value: Any) -> int:
    if isinstance(value, Tensor):  # an index already; a class may be called by a digit that is not its index
        if value.dtype.is_floating_point or not 0 <= int(value) < len(attribute.classes):
            raise ConditionError(f"condition {shown(attribute.name)}: {value.item()} is the index of no class.")
        return int(value)
    if value is None or isinstance(value, bool | dict | list | tuple):
        raise ConditionError(f"condition {shown(attribute.name)}: {shown(value)} is the name of no class.")
    text = str(value)
    if text in attribute.classes:
        return attribute.classes.index(text)
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) < len(attribute.classes):
        return int(text)
    count = len(attribute.classes)
    hint = nearest(text, list(attribute.classes)) if count <= 20 else f"it has {count} classes."
    raise ConditionError(f"condition {shown(attribute.name)}: there is no class '{shown(text)}'; {hint}")


def _number(attribute: Attribute, value: Any) -> float:
    number = as_number(value.item() if isinstance(value, Tensor) and value.ndim == 0 else value)
    if number is None:
        raise ConditionError(
            f"condition {shown(attribute.name)}: '{shown(value)}' is not a number that can be asked for."
        )
    return number
