"""A .zip of a folder of pictures as a source."""

import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from limner.data.sources.archive import MAX_DIRECTORY, Entries, check_count, check_ratio, foreign, oversize
from limner.data.sources.source import Item, Problem
from limner.data.sources.zip_names import decoded_names
from limner.errors import DataError, printable
from limner.pictures import MAX_BYTES, sniff

_END_64 = 56 + 20
"""Bytes of the two further end records of an archive with very many entries."""


class ZipSource(Entries):
    """The files in a .zip, in the order of their names, laid out as `FolderSource` says.

    Set aside: absolute names, drives and "..", links and devices, encrypted entries, second entries of one name, and
    entries that claim more than `MAX_BYTES`. DataError when the archive is damaged, claims another number of entries
    than it has, has more than `MAX_ENTRIES`, or unpacks to more than `MAX_RATIO` times its size.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        with _zip(path) as archive:
            self._infos = archive.infolist()
            check_ratio(path, sum(info.file_size for info in self._infos if not oversize(info.file_size)))
            names, note = decoded_names(self._infos)
            for number, (info, own) in enumerate(zip(self._infos, names, strict=True)):
                name = own.replace("\\", "/")
                if not name.endswith("/"):
                    self.add(number, name, _zip_problem(info), partial(archive.read, info))
        self.listed()
        if note:
            self.notes.append(note)

    def items(self) -> Iterator[Item]:
        """Yields every entry, unpacking it in memory only now."""
        with _zip(self.path) as archive:
            for name in sorted(self.numbers):
                content, problem = _content(archive, self._infos[self.numbers[name]])
                yield Item(printable(name), content, self.layout.of(name), problem)


@contextmanager
def _zip(path: Path) -> Iterator[zipfile.ZipFile]:
    with foreign(path, "it cannot be opened, or it is damaged, truncated or no zip archive"):
        check_directory(path)
        archive = zipfile.ZipFile(path)
    with archive:
        yield archive


def check_directory(path: Path) -> None:
    """Raises DataError when an archive has, or claims, more entries or a larger directory than is taken into memory.

    It is the record that zipfile will follow which is looked at, so that nothing else can be counted than is then read.
    """
    with path.open("rb") as file:
        record = zipfile._EndRecData(file)  # type: ignore[attr-defined]
        if not record:
            raise zipfile.BadZipFile("it has no end record")
        signature, claimed, size, place = record[0], record[4], record[5], record[9]
        check_count(path, claimed)
        if size > MAX_DIRECTORY:
            raise DataError(f"{path} has a directory of {size:,} bytes, of at most {MAX_DIRECTORY:,}: refused")
        file.seek(max(0, place - size - (_END_64 if signature == b"PK\x06\x06" else 0)))
        listed = _listed(path, file.read(size))
    if claimed not in (listed, listed % 65536):
        raise DataError(f"{path} is damaged: it claims {claimed:,} entries and lists {listed:,}")


def _listed(path: Path, directory: bytes) -> int:
    count, at = 0, 0
    while directory[at : at + 4] == b"PK\x01\x02":
        count += 1
        check_count(path, count)
        name, extra, comment = struct.unpack_from("<3H", directory.ljust(at + 46), at + 28)
        at += 46 + name + extra + comment
    return count


def _zip_problem(info: zipfile.ZipInfo) -> Problem | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return Problem("link", "links in archives are not followed")
    if kind not in (0, stat.S_IFREG):
        return Problem("not a file", "a pipe, socket or device")
    if info.flag_bits & 0x1:
        return Problem("encrypted", "unpack it with its password and give the folder")
    return oversize(info.file_size)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[bytes | None, Problem | None]:
    try:
        with archive.open(info) as file:
            head = file.read(512)
            return (head + file.read(MAX_BYTES) if sniff(head) else head), None
    except NotImplementedError:
        return None, Problem("unreadable", "packed by a method that cannot be read: pack the archive again")
    except Exception as error:  # zipfile and the decompressors raise many kinds on foreign bytes
        return None, Problem("damaged", f"the entry cannot be unpacked: {' '.join(str(error).split())[:120]}")
