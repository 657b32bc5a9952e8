"""Errors as clients get them: short, without paths, and as quick to make as they are short."""

import errno
import json
import time

import pytest

from limner.memory import OutOfMemoryError
from limner.serving.errors import ApiError, field_of, understood, without_paths

LONG = 1_000_000


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("/home/me/x.png: bad", "x.png: bad"),
        ("'/home/me/x.png' and (/srv/x/y)", "'x.png' and (y)"),
        ("in:/home/me/x", "in:x"),
        ("/home//me/x", "x"),
        ("../../etc/passwd", "passwd"),
        ("runs/rose/model/config.json is gone", "config.json is gone"),
        ("--out=/home/x/y", "y"),
        ("this and/or that", "this and/or that"),
        ("GET /v1/models/{model} names them", "GET /v1/models/{model} names them"),
        ("http://localhost/x/y", "http://localhost/x/y"),
        ("/x", "/x"),
    ],
)
def test_only_the_last_name_of_a_path_is_told(message: str, shown: str) -> None:
    assert without_paths(message) == shown


@pytest.mark.parametrize("unit", ["-", "/", "-/", "/-", "a", "a/b", "//-", "a:/", "'/", "../", " /a", "\n/", "\udcff/"])
def test_long_messages_take_no_longer_than_they_are_long(unit: str) -> None:
    began = time.perf_counter()
    without_paths(unit * 30_000)
    without_paths((unit * LONG)[:LONG])
    assert time.perf_counter() - began < 2


def test_what_is_told_is_short_and_can_be_written() -> None:
    error = ApiError(422, "\ud800" * LONG, "\ud800" * LONG).response()
    assert len(error.body) < 2000
    assert set(json.loads(error.body)["error"]) == {"type", "message", "param"}
    assert len(field_of(["x" * LONG] * 1000) or "") == 200


@pytest.mark.parametrize(("seconds", "said"), [(0.0, "1"), (1.4, "2"), (60, "60")])
def test_whoever_comes_back_when_told_is_not_too_early(seconds: float, said: str) -> None:
    assert ApiError(429, "x", None, seconds).response().headers["retry-after"] == said


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes"),
        OutOfMemoryError("sampling does not fit in memory: lower n."),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
)
def test_memory_that_runs_out_is_too_large_whichever_library_says_so(error: BaseException) -> None:
    found = understood(error)
    assert found is not None
    assert found.status == 413
    assert "memory" in found.message
    assert understood(RuntimeError("a fault of ours")) is None
