"""A list of edits: written as text, YAML or JSON, applied in order, and the same again from a picture's provenance."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from limner.config import in_words
from limner.editing.examples import EXAMPLES, right, unknown
from limner.editing.operation import Canvas, KnownLatent, Operation
from limner.errors import UsageError, quoted, suggestion
from limner.parsing import ParseError, parse_yaml, read_yaml


class Operations(Mapping[str, type[Operation]]):
    """Every edit by its name; the module of one is imported when it is first asked for, for some need PyTorch."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self.kinds = kinds
        self.names = {kind: name for name, kind in kinds.items()}

    def __getitem__(self, name: str) -> type[Operation]:
        module, _, kind = self.kinds[name].partition(".")
        found: type[Operation] = getattr(import_module(f"limner.editing.{module}"), kind)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.kinds)

    def __len__(self) -> int:
        return len(self.kinds)

    def name_of(self, kind: type[Operation]) -> str:
        """Returns the name of an edit."""
        return self.names[f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}"]


OPERATIONS = Operations(
    {
        "crop": "geometry.Crop",
        "flip": "geometry.Flip",
        "scale": "geometry.Scale",
        "rotate": "geometry.Rotate",
        "translate": "geometry.Translate",
        "perspective": "geometry.Perspective",
        "pad": "geometry.Pad",
        "select-box": "selection.SelectBox",
        "select-object": "selection.SelectObject",
        "select-colour": "selection.SelectColour",
        "select-mask": "selection.SelectMask",
        "select-rest": "selection.SelectRest",
        "select-all": "selection.SelectAll",
        "blur": "objects.Blur",
        "fill": "objects.Fill",
        "erase": "objects.Erase",
        "remove": "objects.Remove",
        "move": "objects.Move",
        "paste": "objects.Paste",
        "exposure": "light.Exposure",
        "contrast": "light.Contrast",
        "white-balance": "light.WhiteBalance",
        "temperature": "light.Temperature",
        "saturation": "light.Saturation",
        "hue": "recolour.Hue",
        "recolour": "recolour.Recolour",
        "curves": "light.Curves",
        "clahe": "light.Clahe",
        "relight": "light.Relight",
        "denoise": "light.Denoise",
        "sharpen": "light.Sharpen",
        "encode": "latent_edits.Encode",
        "along": "latent_edits.Along",
        "condition": "latent_edits.ChangeCondition",
        "mix": "latent_edits.Mix",
        "regenerate": "latent_edits.Regenerate",
    }
)
MAX_EDITS, MAX_EDIT_LENGTH = 1000, 10_000
"""Edits in a list, and characters of the text of one."""
SEPARATOR = re.compile(r",(?=\s*\w+=)")
"""A comma before the next argument, not one within a list."""
NAMED = re.compile(r"\s*\w+=")


def parse(text: str) -> Operation:
    """Returns the edit that a text describes, `NAME`, `NAME:VALUE` or `NAME:KEY=VALUE,KEY=VALUE`; values are YAML. UsageError.

    Before the first `KEY=` may stand the value of the first argument.
    """
    if len(text) > MAX_EDIT_LENGTH:
        raise UsageError(f"'{quoted(text)}': an edit has at most {MAX_EDIT_LENGTH:,} characters.")
    name, _, rest = text.partition(":")
    first, *more = SEPARATOR.split(rest)
    if NAMED.match(first):
        first, more = "", [first, *more]
    try:
        named = {key.strip(): _value(value) for key, _, value in (part.partition("=") for part in more)}
        given: Any = _value(first) if first else (named or None)
    except ParseError as error:
        raise UsageError(error.advised("write NAME, NAME:VALUE or NAME:KEY=VALUE,KEY=VALUE.")) from None
    kind = OPERATIONS.get(name.strip())
    if first and named and kind:
        given = {arguments(kind)[0]: given} | named
    return operation(name.strip(), given, text)


def _value(text: str) -> Any:
    # to YAML a # begins a comment, here it is a colour
    return text.strip() if text.strip().startswith("#") else parse_yaml(text, f"'{quoted(text)}'")


def operation(name: str, given: Any, text: str | None = None) -> Operation:
    """Returns the edit of a name with its arguments, a mapping or the value of the first; UsageError for what it does not take."""
    kind = OPERATIONS.get(name)
    if kind is None:
        raise UsageError(unknown(name))
    fields, alone = arguments(kind), given
    if not isinstance(given, Mapping):
        if given is not None and not fields:
            raise UsageError(f"{name} takes nothing: write {name} alone")
        given = {} if given is None else {fields[0]: given}
    if kind.open_field and kind.open_field not in given:
        named = {key: value for key, value in given.items() if key not in fields}
        given = {key: value for key, value in given.items() if key in fields} | {kind.open_field: named}
    extra = next((key for key in given if key not in fields), None)
    if extra is not None:
        raise UsageError(_takes_no(name, str(extra), fields, given))
    try:
        return kind.model_validate({str(key): value for key, value in given.items()})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][:1]) or "its arguments"
        hint = right(name, alone, fields)
        raise UsageError(f"{quoted(text or name, 200)}: {where}: {in_words(first)}; {hint}") from None


def _takes_no(name: str, key: str, fields: Sequence[str], given: Mapping[str, Any]) -> str:
    """Returns the line about an argument that an edit does not take."""
    said = f"{name} takes no '{quoted(key)}'"
    if not fields:
        return f"{said}: it takes nothing"
    if "condition" in given:  # the text was cut before it, as before the next argument
        return f"{said}; several conditions are written condition={{NAME: VALUE, NAME: VALUE}}"
    return f"{said}; {suggestion(key, list(fields))} For example {EXAMPLES[name]}"


def arguments(kind: type[Operation]) -> list[str]:
    """Returns the names of what an edit takes, its own before those that it shares."""
    names = {name: field.alias or name for name, field in kind.model_fields.items()}  # "from" is no name in Python
    own = [name for name in names if name in kind.__annotations__]
    return [names[name] for name in own + [name for name in names if name not in own]]


def read_edits(path: Path) -> list[Operation]:
    """Returns the edits of a YAML file, a list of names, texts or `{NAME: arguments}`; UsageError for another."""
    try:
        listed = read_yaml(path)
    except ParseError as error:
        raise UsageError(str(error)) from None
    if not isinstance(listed, list):
        raise UsageError(f"{path}: a list of edits was expected, such as [rotate: 5, exposure: 0.5].")
    return from_list(listed)


def from_list(listed: Sequence[Any]) -> list[Operation]:
    """Returns edits as `to_list` or a person wrote them; UsageError."""
    if len(listed) > MAX_EDITS:
        raise UsageError(f"{len(listed):,} edits: at most {MAX_EDITS:,} can be done at once.")
    edits = []
    for number, one in enumerate(listed, 1):
        if isinstance(one, str):
            edits.append(parse(one))
        elif isinstance(one, Mapping) and len(one) == 1:
            ((name, given),) = one.items()
            edits.append(operation(str(name), given))
        else:
            raise UsageError(f"edit {number}: write a name, or a name with its arguments.")
    return edits


def to_list(edits: Sequence[Operation]) -> list[dict[str, Any]]:
    """Returns edits as plain data, every argument written out."""
    return [{OPERATIONS.name_of(type(one)): one.model_dump(mode="json", by_alias=True)} for one in edits]


def apply(edits: Sequence[Operation], pixels: np.ndarray, latent: KnownLatent | None = None) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3 or 4) after edits in their order; UsageError for one that it does not allow.

    `latent` is what a model generated it from, where that is known.
    """
    return apply_to(Canvas(pixels, last_latent=latent), edits).pixels


def apply_to(canvas: Canvas, edits: Sequence[Operation]) -> Canvas:
    """Returns a canvas after edits in their order, with what they say of themselves; UsageError."""
    for one in edits:
        canvas = one.apply(canvas)
    return replace(canvas, pixels=np.ascontiguousarray(canvas.pixels))
