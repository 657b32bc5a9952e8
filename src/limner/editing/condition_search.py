"""The condition that best explains a picture, by coordinate descent.

The combinations of several attributes are too many to try. The search starts from the best of some combinations of the training
set, and then improves one attribute at a time while the others stay as they are, twice over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import torch
from torch import Tensor

from limner.conditions.attribute import Attribute
from limner.model import Model
from limner.networks.conditioning import Condition

NUM_STARTS = 32
"""Combinations of the training set that are tried first."""
DESCENT_ROUNDS = 2
"""Times that each attribute is improved."""
MAX_CLASSES_TRIED, NUM_QUANTILES = 64, 8
"""Classes of a label that are tried, the most frequent ones, and quantiles of a number."""
MAX_ATTRIBUTES_SEARCHED = 64
"""Attributes that are improved; the others keep the values of the best start."""
SEARCH_BATCH = 64
"""Pictures that are generated at a time."""
Distance = Callable[[Tensor, Condition], Tensor]
"""Rows (n,) of pictures and a condition {name: (n, *shape)} for each -> how far the model's picture is from each, (n,)."""


def search_condition(
    model: Model, distance: Distance, n: int, combinations: Condition, given: Collection[str] = ()
) -> Condition:
    """Returns the condition {name: (n, *shape)} under which each of n pictures is nearest; the same each time.

    `combinations` {name: (m, *shape)} are the starts; what is `given` stays as it is there. A condition that has a shape is one
    of the starts' and is not improved alone.
    """
    best = best_start(distance, n, combinations)
    free = [one for one in model.attributes if one.name not in given and not one.shape][:MAX_ATTRIBUTES_SEARCHED]
    values = {one.name: values_to_try(one, model.condition_table[one.name]) for one in free}
    return improved(distance, best, values)


def best_start(distance: Distance, n: int, combinations: Condition) -> Condition:
    """Returns the nearest of different combinations for each of n pictures; one that is empty where there is no condition."""
    if not combinations:
        return {}
    rows = different(combinations)[:NUM_STARTS]
    tries = [{name: values[[row] * n] for name, values in combinations.items()} for row in rows]
    best = torch.tensor(rows)[distances(distance, n, tries).argmin(0).cpu()]
    return {name: values[best.to(values.device)] for name, values in combinations.items()}


def improved(distance: Distance, condition: Condition, values: dict[str, Tensor]) -> Condition:
    """Returns a condition {name: (n, *shape)} after each attribute has taken the nearest of its `values`, twice over."""
    if not values:
        return condition
    n = len(next(iter(condition.values())))
    for _ in range(DESCENT_ROUNDS):
        before = condition
        for name, choices in values.items():
            own = condition[name]
            tried = [own, *(choice.to(own.device).expand(n) for choice in choices)]
            found = distances(distance, n, [{**condition, name: one} for one in tried]).argmin(0)
            condition = {**condition, name: torch.stack(tried)[found, torch.arange(n, device=found.device)]}
        if all(torch.equal(condition[name], before[name]) for name in values):
            break
    return condition


def values_to_try(attribute: Attribute, column: Tensor) -> Tensor:
    """Returns the most frequent classes of a label, or quantiles of a number, of a column (rows,) of the training set."""
    if attribute.kind == "label":
        classes, counts = column.unique(return_counts=True)
        return classes[counts.argsort(descending=True, stable=True)][:MAX_CLASSES_TRIED]
    fractions = (torch.arange(NUM_QUANTILES, dtype=column.dtype) + 0.5) / NUM_QUANTILES
    return column.cpu().quantile(fractions).unique()


def different(condition: Condition) -> list[int]:
    """Returns the first row of each combination of values that occurs; one that is unknown equals another that is."""
    columns = [values.cpu().numpy() for values in condition.values()]
    first: dict[tuple[bytes, ...], int] = {}
    for row in range(len(columns[0])):
        first.setdefault(tuple(column[row].tobytes() for column in columns), row)
    return list(first.values())


def distances(distance: Distance, n: int, tries: Sequence[Condition]) -> Tensor:
    """Returns how far each of n pictures is under each condition that is tried, (tries, n)."""
    return torch.cat([_part(distance, n, part) for part in _parts(tries, max(1, SEARCH_BATCH // n))])


def _part(distance: Distance, n: int, tries: Sequence[Condition]) -> Tensor:
    together = {name: torch.cat([one[name] for one in tries]) for name in tries[0]}
    return distance(torch.arange(n).repeat(len(tries)), together).reshape(len(tries), n)


def _parts(tries: Sequence[Condition], size: int) -> Iterator[Sequence[Condition]]:
    for start in range(0, len(tries), size):
        yield tries[start : start + size]
