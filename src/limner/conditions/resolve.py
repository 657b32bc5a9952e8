"""From what a person asks for (`label=3`, `season=summer`) to the tensors that a generator takes."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from limner import seeds
from limner.conditions.attribute import Attribute
from limner.conditions.kinds import kind_of
from limner.conditions.values import Values, check_names
from limner.errors import ConditionError, shown


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
    check_names(given, attributes)
    if not attributes:
        return {}
    fixed = {a.name: _values(a, given[a.name], len(indices), optional) for a in attributes if a.name in given}
    rows = [_row(fixed, position, attributes, table, seed, index) for position, index in enumerate(indices)]
    return {a.name: fixed.get(a.name, table[a.name][rows]) for a in attributes}


def drawn_labels(condition: Mapping[str, Tensor], attributes: Sequence[Attribute], given: Values) -> dict[str, str]:
    """Returns the classes of the first picture's labels that nobody gave, by name, as a person would ask for them."""
    labels = [one for one in attributes if one.kind == "label" and one.name not in given]
    return {one.name: kind_of(one).text(one, condition[one.name][0]) for one in labels}


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
