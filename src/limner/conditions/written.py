"""Conditions as a person writes them; read without PyTorch, so that a mistake is reported at once."""

import re
from collections.abc import Sequence

from limner.errors import ConditionError, quoted

SEPARATOR = re.compile(r",(?=[^,=]+=)")
"""A comma before the next name, not one within a value."""


def parse_condition(texts: Sequence[str], option: str = "--condition") -> dict[str, str]:
    """Returns `["a=1,b=2", "c=3"]` as `{"a": "1", "b": "2", "c": "3"}`; ConditionError, which names the option, for others."""
    found = {}
    for text in [part for each in texts for part in SEPARATOR.split(each)]:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise ConditionError(f"{option} {quoted(text)}: write it as name=value.")
        if name.strip() in found:
            raise ConditionError(f"{option} {quoted(text)}: {quoted(name.strip())} is asked for twice.")
        found[name.strip()] = value.strip()
    return found
