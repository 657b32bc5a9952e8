"""From what a person asks for (`label=3`, `season=summer`) to the tensors that a generator takes."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from limner import seeds
from limner.conditions.attribute import Attribute
from limner.conditions.kinds import condition_kind_of
from limner.conditions.values import ConditionRequest, check_names
from limner.errors import ConditionError, quoted


def resolve(
    requested: ConditionRequest,
    attributes: Sequence[Attribute],
    table: Mapping[str, Tensor],
    seed: int,
    indices: Sequence[int],
    optional: bool = False,
) -> dict[str, Tensor]:
    """Returns the condition of pictures `indices` of a seed: {name: (n, *shape)}.

    What is not requested is drawn from `table`, the training set's own combinations, among the rows that have the
    requested labels. None leaves an attribute out, of a model that learned to do without (`optional`). ConditionError for an
    attribute or class that the model does not have.
    """
    check_names(requested, attributes)
    if not attributes:
        return {}
    fixed = {a.name: _values(a, requested[a.name], len(indices), optional) for a in attributes if a.name in requested}
    rows = [_sample_row(fixed, position, attributes, table, seed, index) for position, index in enumerate(indices)]
    return {a.name: fixed.get(a.name, table[a.name][rows]) for a in attributes}


def drawn_labels(
    condition: Mapping[str, Tensor], attributes: Sequence[Attribute], requested: ConditionRequest
) -> dict[str, str]:
    """Returns the classes of the first picture's labels that nobody gave, by name, as a person would ask for them."""
    labels = [one for one in attributes if one.kind == "label" and one.name not in requested]
    return {one.name: condition_kind_of(one).text(one, condition[one.name][0]) for one in labels}


def _sample_row(
    fixed: Mapping[str, Tensor],
    position: int,
    attributes: Sequence[Attribute],
    table: Mapping[str, Tensor],
    seed: int,
    index: int,
) -> int:
    matches = None
    for attribute in attributes:
        if attribute.kind == "label" and attribute.name in fixed:
            same = table[attribute.name] == fixed[attribute.name][position]
            matches = same if matches is None else matches & same
    rows = (
        torch.arange(len(next(iter(table.values()))))
        if matches is None or not matches.any()
        else matches.nonzero()[:, 0]
    )
    chosen = torch.randint(len(rows), (1,), generator=seeds.generator("condition", seed, index))
    return int(rows[chosen])


def _values(attribute: Attribute, requested: Any, n: int, optional: bool) -> Tensor:
    one_each = isinstance(requested, list | tuple) or (
        isinstance(requested, Tensor) and requested.ndim > len(attribute.shape)
    )
    listed = list(requested) if one_each else [requested] * n
    if len(listed) != n:
        raise ConditionError(f"condition {quoted(attribute.name)}: {len(listed)} values for {n} pictures.")
    return torch.stack([_value(attribute, value, optional) for value in listed])


def _value(attribute: Attribute, value: Any, optional: bool) -> Tensor:
    if value is None and optional:
        return condition_kind_of(attribute).null_value(attribute)
    return condition_kind_of(attribute).parse(attribute, value)
