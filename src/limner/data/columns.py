"""Columns as people bring them: decimal commas, R's NA, a few values that are no numbers, and kinds that a person names."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

from limner.conditions.commas import Commas, Reading, number_of, readings
from limner.data.attributes import MAX_NUMERIC_CLASSES, AttributeKind, is_missing
from limner.data.number_texts import written_plainly
from limner.errors import UsageError, quoted, suggestion

NOT_AVAILABLE = ("na", "n/a", "null", "none", "nil", "-", "?", ".")
"""What stands for a missing value among numbers; among words it is a word."""
MAX_EXCEPTIONS_FRACTION = 0.1
"""Share of the values of a column of numbers that may be none, and then count as missing."""
NO_ATTRIBUTE = "none"
COMMAS: dict[str, Commas] = {"decimal-comma": "decimal", "thousands-comma": "thousands"}
"""Kinds of column that are numbers, and say what their commas are."""
COLUMN_KINDS = (*get_args(AttributeKind), *COMMAS, NO_ATTRIBUTE)


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
            raise UsageError(
                f"--column {quoted(text)}: write it as NAME=KIND, with a kind of {', '.join(COLUMN_KINDS)}."
            )
        if kind.strip() not in COLUMN_KINDS:
            raise UsageError(f"--column {quoted(text)}: {suggestion(kind.strip(), list(COLUMN_KINDS))}")
        found[name.strip()] = kind.strip()
    return found


def clean(columns: Mapping[str, list], named: Mapping[str, str], semicolons: bool = False) -> Cleaned:
    """Returns columns as their values were meant; UsageError for a named one that there is not, or that holds no number.

    `semicolons` separate the cells of the table that the columns are of.
    """
    for name in named:
        if name not in columns:
            hint = suggestion(name, list(columns)) if columns else "there are no columns."
            raise UsageError(f"--column {quoted(name)}: there is no such column; {hint}")
    columns, notes = written_plainly(columns, named)
    commas = readings(columns, semicolons) | {
        name: Reading(COMMAS[kind]) for name, kind in named.items() if kind in COMMAS
    }
    chosen: dict[str, Any] = {
        name: "number" if kind in COMMAS else kind for name, kind in named.items() if kind != NO_ATTRIBUTE
    }
    found: dict[str, list] = {}
    for name, values in columns.items():
        if named.get(name) == NO_ATTRIBUTE:
            continue
        if chosen.get(name) in ("label", "caption"):
            found[name] = [value if is_missing(value) else _text(value) for value in values]
            continue
        reading = commas.get(name)
        numbers = [number_of(value, reading.commas if reading else None) for value in values]
        if name in chosen and not any(number is not None for number in numbers):
            raise UsageError(f"--column {quoted(name)}={named[name]}: none of its values is a number.")
        found[name], lines = _cleaned(name, values, numbers, name in chosen)
        if reading and found[name] is not values and named.get(name) not in COMMAS:
            notes.append(_of_commas(name, values, reading))
        notes += lines
    return Cleaned(found, chosen, notes)


def _cleaned(name: str, values: list, numbers: list[float | None], is_number: bool) -> tuple[list, list[str]]:
    """Returns a column with its numbers, and what was guessed of it."""
    present = [at for at, value in enumerate(values) if not is_missing(value)]
    words = [at for at in present if numbers[at] is None and not _is_not_available(values[at])]
    available = [at for at in present if numbers[at] is not None]
    if not available or (len(words) > MAX_EXCEPTIONS_FRACTION * (len(words) + len(available)) and not is_number):
        return values, []
    distinct = {numbers[at] for at in available}
    like_classes = len(distinct) <= MAX_NUMERIC_CLASSES and all(
        float(one).is_integer() for one in distinct if one is not None
    )
    if words and like_classes and not is_number:  # classes, some of which are called by words
        return values, []
    lost = Counter(_text(values[at]) for at in present if numbers[at] is None)
    notes = []
    if lost:
        count, some = sum(lost.values()), ", ".join(f"'{quoted(text)}'" for text, _ in lost.most_common(3))
        notes.append(
            f"{quoted(name)}: {count:,} of {len(present):,} values are no numbers and count as missing ({some}); "
            f"--column {quoted(name)}=label takes them as words"
        )
    if not notes and not any(isinstance(values[at], str) and "," in values[at] for at in available):
        return values, []
    return [numbers[at] if not is_missing(value) else None for at, value in enumerate(values)], notes


def _of_commas(name: str, values: list, reading: Reading) -> str:
    """Returns the line that says how the commas of a column are read, and what reads them otherwise."""
    texts = [value for value in values if isinstance(value, str) and "," in value]
    example, number = next((text, read) for text in texts if (read := number_of(text, reading.commas)) is not None)
    as_what = "decimal points" if reading.commas == "decimal" else "separators of thousands"
    other = next(kind for kind, commas in COMMAS.items() if commas != reading.commas)
    option = f"--column {quoted(name)}"
    instead = f"{option}={other} reads them the other way, and " if reading.guessed else ""
    said = f"{quoted(name)}: {'by a guess, ' if reading.guessed else ''}commas are read as {as_what}"
    return f"{said} ({quoted(example.strip())} is {number:.10g}); {instead}{option}=label takes them as words"


def _is_not_available(value: Any) -> bool:
    return isinstance(value, str) and value.strip().lower() in NOT_AVAILABLE


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).strip()
