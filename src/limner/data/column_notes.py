"""What is odd about columns that were understood: told in the report, as it may not be what was meant."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from limner.conditions.attribute import Attribute, as_number
from limner.errors import quoted

PERHAPS_MISSING = ("na", "n/a", "null", "none", "nil", "nan", "-", "?", ".", "unknown", "missing", "not available")
"""Names of classes that may stand for a missing value."""
SENTINELS = (-1, *(sign * (10**digits - 1) for digits in range(1, 7) for sign in (-1, 1)))
"""Numbers that stand for a missing value in many tables."""
FAR = 3.0
"""How far such a number lies from all others, as a multiple of their range, to be told."""
MOST_OTHERS = 0.1
_QUANTITY = re.compile(r"[^\w\s]?\s?[+-]?\d[\d.,' ]*\s?[^\W\d_/]{1,8}[\u00b2\u00b3.]?|[^\w\s+-]\s?[+-]?\d[\d.,' ]*")
"""A number with a unit or a currency."""


def column_notes(columns: Mapping[str, list], attributes: Sequence[Attribute]) -> list[str]:
    """Returns a line for each thing that is odd about columns, whose values are those of their attributes."""
    notes = []
    for attribute in attributes:
        values = columns[attribute.name]
        for check in CHECKS[attribute.kind]:
            if line := check(attribute, values):
                notes.append(f"{quoted(attribute.name)}: {line}")
    return notes


def _one_value(attribute: Attribute, values: list) -> str | None:
    same = len(attribute.classes) == 1 or (attribute.kind == "number" and attribute.minimum == attribute.maximum)
    return "all pictures have the same value" if same and len(values) > 1 else None


def _sentinel(attribute: Attribute, values: list) -> str | None:
    """Returns what to say of a number such as -999 that lies far from all others."""
    numbers = np.array(values, dtype=np.float64)
    for end in (attribute.minimum, attribute.maximum):
        others = numbers[np.isfinite(numbers) & (numbers != end)]
        if end not in SENTINELS or len(np.unique(others)) < 2:
            continue
        low, high = others.min(), others.max()
        if max(low - end, end - high) > FAR * (high - low):
            return (
                f"{int((numbers == end).sum()):,} values are {end:g}, far from the others ({low:.4g} to {high:.4g}); if that "
                "means missing, leave these cells empty"
            )
    return None


def _class_of_the_missing(attribute: Attribute, values: list) -> str | None:
    counts = Counter(values)
    own = [name for name in attribute.classes if name.lower() in PERHAPS_MISSING and name != attribute.missing]
    if not own or len(own) == len(attribute.classes):
        return None
    listed = ", ".join(f"'{quoted(name)}' ({counts[name]:,})" for name in own)
    return f"{listed} is taken for a class; if it means missing, leave these cells empty"


def _nearly_the_same(attribute: Attribute, values: list) -> str | None:
    alike: dict[object, list[str]] = {}
    for name in attribute.classes:
        number = as_number(name)
        alike.setdefault(name.casefold() if number is None else number, []).append(name)
    groups = [names for names in alike.values() if len(names) > 1]
    listed = "; ".join(", ".join(map(quoted, names)) for names in groups[:3])
    return f"{listed} are classes of their own; write them alike if they are one" if groups else None


def _quantities(attribute: Attribute, values: list) -> str | None:
    present = [text.strip() for text in values if isinstance(text, str) and text.strip()]
    with_unit = [text for text in present if _QUANTITY.fullmatch(text)]
    if len(present) < 2 or len(with_unit) < (1 - MOST_OTHERS) * len(present):
        return None
    return f"values are numbers with more beside them ({quoted(with_unit[0])}) and are taken for words; write the numbers alone"


def _lists(attribute: Attribute, values: list) -> str | None:
    several = [text for text in values if isinstance(text, str) and text[:1] + text[-1:] in ("[]", "{}")]
    return f"lists are taken for words ({quoted(several[0])})" if several and len(several) == len(values) else None


CHECKS = {
    "label": (_one_value, _class_of_the_missing, _nearly_the_same, _quantities, _lists),
    "number": (_one_value, _sentinel),
    "caption": (_quantities, _lists),
}
"""By the kind of attribute."""
