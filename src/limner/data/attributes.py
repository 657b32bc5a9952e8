"""What a column of values is: a label, a number or a caption; and what to do where a value is missing.

The rule, applied to the values that are present, in this order:

1. a column named `label`, `class` or `category` is a label when it repeats values and has at most 1,000 distinct ones;
2. a column of numbers is a label when all are whole and at most 20 are distinct, otherwise a number;
3. a column of texts is a label when it repeats values: at most half as many distinct texts as texts, and at most 1,000;
   otherwise it is a caption.

A column of truth values (true, false, yes, no) is texts and so a label; a column without any value is left out. Classes
are in the order that the source gives them, otherwise sorted naturally ("2" before "10").
"""

import itertools
import math
import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from typing import Any, Literal

from limner.conditions.attribute import MAX_ATTRIBUTES, MAX_NAME_LENGTH, MISSING_CLASS, Attribute, as_number
from limner.errors import DataError, quoted

DIGITS = "0123456789"
"""Of whole numbers within a text, when texts are sorted; others, such as superscripts, are letters."""
MAIN_LABELS = ("label", "class", "category")
"""Names by which a column is taken for the main label, the first one first."""
MAX_NUMERIC_CLASSES = 20
"""Distinct whole numbers up to which a column of numbers is a label."""
MAX_LABEL_CLASSES = 1000
"""Distinct values up to which a column is a label."""
Missing = Literal["drop", "keep", "mean"]
AttributeKind = Literal["label", "number", "caption"]


def is_missing(value: Any) -> bool:
    """Returns whether a raw value counts as missing: None, not-a-number, or a text that is blank or "nan"."""
    if isinstance(value, str):
        return value.strip().lower() in ("", "nan")
    return value is None or (isinstance(value, float) and math.isnan(value))


def infer_column_kind(name: str, values: Sequence[Any]) -> AttributeKind | None:
    """Returns what a column is by the rule above; None when no value is present."""
    counts = {value: count for value, count in Counter(values).items() if not is_missing(value)}
    if not counts:
        return None
    distinct = len({_text(value) for value in counts})
    numbers = [as_number(value) for value in counts]
    whole = all(number is not None and number.is_integer() for number in numbers)
    # a text that is longer than the name of a class can be is no class
    short = all(len(value) <= MAX_NAME_LENGTH for value in counts if isinstance(value, str))
    repeats = distinct <= MAX_LABEL_CLASSES and distinct <= max(sum(counts.values()) // 2, 1)
    if name.lower() in MAIN_LABELS and short and distinct <= MAX_LABEL_CLASSES and (repeats or whole):
        return "label"
    if all(number is not None for number in numbers):
        return "label" if short and whole and distinct <= MAX_NUMERIC_CLASSES else "number"
    return "label" if short and repeats else "caption"


def infer_column_kinds(columns: dict[str, list]) -> dict[str, AttributeKind]:
    """Returns what each column is, in order; columns without any value are left out."""
    kinds = {name: infer_column_kind(name, values) for name, values in columns.items()}
    return {name: kind for name, kind in kinds.items() if kind is not None}


def incomplete(columns: dict[str, list], kinds: dict[str, AttributeKind]) -> dict[int, str]:
    """Returns {row: the first label or number that is missing in it}; a caption may always be missing."""
    rows: dict[int, str] = {}
    for name in [name for name, kind in kinds.items() if kind != "caption"]:
        for row, value in enumerate(columns[name]):
            if is_missing(value):
                rows.setdefault(row, name)
    return rows


def typed(
    columns: dict[str, list],
    missing: Missing = "keep",
    kinds: dict[str, AttributeKind] | None = None,
    classes: Mapping[str, Sequence[str]] | None = None,
) -> tuple[dict[str, list], list[Attribute]]:
    """Returns the columns with clean values, and their types, which are found by the rule above unless given.

    `classes` holds, by column, the order of classes where the source has one.

    Labels become texts, numbers floats, captions texts ("" where missing). A missing label becomes a class of its own
    under `keep`, called "(missing)" or, where a class is called that, "(missing) 2" and so on, and the most frequent class
    under `mean`; a missing number becomes not-a-number under `keep` and the mean under `mean`. DataError for more columns,
    or a longer name of one, than a dataset can have.
    """
    clean: dict[str, list] = {}
    if len(columns) > MAX_ATTRIBUTES or (long := [name for name in columns if len(name) > MAX_NAME_LENGTH]):
        which = f"{len(columns):,} columns" if len(columns) > MAX_ATTRIBUTES else f"a column called {quoted(long[0])}"
        raise DataError(f"{which}: at most {MAX_ATTRIBUTES:,}, with names of at most {MAX_NAME_LENGTH:,} characters")
    attributes: list[Attribute] = []
    for name, kind in (infer_column_kinds(columns) if kinds is None else kinds).items():
        if kind == "label":
            clean[name], attribute = _label(name, columns[name], missing, (classes or {}).get(name, ()))
        else:
            make = {"number": _number, "caption": _caption}[kind]
            clean[name], attribute = make(name, columns[name], missing)
        attributes.append(attribute)
    return clean, attributes


def main_label(attributes: Sequence[Attribute]) -> str | None:
    """Returns the label called `label`, else `class`, else `category`, else the first one of several classes, else the first."""
    labels = {one.name: len(one.classes) for one in attributes if one.kind == "label"}
    named = [name for main in MAIN_LABELS for name in labels if name.lower() == main]
    several = [name for name, count in labels.items() if count > 1]
    return next(iter([*named, *several, *labels]), None)


def natural(text: str) -> list[tuple[int, int, str]]:
    """Returns a sorting key under which "2" comes before "10"."""
    parts = re.split(r"([0-9]+)", text)
    # of whole numbers without leading zeros the longer one is the greater, however many digits they have
    key = [
        (0, len(part.lstrip("0")), part.lstrip("0")) if part[0] in DIGITS else (1, 0, part) for part in parts if part
    ]
    return [*key, (-1, 0, text)]  # 01 and 1 are as great, and yet in one order


def _label(name: str, values: list, missing: Missing, order: Sequence[str]) -> tuple[list, Attribute]:
    # By distinct value: a label has few.
    texts = {value: None if is_missing(value) else _text(value) for value in set(values)}
    counts = Counter(text for value in values if (text := texts[value]) is not None)
    filler = counts.most_common(1)[0][0] if missing == "mean" else _free(MISSING_CLASS, counts)
    filled = [texts[value] or filler for value in values]
    places = {text: place for place, text in enumerate(order)}
    ordered = sorted(set(filled), key=lambda text: (places.get(text, len(places)), natural(text)))
    own = filler if missing != "mean" and filler in filled else None
    return filled, Attribute(name=name, kind="label", classes=tuple(ordered), missing=own)


def _free(name: str, taken: Container[str]) -> str:
    numbered = (f"{name} {number}" for number in itertools.count(2))
    return name if name not in taken else next(one for one in numbered if one not in taken)


def _number(name: str, values: list, missing: Missing) -> tuple[list, Attribute]:
    numbers = [as_number(value) for value in values]
    present = [number for number in numbers if number is not None]
    mean = math.fsum(present) / len(present)
    std = math.sqrt(math.fsum((number - mean) ** 2 for number in present) / len(present))
    filler = mean if missing == "mean" else math.nan
    # A standard deviation of one keeps a constant column harmless where it divides.
    attribute = Attribute(
        name=name, kind="number", minimum=min(present), maximum=max(present), mean=mean, std=std or 1.0
    )
    return [filler if number is None else number for number in numbers], attribute


def _caption(name: str, values: list, missing: Missing) -> tuple[list, Attribute]:
    return ["" if is_missing(value) else str(value).strip() for value in values], Attribute(name=name, kind="caption")


def _text(value: Any) -> str:
    number = as_number(value) if not isinstance(value, str) else None
    return str(int(number)) if number is not None and number.is_integer() else str(value).strip()
