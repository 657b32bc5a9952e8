"""Text from outside: the one reader of YAML and of JSON for the whole product; strict, bounded, and with one kind of error.

YAML is its JSON-like core: mappings, lists, and scalars that are null, true or false, numbers (1e-3 is one) or text. Dates are
text; keys are always text. Refused in both: more bytes than the kind of file needs, nesting deeper than `MAX_DEPTH`, keys that
come twice, numbers that are not finite or absurdly long, and text that is not UTF-8 or holds NUL. Of YAML also anchors, aliases,
tags and second documents: values are built from the parser's events, so that nothing else can come of them.
"""

import json
import math
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from limner.errors import LimnerError, quoted

MAX_DEPTH = 64
"""Lists and mappings within one another."""
MAX_NUMBER_LENGTH = 100
"""Characters of a number."""
KILO, MEGA = 2**10, 2**20
MAX_YAML_BYTES = 256 * KILO
"""Bytes of what a person writes: a recipe, a graph, a list of edits, a value on the command line."""
MAX_JSON_BYTES = MEGA
"""Bytes of what Limner writes about a run, a causal model or a picture."""
MAX_DATA_JSON_BYTES = 16 * MEGA
"""Bytes of what grows with the classes or the pictures of a dataset."""

_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ENDS = (yaml.SequenceEndEvent, yaml.MappingEndEvent)
_NULLS = ("", "~", "null", "Null", "NULL")
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_DECIMAL, _OTHER_BASE = re.compile(r"[-+]?[0-9]+"), re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_UNFIT = re.compile("[\0\ud800-\udfff]")
"""NUL, which ends names of files, and halves of a character, which cannot be written."""
_IN_JSON = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)


class ParseError(LimnerError):
    """A text that cannot be read, or is not what it should be; the message names it, and the line where there is one."""

    def advised(self, advice: str) -> str:
        """Returns the message with what to do instead."""
        return f"{str(self).removesuffix('.')}; {advice}"


def read_yaml(path: str | Path, most: int = MAX_YAML_BYTES) -> Any:
    """Returns what a YAML file holds; ParseError."""
    return parse_yaml(read_text(path, most), str(path), most)


def parse_yaml(text: str, where: str, most: int = MAX_YAML_BYTES) -> Any:
    """Returns what a YAML text holds; ParseError, which begins with `where`."""
    _check(text, where, most)
    try:
        return _Builder(where).build(yaml.parse(text, Loader=_Parser))
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        raise _fault(where, mark.line if mark else None, f"not YAML ({problem})" if problem else "not YAML") from None


def write_yaml(value: Any, *, block: bool = False) -> str:
    """Returns YAML that `parse_yaml` reads back to an equal value, of mappings, lists, texts, numbers, true, false and null.

    The innermost lists and mappings take one line each; with `block`, each of their values does.
    """
    style = False if block else None
    return yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=120, default_flow_style=style)


def read_json(path: str | Path, most: int = MAX_JSON_BYTES, *, finite: bool = True) -> Any:
    """Returns what a JSON file holds; with `finite` off also NaN and Infinity, as Python writes them. ParseError."""
    return parse_json(read_text(path, most), str(path), most, finite=finite)


def parse_json(
    text: str, where: str, most: int = MAX_JSON_BYTES, *, finite: bool = True, any_text: bool = False
) -> Any:
    """Returns what a JSON text holds; ParseError, which begins with `where`.

    With `any_text`, escapes may bring in NUL and halves of characters, which whoever takes the value has to deal with.
    """
    _check(text, where, most)
    _check_depth(text, where)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_without_twins,
            parse_constant=_refused if finite else float,
            parse_int=_whole,
            parse_float=_fraction if finite else float,
        )
    except json.JSONDecodeError as error:
        raise _fault(where, error.lineno - 1, f"not JSON ({error.msg})") from None
    except ValueError as error:
        raise _fault(where, None, str(error)) from None
    if "\\u" in text and not any_text:
        _check_escapes(value, where)
    return value


def read_text(path: str | Path, most: int) -> str:
    """Returns the UTF-8 text of a regular file of at most `most` bytes, never waiting on a pipe or device; ParseError."""
    try:
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 (a descriptor, not a path)
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _fault(str(path), None, "a folder, pipe or device, not a file")
            content = file.read(most + 1)
        return content.decode("utf-8-sig") if len(content) <= most else _too_long(str(path), most)
    except UnicodeDecodeError as error:
        raise _fault(str(path), None, f"not UTF-8 text (byte {error.start})") from None
    except (OSError, ValueError) as error:
        raise _fault(str(path), None, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None


class _Builder:
    """Builds the value of a document from events; `open_` holds the lists and mappings that have begun, with their next keys."""

    def __init__(self, where: str) -> None:
        self.where, self.line, self.documents = where, 0, 0
        self.open_: list[tuple[Any, list[str]]] = []

    def build(self, events: Iterator[Any]) -> Any:
        """Returns the value of the only document, None where there is none."""
        value = None
        for event in events:
            self.line = event.start_mark.line if event.start_mark else self.line
            if isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    raise self.fault("a second document; keep one")
            elif isinstance(event, yaml.NodeEvent):
                value = self.node(event)
            elif isinstance(event, _ENDS):
                value = self.open_.pop()[0]
        return value

    def node(self, event: Any) -> Any:
        """Returns the value that begins here, which the list or mapping around it holds; None of a key."""
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self.fault("anchors (&) and aliases (*) are not read; write the value out, or quote it")
        if event.tag is not None:
            raise self.fault(f"tags such as {quoted(event.tag)} are not read; leave it out")
        scalar = isinstance(event, yaml.ScalarEvent)
        if scalar and (unfit := _UNFIT.search(event.value)):
            raise self.fault(f"{_unfit(unfit)}; remove it")
        holder, keys = self.open_[-1] if self.open_ else (None, [])
        if isinstance(holder, dict) and not keys:
            keys.append(self.key(event.value if scalar else None, holder))
            return None
        value = self.scalar(event) if scalar else {} if isinstance(event, yaml.MappingStartEvent) else []
        if isinstance(holder, dict):
            holder[keys.pop()] = value
        elif holder is not None:
            holder.append(value)
        if not scalar:
            self.open(value)
        return value

    def key(self, text: str | None, holder: dict[str, Any]) -> str:
        """Returns a key as text; a fault where it is none, or comes twice."""
        if text is None:
            raise self.fault("a key is a list or a mapping; write it as text")
        if text in holder:
            raise self.fault(f"the key '{quoted(text)}' comes twice; keep one")
        return text

    def scalar(self, event: Any) -> Any:
        """Returns the value of a plain scalar, or the text of a quoted one."""
        try:
            return _scalar(event.value) if event.implicit[0] else event.value
        except ValueError as error:
            raise self.fault(str(error)) from None

    def open(self, value: Any) -> None:
        """Begins a list or a mapping."""
        self.open_.append((value, []))
        if len(self.open_) > MAX_DEPTH:
            raise self.fault(f"nested deeper than {MAX_DEPTH} levels")

    def fault(self, problem: str) -> ParseError:
        """Returns the error of the line that was reached."""
        return _fault(self.where, self.line, problem)


def _scalar(text: str) -> Any:
    if text in _NULLS:
        return None
    if text in _BOOLS:
        return _BOOLS[text]
    if _DECIMAL.fullmatch(text):
        return _whole(text)
    if _OTHER_BASE.fullmatch(text):
        return _whole(text, 0)
    return _fraction(text) if _FLOAT.fullmatch(text) else text


def _whole(text: str, base: int = 10) -> int:
    if len(text) > MAX_NUMBER_LENGTH:
        raise ValueError(
            f"a number of {len(text):,} characters; at most {MAX_NUMBER_LENGTH}, or quote it to make it text"
        )
    return int(text, base)


def _fraction(text: str) -> float:
    if len(text) > MAX_NUMBER_LENGTH:
        raise ValueError(
            f"a number of {len(text):,} characters; at most {MAX_NUMBER_LENGTH}, or quote it to make it text"
        )
    if math.isinf(number := float(text)):
        raise ValueError(f"{text} is too large for a number")
    return number


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is not a finite number")


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the key '{quoted(name)}' comes twice; keep one")
    return found


def _check(text: str, where: str, most: int) -> None:
    if len(text) > most:
        _too_long(where, most)
    if unfit := _UNFIT.search(text):
        raise _fault(where, text.count("\n", 0, unfit.start()), f"{_unfit(unfit)}; remove it")


def _unfit(match: re.Match[str]) -> str:
    return f"the character {match[0]!a} does not belong in text"


def _check_depth(text: str, where: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for token in _IN_JSON.finditer(text):
        mark = text[token.start()]
        depth += (mark in "[{") - (mark in "]}")
        if depth > MAX_DEPTH:
            raise _fault(where, text.count("\n", 0, token.start()), f"nested deeper than {MAX_DEPTH} levels")


def _check_escapes(value: Any, where: str) -> None:
    """Refuses characters that only escapes can bring in."""
    whole = json.dumps(value, ensure_ascii=False).replace("\\\\", "").replace("\\u0000", "\0")
    if unfit := _UNFIT.search(whole):
        raise _fault(where, None, f"{_unfit(unfit)}; remove it")


def _too_long(where: str, most: int) -> Any:
    size = f"{most // MEGA} MiB" if most >= MEGA else f"{most // KILO} KiB"
    raise _fault(where, None, f"longer than {size}, which nothing of its kind needs")


def _fault(where: str, line: int | None, problem: str) -> ParseError:
    return ParseError(f"{quoted(where, 200)}{'' if line is None else f', line {line + 1}'}: {problem}.")


class _Writer(yaml.SafeDumper):
    """Quotes texts that either YAML 1.1 or `parse_yaml` would read as something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_text(self, data: str) -> yaml.ScalarNode:
        # breaks of lines that only Unicode knows are kept in double quotes alone, where they are escaped
        style = '"' if re.search("[\x85\u2028\u2029]", data) else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style)


_Writer.add_representer(str, _Writer.represent_text)
_Writer.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(f"^(?:{_FLOAT.pattern})$"), list("-+.0123456789"))
_Writer.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^(?:[-+]?[0-9]+|0o[0-7]+)$"), list("-+0123456789"))
