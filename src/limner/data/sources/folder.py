"""A folder of pictures as a source: every file is read and judged by its content, whatever it is called."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from limner.data.sources.layout import is_clutter, is_table, lay_out
from limner.data.sources.source import Item, Problem, Rejected
from limner.errors import DataError, printable
from limner.pictures import UnusablePicture, read_bytes


class FolderSource:
    """The files of a folder and its sub-folders, in the order of their names.

    Class sub-folders give the attribute `label`; if there are metadata.csv or metadata.jsonl, their rows count instead.
    Every file becomes an item (pictures of any suffix, and whatever else turns out "not a picture"), is set aside
    (links that leave the folder, pipes, folders that cannot be opened), or is ignored: metadata.*, READMEs and
    licences, .DS_Store, Thumbs.db, __MACOSX and hidden files, unless their suffix is a picture's.
    """

    def __init__(self, path: Path) -> None:
        self.root = Path(os.path.realpath(path))
        self.name = path.name or str(path)
        self.set_aside: list[Rejected] = []
        self.ignored: list[str] = []
        names: list[str] = []
        tables: dict[str, bytes] = {}
        for name in _files(self.root, self.set_aside):
            if is_table(name):
                tables[name] = _table(self.root, name)
            (self.ignored if is_clutter(name) or is_table(name) else names).append(name)
        if not names and not self.set_aside:
            raise DataError(f"{path} holds no files to read: give a folder with pictures")
        self.ignored = [printable(name) for name in self.ignored]
        self._names, self._layout = names, lay_out(names, tables, self.ignored)
        self.set_aside += self._layout.set_aside
        self.count, self.columns, self.notes = len(names), self._layout.columns, self._layout.notes
        self.classes: dict[str, list[str]] = {}
        self.semicolons = self._layout.semicolons

    def items(self) -> Iterator[Item]:
        """Yields every file, reading it only now."""
        for name in self._names:
            attributes = self._layout.of(name)
            try:
                yield Item(printable(name), read_bytes(self.root / name), attributes)
            except UnusablePicture as error:
                yield Item(printable(name), None, attributes, Problem(error.reason, error.detail))


def _files(root: Path, set_aside: list[Rejected]) -> list[str]:
    found, waiting = [], [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    name = f"{folder}/{entry.name}" if folder else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(name)
                    elif problem := _refused(root, entry):
                        set_aside.append(Rejected(printable(name), *problem))
                    else:
                        found.append(name)
        except OSError as error:
            if not folder:
                raise DataError(f"the folder {root} cannot be opened: {error.strerror}") from None
            set_aside.append(
                Rejected(printable(folder), "unreadable", f"the folder cannot be opened: {error.strerror}")
            )
    set_aside.sort()
    return sorted(found, key=os.fsencode)


def _refused(root: Path, entry: os.DirEntry[str]) -> Problem | None:
    """Returns why a name that is no folder must not be opened, or None for a regular file inside the folder."""
    linked = entry.is_symlink()
    try:
        mode = entry.stat().st_mode
    except OSError:
        return Problem("link", "it leads nowhere") if linked else None
    if linked and not Path(os.path.realpath(entry.path)).is_relative_to(root):
        return Problem("link that leaves the folder", "copy the file itself into the folder")
    if linked and stat.S_ISDIR(mode):
        return Problem("link", "links to folders are not followed")
    return None if stat.S_ISREG(mode) else Problem("not a file", "a pipe, socket or device")


def _table(root: Path, name: str) -> bytes:
    try:
        return (root / name).read_bytes()
    except OSError as error:
        raise DataError(f"{printable(name)} cannot be read: {error.strerror}") from None
