"""A .tar of a folder of pictures, compressed or not, as a source."""

import bz2
import gzip
import lzma
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any, Self

from limner.data.sources.archive import Entries, check_count, check_ratio, foreign, oversize
from limner.data.sources.source import Item, Problem
from limner.errors import printable

_DECOMPRESSORS: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
# Entries that hold the names of those after them; tarfile takes them into memory whole.
_NAMES = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_LONGEST_NAME = 2**20


class TarSource(Entries):
    """The files in a .tar, .tar.gz, .tar.bz2 or .tar.xz, in the order of the archive, laid out as `FolderSource` says.

    Set aside and refused: as in `ZipSource`; a damaged or truncated archive is a DataError when it is listed.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        for number, (archive, member) in enumerate(_members(path)):
            if not member.isdir():
                self.add(number, _tar_name(member), _tar_problem(member), partial(_tar_bytes, archive, member))
        self.listed()

    def items(self) -> Iterator[Item]:
        """Yields every entry, unpacking it in memory only now."""
        for number, (archive, member) in enumerate(_members(self.path)):
            name = _tar_name(member)
            if self.numbers.get(name) == number:
                with foreign(self.path, "it is damaged or truncated"):
                    content = _tar_bytes(archive, member)
                yield Item(printable(name), content, self.layout.of(name))


def _members(path: Path) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Yields every member in turn; what follows in the archive is not read before the next one is asked for."""
    with foreign(path, "it cannot be opened, or it is damaged, truncated or no tar archive"), _tar(path) as archive:
        count = 0
        while (member := archive.next()) is not None:
            count += 1
            check_count(path, count)
            yield archive, member
            # tarfile would keep every member in memory
            archive.members = []  # type: ignore[attr-defined]


@contextmanager
def _tar(path: Path) -> Iterator[tarfile.TarFile]:
    with path.open("rb") as file:
        head = file.read(8)
        unpack = next((unpack for magic, unpack in _DECOMPRESSORS.items() if head.startswith(magic)), None)
        file.seek(0)
        if unpack is None:
            _check_headers(path, file)
            with tarfile.open(fileobj=file, mode="r:", tarinfo=_Member) as archive:
                yield archive
            return
        with unpack(file) as stream:
            counted: Any = _Counted(path, stream)
            with tarfile.open(fileobj=counted, mode="r|", tarinfo=_Member) as archive:
                yield archive


def _check_headers(path: Path, file: IO[bytes]) -> None:
    """Counts headers by hopping over what lies between, which is twenty times as quick as tarfile; DataError for too many."""
    count = 0
    while len(header := file.read(tarfile.BLOCKSIZE)) == tarfile.BLOCKSIZE and header[257:262] == b"ustar":
        count += 1
        check_count(path, count)
        try:
            size = int(header[124:136].strip(b"\0 ") or b"0", 8)
        except ValueError:  # a size in another notation, of something very large
            break
        file.seek(-(-size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE, os.SEEK_CUR)
    file.seek(0)


class _Member(tarfile.TarInfo):
    """A member whose header is right; tarfile takes a wrong or cut-off one for the end, and would lose the rest."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            member = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if len(buf) == tarfile.BLOCKSIZE and not any(buf):
                raise  # the proper end
            raise tarfile.ReadError(f"{error}, or it ends too early") from None
        if member.type in _NAMES and member.size > _LONGEST_NAME:
            raise tarfile.ReadError(f"a name of {member.size:,} bytes")
        return member


def _tar_name(member: tarfile.TarInfo) -> str:
    return member.name.replace("\\", "/").removeprefix("./")


def _tar_problem(member: tarfile.TarInfo) -> Problem | None:
    if member.issym() or member.islnk():
        return Problem("link", "links in archives are not followed")
    if not member.isreg() or member.issparse():
        return Problem("not a file", "a pipe, device or sparse entry")
    return oversize(member.size)


def _tar_bytes(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""


class _Counted:
    """A decompressor's output that ends in a DataError as soon as there is absurdly much of it."""

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        self.path, self.stream, self.count = path, stream, 0

    def read(self, size: int) -> bytes:
        content = self.stream.read(size)
        self.count += len(content)
        check_ratio(self.path, self.count)
        return content
