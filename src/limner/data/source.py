"""Where pictures come from: one small protocol that folders, archives, Parquet and arrays all answer."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from limner import pictures
from limner.errors import DataError

Value = str | float | None  # whole numbers stay `int`, so that 3 and 3.0 can be told apart

# Why an input was not used: what reading can find, and what listing can find.
REASONS = (
    *pictures.REASONS,
    "missing file",  # metadata names a file that is not there
    "bad row",  # a metadata row that cannot be understood, or the second one for the same file
    "link",  # a link inside an archive, to a folder, or to nothing
    "link that leaves the folder",
    "unsafe name",  # an absolute name, a drive, or ".." inside an archive
    "duplicate name",
    "encrypted",
    "not a file",  # a pipe, socket, device, or sparse entry
)


class Problem(NamedTuple):
    """Why an input cannot be used: one of `REASONS`, and a few words more."""

    reason: str
    detail: str


class SetAside(NamedTuple):
    """An input refused while listing, before any content was read."""

    name: str
    reason: str
    detail: str


class Item(NamedTuple):
    """One input: the bytes of an image file or a uint8 array (H, W) or (H, W, 1|3|4), or the problem that it has."""

    name: str
    content: bytes | np.ndarray | None
    attributes: dict[str, Value]
    problem: Problem | None = None


class Source(Protocol):
    """`count` items in a stable order; together with `set_aside` and `ignored` they account for every input."""

    name: str
    count: int
    columns: list[str]  # the attribute names; every item's `attributes` has exactly these keys
    set_aside: list[SetAside]
    ignored: list[str]  # clutter and tables that nobody meant as pictures: metadata.csv, README.md, .DS_Store
    notes: list[str]  # decisions to show in the report, one sentence each

    def items(self) -> Iterator[Item]:
        """Yields every item, reading its content only now, so that memory stays flat; may be called again."""
        ...


def open_source(path: Path | str) -> Source:
    """Returns the source at `path`, chosen by its kind; DataError when there is none, or it cannot be used.

    A folder of pictures (class sub-folders or metadata.csv / metadata.jsonl), a .zip or .tar(.gz|.bz2|.xz) of one,
    a .parquet file or a folder of shards in Hugging Face image layout, or a .npy / .npz array.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"no such file or folder: {path}")
    if path.is_dir():
        return _open_folder(path)
    for suffixes, opener in _openers().items():
        if path.name.lower().endswith(suffixes):
            return opener(path)
    known = " ".join(suffix for suffixes in _openers() for suffix in suffixes)
    raise DataError(f"{path} is not a source of pictures: give a folder, or a file ending in {known}")


def identity(path: Path | str) -> str:
    """Returns a cheap key (hexadecimal) of the names, sizes and times of a source: equal until something changes."""
    path = Path(path).resolve()
    if not path.exists():
        raise DataError(f"no such file or folder: {path}")
    key = hashlib.sha256(os.fsencode(path))
    for file, status in _statuses(path):
        key.update(os.fsencode(file) + f"\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return key.hexdigest()


def shown(name: str) -> str:
    """Returns a file name that can be printed and stored as UTF-8: control and undecodable characters are escaped."""
    try:
        text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        text = name.encode("utf-8", "backslashreplace").decode()
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def _openers() -> dict[tuple[str, ...], Callable[[Path], Source]]:
    from limner.data import arrays, parquet, tars, zips

    return {
        (".zip",): zips.ZipSource,
        (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz"): tars.TarSource,
        (".parquet",): parquet.ParquetSource,
        (".npy", ".npz"): arrays.ArraySource,
    }


def _open_folder(path: Path) -> Source:
    from limner.data import folder, parquet

    shards = parquet.shards(path)
    return parquet.ParquetSource(path, shards) if shards else folder.FolderSource(path)


def _statuses(path: Path) -> Iterator[tuple[str, os.stat_result]]:
    if path.is_file():
        yield path.name, path.stat()
        return
    for folder, folders, files in os.walk(path):
        folders.sort()
        for name in sorted(files):
            full = os.path.join(folder, name)  # noqa: PTH118 (Path costs seconds on 100,000 files)
            yield os.path.relpath(full, path), os.lstat(full)
