"""Writing that is all or nothing, and randomness that is a pure function."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from limner import seeds
from limner.files import atomic_file, atomic_folder, exclusive, write_text

WRITERS = {
    "file": "with files.atomic_file(path) as temporary: temporary.write_text('half'); wait()",
    "folder": "with files.atomic_folder(path) as folder: files.write_text(folder / 'a', 'half'); wait()",
    "lock": "with files.exclusive(path) as alone: assert alone; wait()",
}


@contextmanager
def _another(kind: str, path: Path) -> Iterator[subprocess.Popen]:
    """Another process that is in the middle of writing `path`; it is killed at the end."""
    wait = "wait = lambda: (print(flush=True), time.sleep(600))"
    code = (
        f"import pathlib, time; from limner import files; path = pathlib.Path({str(path)!r}); {wait}\n{WRITERS[kind]}"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            assert process.stdout.readline()
            yield process
        finally:
            process.kill()


def _names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def _fail_writing(path: Path) -> None:
    with atomic_file(path) as temporary:
        temporary.write_text("half")
        raise ZeroDivisionError


def _fail_in(path: Path) -> None:
    with atomic_folder(path) as folder:
        write_text(folder / "a.txt", "half")
        raise ZeroDivisionError


def test_a_failure_keeps_the_old_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "old")
    with pytest.raises(ZeroDivisionError):
        _fail_writing(tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        _fail_in(tmp_path / "f")
    assert list(tmp_path.iterdir()) == []
    with atomic_folder(tmp_path / "f") as folder:
        write_text(folder / "a.txt", "whole")
        assert not (tmp_path / "f").exists()
    assert (tmp_path / "f" / "a.txt").read_text() == "whole"


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_the_next_process_removes_what_a_killed_one_left(tmp_path: Path, kind: str) -> None:
    with _another(kind, tmp_path / "big"):
        pass
    assert len(_names(tmp_path)) == 1
    write_text(tmp_path / "a.txt", "whole")
    assert _names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_a_living_process_writes_is_left_alone(tmp_path: Path, kind: str) -> None:
    with _another(kind, tmp_path / "big"):
        write_text(tmp_path / "a.txt", "whole")
        assert len(_names(tmp_path)) == 2


def test_a_process_killed_before_it_could_lock_leaves_nothing_for_long(tmp_path: Path) -> None:
    for name, age in (("old", 7200), ("new", 60)):
        folder = tmp_path / name / ".limner-0123abcd.tmp"
        folder.mkdir(parents=True)
        os.utime(folder, (time.time() - age,) * 2)
        write_text(tmp_path / name / "a.txt", "whole")
    assert _names(tmp_path / "old") == ["a.txt"]
    assert _names(tmp_path / "new") == [".limner-0123abcd.tmp", "a.txt"]


def test_a_lock_is_held_by_one_process_and_ends_with_it(tmp_path: Path) -> None:
    path = tmp_path / ".out.lock"
    with _another("lock", path), exclusive(path) as alone:
        assert not alone
    with exclusive(path) as alone:
        assert alone
    assert _names(tmp_path) == []


def test_an_error_names_the_file_that_the_user_knows(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "a").touch()
    for attempt in (lambda: write_text(tmp_path / "taken", "x"), lambda: _whole_folder(tmp_path / "taken")):
        with pytest.raises(OSError, match="taken") as raised:
            attempt()
        assert raised.value.filename == str(tmp_path / "taken")
    assert _names(tmp_path) == ["taken"]


def _whole_folder(path: Path) -> None:
    with atomic_folder(path) as folder:
        write_text(folder / "a.txt", "whole")


def test_seeds_are_the_same_everywhere_and_differ_by_every_part() -> None:
    assert seeds.derive("picture", 0, 1) == 3434562673086235868
    found = {seeds.derive(*parts) for parts in (("a", 1), ("a", 2), ("b", 1), (1, "a"), ("a", "1"))}
    assert len(found) == 5
    assert torch.equal(seeds.noise(7, 5, 4)[3], seeds.noise(7, 1, 4, first=3)[0])
