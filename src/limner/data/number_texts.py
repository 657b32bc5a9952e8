"""Numbers as people write them in tables: a typographic minus, per cent, thousands set apart by spaces or apostrophes."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from limner.conditions.attribute import as_number
from limner.data.attributes import is_missing
from limner.errors import quoted

MOST_OTHERS = 0.1
"""Share of the values of a column that may be written otherwise."""
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2012\u2013\ufe63\uff0d", "-"))
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u2009\u202f'\u2019]\d{3})+(?:[.,]\d+)?")
_PER_CENT = re.compile(r"([+-]?\d[\d.,]*)[ \u00a0\u202f]?%")


class Form(NamedTuple):
    """A way to write a number: what it is called, and the plain text of a value that is written so, or None."""

    called: str
    plain: Callable[[str], str | None]


def _of_minus(text: str) -> str | None:
    plain = text.translate(_MINUS)
    return plain if plain != text and as_number(plain.replace(",", ".")) is not None else None


def _of_thousands(text: str) -> str | None:
    text = text.translate(_MINUS)
    return re.sub(r"[ \u00a0\u2009\u202f'\u2019]", "", text) if _THOUSANDS.fullmatch(text) else None


def _of_per_cent(text: str) -> str | None:
    found = _PER_CENT.fullmatch(text.translate(_MINUS))
    return found[1] if found else None


FORMS = (
    Form("thousands that spaces or apostrophes set apart", _of_thousands),
    Form("a typographic minus sign", _of_minus),
    Form("a per cent sign", _of_per_cent),
)


def written_plainly(columns: Mapping[str, list], named: Mapping[str, str]) -> tuple[dict[str, list], list[str]]:
    """Returns columns in which numbers are written plainly, and a line for each that had them written otherwise.

    `named` are kinds that a person has named: words stay words. Commas are read later (`limner.conditions.commas`).
    """
    found, notes = dict(columns), []
    for name in columns:
        if named.get(name) in ("label", "caption", "none"):
            continue
        for form in FORMS:
            plain = _plain(found[name], form)
            if plain is None:
                continue
            example = next(text for text, other in zip(found[name], plain, strict=True) if text != other)
            other = next(other for text, other in zip(found[name], plain, strict=True) if text != other)
            notes.append(
                f"{quoted(name)}: values have {form.called} and are read as numbers ({quoted(example)} is {quoted(other)}); "
                f"--column {quoted(name)}=label takes them as words"
            )
            found[name] = plain
    return found, notes


def _plain(values: Sequence[Any], form: Form) -> list | None:
    """Returns values with the numbers of a form written plainly; None unless some are, and nearly all others are numbers."""
    plain = [form.plain(value.strip()) if isinstance(value, str) else None for value in values]
    if not any(plain):
        return None
    present = [at for at, value in enumerate(values) if not is_missing(value)]
    others = [at for at in present if plain[at] is None and not _is_number(values[at])]
    if len(others) > MOST_OTHERS * len(present):
        return None
    if form.plain is _of_per_cent and any(plain[at] is None and as_number(values[at]) is not None for at in present):
        return None  # 12% beside 0.12 may be the same
    return [value if own is None else own for value, own in zip(values, plain, strict=True)]


def _is_number(value: Any) -> bool:
    text = value.strip().translate(_MINUS) if isinstance(value, str) else value
    return as_number(text) is not None or (isinstance(text, str) and re.fullmatch(r"[+-]?[\d.,]+", text) is not None)
