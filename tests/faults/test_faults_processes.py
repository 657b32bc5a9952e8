"""Faults 19 to 26: the disk is full, a folder cannot be written, a process is killed or interrupted, a clock jumps."""

import itertools
import json
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

import hostile
from command_line import Started, limner
from limner.data import Dataset
from limner.model import load
from limner.training.checkpoint import Checkpoints
from promise import (
    SMALL,
    alive,
    everything_in,
    fails,
    read_only,
    unchanged,
    wait_until,
    write_good,
    write_many,
)

LONG = ("--steps", "100000", *SMALL)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """An array of pictures that takes seconds to prepare."""
    return write_many(tmp_path / "many.npy")


def _reached(run: Path) -> int:
    state, _ = Checkpoints(run / "checkpoints").load()
    assert state is not None
    return int(state["step"])


def test_fault_19_the_disk_fills_while_preparing(tmp_path: Path) -> None:
    source = write_good(tmp_path / "source", 40, size=32)
    with hostile.full_disk(30_000):
        assert "is full; nothing was written" in fails(
            tmp_path, "prepare", source, tmp_path / "out", "--workers", "1", progress="prepare: "
        )


def test_fault_19_the_disk_fills_while_sampling(model: Path, tmp_path: Path) -> None:
    with hostile.full_disk(400):
        for out in ("samples", "samples.png", "walk.gif"):
            into = "--walk" if out == "walk.gif" else "--out"
            assert out in fails(tmp_path, "sample", model, into, tmp_path / out, progress="sampling: ")


def test_fault_20_the_disk_fills_while_a_checkpoint_is_saved(run: Path) -> None:
    checkpoints = everything_in(run / "checkpoints")
    with hostile.full_disk(10_000):
        line = limner("train", "--resume", "--out", run, "--steps", "12", code=1, progress="training ")
    assert "the checkpoint of step 12 could not be written" in line
    assert "use --resume" in line
    assert everything_in(run / "checkpoints") == checkpoints
    assert not list(run.rglob("*.tmp"))
    limner("train", "--resume", "--out", run, "--steps", "12")
    assert _reached(run) == 12


def test_fault_21_a_folder_cannot_be_written(dataset: Path, model: Path, tmp_path: Path) -> None:
    source, locked = write_good(tmp_path / "source"), tmp_path / "locked"
    locked.mkdir()
    commands = (
        ["prepare", source, locked / "out"],
        ["train", dataset, "--out", locked / "run", "--steps", "4", *SMALL],
        ["sample", model, "--out", locked / "samples"],
        ["sample", model, "--out", locked / "samples.png"],
        ["edit", source / "good-0.png", locked / "edited.png", "--op", "flip"],
    )
    with read_only(locked):
        for command in commands:
            assert "locked" in fails(tmp_path, *command, progress="")


def _kill_while_saving(dataset: Path, run: Path, times: int) -> None:
    moments, reached = random.Random(0), 0
    for number in range(times):
        begin = ["--resume"] if number else [dataset]
        with Started(
            run.parent / "said", "train", *begin, "--out", run, "--save-every", "1", *LONG[: 2 if number else None]
        ):
            wait_until(lambda: (steps := Checkpoints(run / "checkpoints").steps()) and steps[-1] > reached)  # noqa: B023
            time.sleep(moments.uniform(0, 0.3))
        assert _reached(run) > reached
        reached = _reached(run)
    limner("train", "--resume", "--out", run, "--steps", str(reached + 1))
    assert _reached(run) == reached + 1


def test_fault_22_a_training_is_killed_while_it_saves(dataset: Path, tmp_path: Path) -> None:
    _kill_while_saving(dataset, tmp_path / "run", times=2)


@pytest.mark.slow
def test_fault_22_a_training_is_killed_fifty_times(dataset: Path, tmp_path: Path) -> None:
    _kill_while_saving(dataset, tmp_path / "run", times=50)


def test_fault_23_a_preparation_is_killed(many: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Started(tmp_path / "said", "prepare", many, out, "--size", "64", "--workers", "2") as begun:
        wait_until(lambda: any(path.stat().st_size for path in tmp_path.glob(".limner-*.tmp/out/scratch")))
        begun.process.kill()  # the first process alone: those that decode for it end by themselves
        begun.process.join(10)
        assert not out.exists()
        wait_until(lambda: not alive(begun.pid), seconds=20)
    limner("prepare", write_good(tmp_path / "source"), out, "--workers", "1")
    assert len(Dataset.open(out)) == 6


def test_fault_24_a_folder_of_samples_is_killed_half_way(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "samples"
    with Started(tmp_path / "said", "sample", model, "--n", "100000", "--out", out):
        wait_until(lambda: len(list(tmp_path.glob(".limner-*.tmp/samples/*.png"))) > 20)
    assert not out.exists()
    limner("sample", model, "--n", "5", "--out", out)
    assert sorted(path.suffix for path in out.iterdir()) == [".csv", *[".png"] * 5]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_fault_25_a_training_is_interrupted(number: signal.Signals, dataset: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with Started(tmp_path / "said", "train", dataset, "--out", run, *LONG) as begun:
        wait_until(lambda: (run / "history.jsonl").is_file() and (run / "history.jsonl").read_text())
        begun.send(number)
        status, said = begun.ends()
    assert status == 130
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("limner: ")
    assert f"limner train --resume --out {run} --steps 100000" in said
    assert _reached(run) >= 20
    assert load(run).sample(1).shape == (1, 16, 16, 3)


def _size(path: Path) -> int:
    """Returns the bytes of a file, 0 of one that was renamed since it was listed."""
    with suppress(FileNotFoundError):
        return path.stat().st_size
    return 0


@pytest.mark.parametrize("verb", ["prepare", "sample"])
def test_fault_25_work_without_checkpoints_is_interrupted(verb: str, many: Path, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = {
        "prepare": [many, out, "--size", "64", "--workers", "2"],
        "sample": [model, "--n", "100000", "--out", out],
    }
    with unchanged(tmp_path), Started(tmp_path / "said", verb, *command[verb]) as begun:
        wait_until(lambda: any(map(_size, tmp_path.glob(".limner-*.tmp/out/*"))))
        begun.send(signal.SIGINT)
        status, said = begun.ends()
        begun.said.unlink()
    assert status == 130
    assert said.endswith("limner: interrupted\n")
    assert "Traceback" not in said
    wait_until(lambda: not alive(begun.pid), seconds=20)


def test_fault_26_the_clock_jumps(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days, began = itertools.cycle((0, 400, -400, 30_000)), time.monotonic()
    honest = time.time
    with monkeypatch.context() as jumping:
        jumping.setattr(time, "time", lambda: honest() + 86_400 * next(days))
        limner("train", dataset, "--out", tmp_path / "run", "--minutes", "0.02", *SMALL)
        limner("train", "--resume", "--out", tmp_path / "run", "--minutes", "0.03")
    assert 1.8 <= time.monotonic() - began < 20
    rows = [json.loads(line) for line in (tmp_path / "run" / "history.jsonl").read_text().splitlines()]
    seconds = [row["seconds"] for row in rows]
    assert seconds == sorted(seconds)
    assert seconds[-1] < 3
