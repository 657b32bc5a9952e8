"""A dataset is replaced only when that is asked for, and whole: a failure, a full disk or a killed process keeps the old one."""

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from limner.data import Dataset, intake, prepare
from limner.errors import DataError
from limner.files import exclusive
from preparing import prepared, write_folder


def test_a_dataset_is_replaced_only_when_asked_and_anything_else_never(tmp_path: Path) -> None:
    source, out = write_folder(tmp_path / "source", 6), tmp_path / "out"
    out.mkdir()
    first, _ = prepared(source, out)
    with pytest.raises(DataError, match="--overwrite"):
        prepare(source, out)
    second, _ = prepared(source, out, size=16, overwrite=True)
    assert second.fingerprint != first.fingerprint
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(DataError, match="not a dataset"):
        prepare(source, tmp_path / "mine", overwrite=True)
    assert {path.name for path in tmp_path.iterdir()} == {"source", "out", "mine"}


def test_a_failure_while_overwriting_keeps_the_old_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = write_folder(tmp_path / "source", 6), tmp_path / "out"
    first, _ = prepared(source, out)

    def fails(path: Path) -> None:
        raise OSError(errno.EIO, "the disk failed")

    monkeypatch.setattr("limner.files._sync", fails)
    with pytest.raises(DataError, match="the disk failed"):
        prepare(source, out, size=16, overwrite=True)
    assert Dataset.open(out).fingerprint == first.fingerprint
    assert {path.name for path in tmp_path.iterdir()} == {"source", "out"}


def test_the_dataset_that_a_killed_process_was_replacing_is_put_back(tmp_path: Path) -> None:
    source, out = write_folder(tmp_path / "source", 6), tmp_path / "out"
    first, _ = prepared(source, out)
    out.rename(tmp_path / ".out.old")
    with pytest.raises(DataError, match="--overwrite"):
        prepare(source, out)
    assert Dataset.open(out).fingerprint == first.fingerprint
    assert {path.name for path in tmp_path.iterdir()} == {"source", "out"}


def test_a_second_process_cannot_prepare_the_same_folder(tmp_path: Path) -> None:
    source, out = write_folder(tmp_path / "source", 6), tmp_path / "out"
    with exclusive(tmp_path / ".out.lock"):
        done = subprocess.run(
            [sys.executable, "-m", "limner", "prepare", str(source), str(out)], capture_output=True, text=True
        )
    assert done.returncode == 1
    assert done.stderr.startswith(f"limner: {out} is being prepared by another process")
    assert done.stderr.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"source"}


@pytest.mark.parametrize("moment", [0.3, 0.8, 1.3])
def test_prepare_after_a_killed_one_leaves_only_its_dataset(tmp_path: Path, moment: float) -> None:
    source, out = write_folder(tmp_path / "source", 40), tmp_path / "out"
    command = [sys.executable, "-m", "limner", "prepare", str(source), str(out), "--overwrite"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(moment)
        process.kill()
    subprocess.run(command, check=True, capture_output=True)
    assert len(Dataset.open(out)) == 40
    assert {path.name for path in tmp_path.iterdir()} == {"source", "out"}


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(scratch: intake.Scratch, pixels: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(intake.Scratch, "append", full)
    with pytest.raises(DataError, match="full; nothing was written"):
        prepare(write_folder(tmp_path / "source", 3), tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == {"source"}
