"""Columns as people bring them: decimal commas, R's NA, a few values that are no numbers, and kinds that a person names."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

from limner.conditions.attribute import as_number
from limner.data.attributes import MOST_NUMBERS_AS_CLASSES, AttributeKind, is_missing
from limner.errors import UsageError, nearest, shown

NOT_AVAILABLE = ("na", "n/a", "null", "none", "nil", "-", "?", ".")
"""What stands for a missing value among numbers; among words it is a word."""
MOST_EXCEPTIONS = 0.1
"""Share of the values of a column of numbers that may be none, and then count as missing."""
LEFT_OUT = "none"
KINDS = (*get_args(AttributeKind), LEFT_OUT)
_COMMA = re.compile(r"[+-]?\d+,(\d+)")


class Cleaned(NamedTuple):
    """Columns with numbers where numbers are meant, the kinds that were named, and a line for each guess."""

    columns: dict[str, list]
    kinds: dict[str, AttributeKind]
    notes: list[str]


def parse_kinds(texts: Sequence[str]) -> dict[str, str]:
    """Returns `["size=number"]` as {"size": "number"}; UsageError for a kind that there is not."""
    found = {}
    for text in texts:
        name, equals, kind = text.rpartition("=")
        if not equals or not name.strip():
            raise UsageError(f"--column {shown(text)}: write it as NAME=KIND, with a kind of {', '.join(KINDS)}.")
        if kind.strip() not in KINDS:
            raise UsageError(f"--column {shown(text)}: {nearest(kind.strip(), list(KINDS))}")
        found[name.strip()] = kind.strip()
    return found


def clean(columns: Mapping[str, list], named: Mapping[str, str]) -> Cleaned:
    """Returns columns as their values were meant; UsageError for a named one that there is not, or that holds no number."""
    for name in named:
        if name not in columns:
            hint = nearest(name, list(columns)) if columns else "there are no columns."
            raise UsageError(f"--column {shown(name)}: there is no such column; {hint}")
    found: dict[str, list] = {}
    notes: list[str] = []
    for name, values in columns.items():
        kind = named.get(name)
        if kind == LEFT_OUT:
            continue
        if kind in ("label", "caption"):
            found[name] = [value if is_missing(value) else _text(value) for value in values]
            continue
        numbers = _numbers(values)
        if kind == "number" and not any(number is not None for number in numbers):
            raise UsageError(f"--column {shown(name)}=number: none of its values is a number.")
        found[name], lines = _cleaned(name, values, numbers, kind == "number")
        notes += lines
    chosen: dict[str, Any] = {name: kind for name, kind in named.items() if kind != LEFT_OUT}
    return Cleaned(found, chosen, notes)


def _cleaned(name: str, values: list, numbers: list[float | None], is_number: bool) -> tuple[list, list[str]]:
    """Returns a column with its numbers, and what was guessed of it."""
    present = [at for at, value in enumerate(values) if not is_missing(value)]
    words = [at for at in present if numbers[at] is None and not _is_not_available(values[at])]
    available = [at for at in present if numbers[at] is not None]
    if not available or (len(words) > MOST_EXCEPTIONS * (len(words) + len(available)) and not is_number):
        return values, []
    distinct = {numbers[at] for at in available}
    like_classes = len(distinct) <= MOST_NUMBERS_AS_CLASSES and all(
        float(one).is_integer() for one in distinct if one is not None
    )
    if words and like_classes and not is_number:  # classes, some of which are called by words
        return values, []
    lost = Counter(_text(values[at]) for at in present if numbers[at] is None)
    commas = any(isinstance(values[at], str) and "," in values[at] for at in available)
    notes = (
        [f"{shown(name)}: commas are read as decimal points; --column {shown(name)}=label takes them as words"]
        if commas
        else []
    )
    if lost:
        count, some = sum(lost.values()), ", ".join(f"'{shown(text)}'" for text, _ in lost.most_common(3))
        notes.append(
            f"{shown(name)}: {count:,} of {len(present):,} values are no numbers and count as missing ({some}); "
            f"--column {shown(name)}=label takes them as words"
        )
    if not notes:
        return values, []
    return [numbers[at] if not is_missing(value) else None for at, value in enumerate(values)], notes


def _numbers(values: Sequence[Any]) -> list[float | None]:
    """Returns each value as a number, or None; commas are decimal where one is followed by other than three digits."""
    after = [match[1] for value in values if isinstance(value, str) and (match := _COMMA.fullmatch(value.strip()))]
    decimal = any(len(digits) != 3 for digits in after)
    return [as_number(value.replace(",", ".") if decimal and isinstance(value, str) else value) for value in values]


def _is_not_available(value: Any) -> bool:
    return isinstance(value, str) and value.strip().lower() in NOT_AVAILABLE


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).strip()
