"""The reader of YAML and JSON: what it reads, what it refuses, and that it does either at once."""

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.parsing import (
    MAX_DEPTH,
    MAX_YAML_BYTES,
    ParseError,
    parse_json,
    parse_yaml,
    read_json,
    read_yaml,
    write_yaml,
)

TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20)
LEAVES = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("lr: 1e-3", {"lr": 0.001}),
        ("[1, -2, 0x1f, 0o17, 010, .5, 1., 1e3]", [1, -2, 31, 15, 10, 0.5, 1.0, 1000.0]),
        ("[true, False, null, ~]", [True, False, None, None]),
        ("[2024-13-45, 2024-01-01, 12:30]", ["2024-13-45", "2024-01-01", "12:30"]),
        ("[yes, no, on, 0x_, 1_000, .inf, .nan]", ["yes", "no", "on", "0x_", "1_000", ".inf", ".nan"]),
        ("{1: a, null: b, yes: c, <<: d}", {"1": "a", "null": "b", "yes": "c", "<<": "d"}),
        ("\"1\": '2'", {"1": "2"}),
        ("a:\n- b: {c: []}\n- d", {"a": [{"b": {"c": []}}, "d"]}),
        ("", None),
    ],
)
def test_yaml_is_its_json_like_core(text: str, value: Any) -> None:
    assert parse_yaml(text, "x") == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "line 2: not YAML"),
        ("a: 1\nb: !!timestamp x", "line 2: tags"),
        ("!!bool maybe", "tags"),
        ("!!python/object/apply:os.system [ls]", "tags"),
        ("a: &x [1]\nb: *x", "anchors"),
        ("[" * 15_000, "nest"),
        ("- " * 15_000, f"deeper than {MAX_DEPTH}"),
        ("9" * 5000, "5,000 characters"),
        ("1e400", "too large"),
        ("a: 1\nb: 2\na: 3", "line 3: the key 'a' comes twice"),
        ("? [a]\n: b", "a key is a list"),
        ("a\n---\nb", "second document"),
        ('"\\0"', "does not belong"),
        ("a\0", "does not belong"),
        ("\ud800", "does not belong"),
        ("x" * (MAX_YAML_BYTES + 1), "longer than 256 KiB"),
    ],
)
def test_yaml_that_is_refused(text: str, told: str) -> None:
    began = time.perf_counter()
    with pytest.raises(ParseError) as caught:
        parse_yaml(text, "file.yaml")
    assert told in str(caught.value)
    assert str(caught.value).startswith("file.yaml")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
    assert time.perf_counter() - began < 1


def test_aliases_that_grow_are_refused_before_they_do() -> None:
    text = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(ParseError, match="anchors"):
        parse_yaml(text, "x")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "line 1: not JSON"),
        ("[" * 15_000, f"deeper than {MAX_DEPTH}"),
        ('{"a":' * 15_000, f"deeper than {MAX_DEPTH}"),
        ("9" * 5000, "5,000 characters"),
        ("[NaN]", "NaN is not a finite number"),
        ("[1e400]", "too large"),
        ('{"a": 1, "a": 2}', "the key 'a' comes twice"),
        ('"\\u0000"', "does not belong"),
        ('["\\ud800"]', "does not belong"),
        ('"\\"' + '\\"' * 400_000, "not JSON"),
        ("{" + ",".join(f'"{number}": 1' for number in range(60_000)) + ',"7": 1}', "the key '7' comes twice"),
        ("[" + "1," * 600_000 + "1]", "longer than 1 MiB"),
    ],
)
def test_json_that_is_refused(text: str, told: str) -> None:
    began = time.perf_counter()
    with pytest.raises(ParseError) as caught:
        parse_json(text, "file.json")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
    assert time.perf_counter() - began < 2


def test_brackets_within_json_texts_are_not_levels() -> None:
    text = json.dumps(["[" * 100, '{"\\' * 100, {"a": "[\\"}])
    assert parse_json(text, "x") == json.loads(text)


def test_what_python_writes_of_measures_is_read_when_asked() -> None:
    assert parse_json("[Infinity, -Infinity]", "x", finite=False) == [float("inf"), -float("inf")]
    assert parse_json('"\\ud800\\u0000"', "x", any_text=True) == "\ud800\0"
    assert parse_json('"\\\\u0000"', "x") == "\\u0000"


@given(VALUES)
def test_whatever_is_written_as_yaml_is_read_as_it_was(value: Any) -> None:
    assert parse_yaml(write_yaml(value), "x") == value
    assert parse_yaml(write_yaml(value, block=True), "x") == value


@given(TEXTS)
def test_every_text_is_yaml_or_refused(text: str) -> None:
    with suppress(ParseError):
        parse_yaml(text, "x")


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"\xff\xfe", "not UTF-8"), (b"a: \xed\xa0\x80", "not UTF-8"), (b"1" * 300_000, "longer than")],
)
def test_files_that_are_refused(content: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ParseError, match=told):
        read_yaml(tmp_path / "x")


def test_no_file_a_folder_and_a_pipe_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, told in ((tmp_path / "no", "No such file"), (tmp_path, "directory|folder"), (tmp_path / "pipe", "pipe")):
        with pytest.raises(ParseError, match=told):
            read_json(path)
    with pytest.raises(ParseError, match="cannot be read"):
        read_json("a\0b")


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xef\xbb\xbf" + b'{"a": 1}')
    assert read_json(tmp_path / "x") == read_yaml(tmp_path / "x") == {"a": 1}
