"""What the commas within numbers are, in a table or in what a person asks for: decimal points, or separators of thousands.

A value says it where it can be read in one way alone: 0,844 and 1,25 and 1234,567 have decimals; 1,234,567 and 1,250.5 have
thousands. Values such as 1,250 can be both: they follow the rest of their column, then the other columns of their table, then
the separator of its cells. Where nothing says it, the commas are a guess: see `guess`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from limner.conditions.attribute import as_number

Commas = Literal["decimal", "thousands"]
_DECIMAL = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d*),\d+(?:[eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")
_POINT = re.compile(r"[+-]?\d*\.\d+")
MAX_WITHOUT_SEPARATOR = 999
"""The largest number that is written without a separator of thousands."""


class Reading(NamedTuple):
    """What the commas of a column are, and whether that is a guess."""

    commas: Commas
    guessed: bool = False


def readings(columns: Mapping[str, Sequence[Any]], semicolons: bool = False) -> dict[str, Reading]:
    """Returns how the commas of each column that has some in numbers are read; `semicolons` separate the cells of the table."""
    texts = {name: [value.strip() for value in values if isinstance(value, str)] for name, values in columns.items()}
    said = {name: _said(values) for name, values in texts.items()}
    known = set(said.values()) - {None}
    shared = known.pop() if len(known) == 1 else "decimal" if semicolons else None
    found = {}
    for name, values in texts.items():
        if commas := said[name] or (shared if _both(values) else None):
            found[name] = Reading(commas)
        elif _both(values):
            found[name] = Reading(guess(columns[name]), guessed=True)
    return found


def guess(values: Iterable[Any]) -> Commas:
    """Returns what commas are of which nothing says it: thousands in a column with whole numbers below 1,000, which need none."""
    numbers = (as_number(value) for value in values)
    below = any(
        number is not None and number.is_integer() and 0 < abs(number) <= MAX_WITHOUT_SEPARATOR for number in numbers
    )
    return "thousands" if below else "decimal"


def number_of(value: Any, commas: Commas | None) -> float | None:
    """Returns a value as a number, or None where it is none; its commas are as said."""
    if not isinstance(value, str) or "," not in value or commas is None:
        return as_number(value)
    text = value.strip()
    if commas == "thousands":
        return as_number(text.replace(",", "")) if _THOUSANDS.fullmatch(text) else None
    return as_number(text.replace(".", "").replace(",", ".")) if _DECIMAL.fullmatch(text) else None


def typed_number(value: Any) -> float | None:
    """Returns what a person typed as a number, with a decimal point or comma; None where it is none, or may be thousands."""
    thousands = isinstance(value, str) and _THOUSANDS.fullmatch(value.strip())
    return number_of(value, None if thousands else "decimal")


def _said(values: Sequence[str]) -> Commas | None:
    """Returns what the values say that can be read in one way alone; of both, what more of them say."""
    decimal = sum(1 for value in values if _DECIMAL.fullmatch(value) and not _THOUSANDS.fullmatch(value))
    thousands = sum(
        1 for value in values if "," in value and _THOUSANDS.fullmatch(value) and not _DECIMAL.fullmatch(value)
    )
    if not decimal and _both(values) and any(_POINT.fullmatch(value) for value in values):
        return "thousands"  # its decimals have points
    return None if not decimal and not thousands else "decimal" if decimal >= thousands else "thousands"


def _both(values: Sequence[str]) -> bool:
    return any(_DECIMAL.fullmatch(value) and _THOUSANDS.fullmatch(value) for value in values)
