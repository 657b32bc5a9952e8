"""What cannot be prepared is refused in one line, before any work where it can be, and leaves nothing."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hostile import encoded
from limner.data import prepare
from limner.errors import DataError, LimnerError, UsageError
from preparing import write_folder, write_table

REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no such path": (lambda path: path / "nowhere", "no such file"),
    "an empty folder": (lambda path: _empty(path / "empty"), "no files to read"),
    "one picture": (lambda path: write_folder(path / "one", 1), "one picture; at least 2 usable"),
    "all damaged": (lambda path: _damaged(path / "damaged"), "none of 3 pictures (2 truncated, 1 empty)"),
    "all copies": (lambda path: _copies(path / "copies"), "--keep-duplicates"),
    "nothing complete": (lambda path: _nothing_complete(path / "rows"), "--missing drop, keep or mean"),
}


def _empty(path: Path) -> Path:
    path.mkdir()
    return path


def _damaged(path: Path) -> Path:
    path.mkdir()
    for index, content in enumerate((b"", encoded("PNG")[:60], encoded("JPEG")[:200])):
        (path / f"{index}.png").write_bytes(content)
    return path


def _copies(path: Path) -> Path:
    write_folder(path, 1)
    (path / "again.png").write_bytes((path / "0000.png").read_bytes())
    return path


def _nothing_complete(path: Path) -> Path:
    write_folder(path, 4)
    write_table(path, ["0000.png,ash,,one", "0001.png,,2,two", "0002.png,ash,1.5,three", "0003.png,,1,four"])
    return path


@pytest.mark.parametrize("case", REFUSED)
def test_bad_sources_are_refused_in_one_line_and_leave_nothing(tmp_path: Path, case: str) -> None:
    make, words = REFUSED[case]
    (tmp_path / "in").mkdir()
    (tmp_path / "to").mkdir()
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        prepare(make(tmp_path / "in"), tmp_path / "to" / "out")
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "to").iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"size": "large"}, "size"),
        ({"size": 2}, "out of range"),
        ({"fit": "crops"}, "did you mean 'crop'"),
        ({"missing": "ignore"}, "drop, keep, mean"),
        ({"background": "whitish"}, "colour"),
        ({"splits": (0.8, 0.3, 0.1)}, "0.8,0.1,0.1"),
        ({"seed": -1}, "seed -1"),
        ({"workers": 0}, "workers 0"),
    ],
)
def test_bad_options_are_refused_before_any_work(tmp_path: Path, options: dict, words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        prepare(write_folder(tmp_path / "source", 3), tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("source", "out"), [("a", "a"), ("a", "a/b"), ("a/b", "a"), ("a/b/../c", "a/c")])
def test_source_and_out_must_not_lie_inside_each_other(tmp_path: Path, source: str, out: str) -> None:
    for name in ("a", "a/b", "a/c"):
        write_folder(tmp_path / name, 3)
    with pytest.raises(DataError, match="inside each other"):
        prepare(tmp_path / source, tmp_path / out, overwrite=True)


def test_a_dataset_is_not_prepared_again(tmp_path: Path) -> None:
    prepare(write_folder(tmp_path / "source", 3), tmp_path / "out")
    with pytest.raises(DataError, match="already"):
        prepare(tmp_path / "out", tmp_path / "again")


def test_an_out_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LimnerError, match="cannot be written"):
        prepare(write_folder(tmp_path / "source", 3), tmp_path / "file" / "out")
