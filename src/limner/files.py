"""Writing that is all or nothing: a reader sees the old file or the new one, never half of either.

What is being written lies in a folder `.limner-????????.tmp` next to its place, whose `.lock` the writing process holds.
The system releases that lock when the process ends, however it ends: a folder whose lock is free is a leftover, and the
next process that writes there removes it.
"""

import functools
import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock

_UNFINISHED = re.compile(r"\.limner-[0-9a-f]{8}\.tmp")
_LOCK = ".lock"
_UNLOCKED_SECONDS = 3600
"""Age at which a folder without a lock is a leftover: its process ended before it could lock anything."""


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yields a temporary path of the same name; on success it is synced and renamed onto `path`, on failure removed."""
    path = Path(path)
    if any(_UNFINISHED.fullmatch(part) for part in path.parent.parts):
        # an atomic folder is locked, and syncs everything in it once, when it is complete
        with _replacing(path) as temporary:
            yield temporary
        return
    with _working_folder(path) as folder:
        temporary = folder / path.name
        yield temporary
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yields a temporary folder of the same name for `path`, which must not exist; renamed onto it on success, else removed."""
    path = Path(path)
    with _working_folder(path) as folder:
        temporary = folder / path.name
        temporary.mkdir()
        yield temporary
        for file in temporary.rglob("*"):
            if file.is_file():
                _sync(file)
        temporary.rename(path)
        _sync(path.parent)


def write_text(path: Path, text: str) -> None:
    """Writes UTF-8 text atomically."""
    with atomic_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_bytes(path: Path, content: bytes) -> None:
    """Writes bytes atomically."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)


def digest(path: Path) -> str:
    """Returns the SHA-256 of a file's content, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def exclusive(path: Path) -> Iterator[bool]:
    """Yields whether this process alone holds the lock file `path` from here on; it is removed at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = _acquired(path)
    if lock is None:
        yield False
        return
    try:
        yield True
    finally:
        with suppress(OSError):  # some systems remove no file that is open
            path.unlink(missing_ok=True)
        lock.release()


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    temporary = path.with_name(f".{secrets.token_hex(4)}{path.suffix}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        _rename_in(error, temporary, path)
        raise


@contextmanager
def _working_folder(path: Path) -> Iterator[Path]:
    """Yields a new locked folder next to `path`, and removes it with all that is left in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(path.parent.absolute())
    folder = path.parent
    try:
        folder, lock = _locked_folder(path.parent)
        try:
            yield folder
        finally:
            lock.release()
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        _rename_in(error, folder, path)
        raise


def _locked_folder(parent: Path) -> "tuple[Path, BaseFileLock]":
    while True:
        folder = parent / f".limner-{secrets.token_hex(4)}.tmp"
        folder.mkdir()
        lock = _acquired(folder / _LOCK)
        if lock and (folder / _LOCK).exists():
            return folder, lock
        if lock:  # another process took the folder for a leftover before it was locked
            lock.release()


@functools.lru_cache(maxsize=256)
def _remove_leftovers(parent: Path) -> None:
    """Removes what killed processes left in a folder; once a process, because folders may hold very many files."""
    with os.scandir(parent) as entries:
        folders = [Path(entry.path) for entry in entries if _UNFINISHED.fullmatch(entry.name)]
    for folder in folders:
        with suppress(OSError):
            if not (folder / _LOCK).exists():
                if time.time() - folder.stat().st_mtime > _UNLOCKED_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)
            elif lock := _acquired(folder / _LOCK):
                shutil.rmtree(folder, ignore_errors=True)
                lock.release()


def _acquired(path: Path) -> "BaseFileLock | None":
    from filelock import FileLock, Timeout  # 45 ms, which not every command needs

    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock


def _rename_in(error: BaseException, temporary: Path, path: Path) -> None:
    """Puts the name that the user knows into an error about a temporary file, or about no file, as that of a full disk is."""
    if isinstance(error, OSError) and str(error.filename or temporary).startswith(str(temporary)):
        error.filename = str(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
