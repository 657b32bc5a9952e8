"""Killed at any moment, a run leaves a checkpoint that loads; asked to stop, it saves and says how to go on."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from limner.data import Dataset
from limner.errors import RunError
from limner.recipes import Recipe, to_yaml
from limner.training import train
from limner.training.checkpoint import Checkpoints

COMMAND = (sys.executable, "-m", "limner", "train")


def _start(dataset: Dataset, recipe: Recipe, run: Path, *more: str) -> subprocess.Popen:
    file = run.parent / "recipe.yaml"
    file.write_text(to_yaml(recipe))
    resume = ("--resume",) if run.exists() else ("--recipe", str(file))
    command = [*COMMAND, str(dataset.path), "--out", str(run), "--steps", "100000", *resume, *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=_one_thread())


def _one_thread() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1"}


def _wait_for(run: Path, step: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 120
    while not (steps := Checkpoints(run / "checkpoints").steps()) or steps[-1] < step:
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < deadline, "no checkpoint in two minutes"
        time.sleep(0.05)


def _kill_at_random_moments(dataset: Dataset, recipe: Recipe, run: Path, times: int) -> None:
    moments = random.Random(0)
    reached = 0
    for _ in range(times):
        process = _start(dataset, recipe, run, "--save-every", "1")
        _wait_for(run, reached + 1, process)
        time.sleep(moments.uniform(0, 0.5))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        state, _ = Checkpoints(run / "checkpoints").load()
        assert state is not None
        assert state["step"] > reached
        reached = state["step"]
    assert train(dataset, None, run, steps=reached + 1, resume=True).about["training"]["step"] == reached + 1


def test_sigkill_leaves_a_checkpoint_that_loads(dataset: Dataset, recipe: Recipe, run: Path) -> None:
    _kill_at_random_moments(dataset, recipe, run, times=2)


@pytest.mark.slow
def test_sigkill_at_fifty_random_moments(dataset: Dataset, recipe: Recipe, run: Path) -> None:
    _kill_at_random_moments(dataset, recipe, run, times=50)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_is_locked_until_a_signal_saves_it_and_prints_the_command_to_go_on(
    number: signal.Signals, dataset: Dataset, recipe: Recipe, run: Path
) -> None:
    process = _start(dataset, recipe, run)
    deadline = time.monotonic() + 120
    while not (run / "history.jsonl").is_file() or not (run / "history.jsonl").read_text():
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    with pytest.raises(RunError, match="is locked: another process is training there") as locked:
        train(dataset, None, run, resume=True)
    assert "\n" not in str(locked.value)
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"limner train --resume --out {run} --steps 100000" in output
    assert "Traceback" not in output
    reached = Checkpoints(run / "checkpoints").steps()[-1]
    assert reached >= 20
    assert (run / "model" / "samples.png").is_file()
