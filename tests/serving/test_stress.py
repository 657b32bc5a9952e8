"""A small form of `benchmarks/stress.py`: every request is answered or refused, and the server keeps its memory and ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "stress.py"


@pytest.mark.slow
def test_a_server_that_is_pressed_answers_everyone(tmp_path: Path) -> None:
    figures = tmp_path / "stress.json"
    small = ["--requests", "60", "--leaving", "6", "--slow", "3", "--rounds", "1", "--endings", "1", "--seconds", "3"]
    command = [sys.executable, str(BENCHMARK), *small, "--json", str(figures)]
    subprocess.run(command, check=True, timeout=300, env=os.environ | {"OMP_NUM_THREADS": "1"})
    found = json.loads(figures.read_text())
    assert sum(found["statuses"].values()) == 63
    assert {name.rsplit(": ")[1] for name in found["statuses"]} <= {"200", "202", "404", "409", "429", "503"}
    assert found["faults"] == 0
    assert found["health"]["count"] > 10
    assert found["health"]["p99"] < 2  # the bar of 0.1 is for a machine that does nothing else
    _, before, after = found["memory"]
    assert after < 1.1 * before
    assert max(found["endings"]) < 5
