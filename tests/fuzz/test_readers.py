"""Mutated input to every reader: one typed line or a result, soon, and within bounded memory.

A few inputs by default. `LIMNER_FUZZ=200000 pytest tests/fuzz -m slow -n 0 -s` shares that many among all readers, each in a
process of its own, and prints what became of them; `LIMNER_FUZZ_SEED` changes which.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import fuzz_attack
from fuzz_attack import LONGEST_WAIT, MOST_MEMORY, SLOWEST, Outcome, attacked
from fuzz_readers import READERS, Reader
from limner.errors import UsageError

FEW = 12
COUNT, SEED = int(os.environ.get("LIMNER_FUZZ", "2000")), int(os.environ.get("LIMNER_FUZZ_SEED", "0"))
SHARES = sum(reader.share for reader in READERS.values())


@pytest.mark.parametrize("name", READERS)
def test_a_few_inputs(name: str, tmp_path: Path) -> None:
    outcome = attacked(name, tmp_path, FEW, SEED)
    assert outcome.failures == []
    assert outcome.inputs == FEW


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_many_inputs(name: str) -> None:
    count = -(-COUNT * READERS[name].share // SHARES)
    command = [sys.executable, fuzz_attack.__file__, name, str(count), str(SEED)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=count * LONGEST_WAIT)
    assert finished.returncode == 0, finished.stderr[-2000:]
    outcome = Outcome(**json.loads(finished.stdout.splitlines()[-1]))
    print(
        f"\n{name}: {outcome.inputs:,} inputs, {outcome.refused:,} refused, slowest {outcome.slowest:.2f} s, "
        f"{outcome.memory_mb:.0f} MB"
    )
    assert outcome.failures == []
    assert outcome.inputs == count
    assert outcome.refused < count, "no input was right, so most of the reader was never reached"


def _raises(error: Exception) -> Callable[[], object]:
    def act() -> object:
        raise error

    return act


@pytest.mark.parametrize(
    ("error", "expected"),
    [(KeyError("x"), "KeyError"), (UsageError("a line"), None), (RecursionError("deep"), "RecursionError")],
)
def test_an_untyped_exception_is_a_failure(
    error: Exception, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(READERS, "made", Reader(lambda folder: lambda draw: _raises(error)))
    failures = attacked("made", Path(os.devnull).parent, 1, 0).failures
    assert len(failures) == bool(expected)
    assert not expected or expected in failures[0]


def _forever() -> None:
    while True:
        pass


def test_slow_input_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz_attack.LONGEST_WAIT", 0.2)
    monkeypatch.setitem(READERS, "made", Reader(lambda folder: lambda draw: _forever))
    failures = attacked("made", Path(os.devnull).parent, 1, 0).failures
    assert any("takes far too long" in failure for failure in failures)


def test_the_bars_are_those_that_are_promised() -> None:
    assert (SLOWEST, MOST_MEMORY) == (5.0, 2**30)
