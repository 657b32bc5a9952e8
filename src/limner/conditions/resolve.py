"""From what a person asks for (`label=3`, `season=summer`) to the tensors that a generator takes."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from limner import seeds
from limner.conditions.attribute import Attribute
from limner.conditions.commas import typed_number
from limner.conditions.kinds import kind_of
from limner.errors import ConditionError, nearest, shown

Values = Mapping[str, Any]
"""Attribute name -> class name, class index, number or another kind's value; or a list of them, one a picture."""


def resolve(
    given: Values,
    attributes: Sequence[Attribute],
    table: Mapping[str, Tensor],
    seed: int,
    indices: Sequence[int],
    optional: bool = False,
) -> dict[str, Tensor]:
    """Returns the condition of pictures `indices` of a seed: {name: (n, *shape)}.

    What is not given is drawn from `table`, the training set's own combinations, among the rows that have the
    given labels. None leaves an attribute out, of a model that learned to do without (`optional`). ConditionError for an
    attribute or class that the model does not have.
    """
    names = [a.name for a in attributes]
    for name in given:
        if name not in names:
            hint = nearest(name, names) if names else "this model was trained without conditions."
            raise ConditionError(f"the model has no condition '{shown(name)}'; {hint}")
    if not attributes:
        return {}
    fixed = {a.name: _values(a, given[a.name], len(indices), optional) for a in attributes if a.name in given}
    rows = [_row(fixed, position, attributes, table, seed, index) for position, index in enumerate(indices)]
    return {a.name: fixed.get(a.name, table[a.name][rows]) for a in attributes}


def drawn_labels(condition: Mapping[str, Tensor], attributes: Sequence[Attribute], given: Values) -> dict[str, str]:
    """Returns the classes of the first picture's labels that nobody gave, by name, as a person would ask for them."""
    labels = [one for one in attributes if one.kind == "label" and one.name not in given]
    return {one.name: kind_of(one).text(one, condition[one.name][0]) for one in labels}


def beyond_seen(given: Values, attributes: Sequence[Attribute]) -> list[str]:
    """Returns a line for each number that is asked for outside of its attribute's range in the training pictures."""
    lines = []
    for attribute in attributes:
        asked = given.get(attribute.name)
        if attribute.kind != "number" or not attribute.minimum < attribute.maximum:
            continue
        for value in asked if isinstance(asked, list | tuple) else [asked]:
            if (number := typed_number(value)) is not None:
                lines += beyond(attribute.name, value, number, (attribute.minimum, attribute.maximum), "pictures")
    return list(dict.fromkeys(lines))


def beyond(name: str, asked: Any, number: float, seen: tuple[float, float], what: str) -> list[str]:
    """Returns the line about a number outside of what was seen in training, if it is."""
    low, high = seen
    if low <= number <= high:
        return []
    near = low if number < low else high
    return [
        f"{shown(name)} = {shown(asked)}: the training {what} have {low:.4g} to {high:.4g}; the picture is extrapolated beyond "
        f"{near:.4g}."
    ]


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


def _values(attribute: Attribute, given: Any, n: int, optional: bool) -> Tensor:
    one_each = isinstance(given, list | tuple) or (isinstance(given, Tensor) and given.ndim > len(attribute.shape))
    listed = list(given) if one_each else [given] * n
    if len(listed) != n:
        raise ConditionError(f"condition {shown(attribute.name)}: {len(listed)} values for {n} pictures.")
    return torch.stack([_value(attribute, value, optional) for value in listed])


def _value(attribute: Attribute, value: Any, optional: bool) -> Tensor:
    if value is None and optional:
        return kind_of(attribute).unknown(attribute)
    return kind_of(attribute).parse(attribute, value)
