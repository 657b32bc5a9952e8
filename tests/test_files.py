"""Writing that is all or nothing, and randomness that is a pure function."""

from pathlib import Path

import pytest
import torch

from limner import seeds
from limner.files import atomic_file, atomic_folder, write_text


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


def test_seeds_are_the_same_everywhere_and_differ_by_every_part() -> None:
    assert seeds.derive("picture", 0, 1) == 3434562673086235868
    found = {seeds.derive(*parts) for parts in (("a", 1), ("a", 2), ("b", 1), (1, "a"), ("a", "1"))}
    assert len(found) == 5
    first, again = seeds.for_pictures(7, 5)[3], seeds.for_pictures(7, 1, first=3)[0]
    assert torch.equal(torch.randn(4, generator=first), torch.randn(4, generator=again))
