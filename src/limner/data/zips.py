"""A .zip of a folder of pictures as a source."""

import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from limner.data.archive import MAX_ENTRIES, Entries, check_ratio, foreign, oversize
from limner.data.source import Item, Problem, shown
from limner.errors import DataError
from limner.pictures import MAX_BYTES, sniff


class ZipSource(Entries):
    """The files in a .zip, in the order of their names, laid out as `FolderSource` says.

    Set aside: absolute names, drives and "..", links and devices, encrypted entries, second entries of one name, and
    entries that claim more than `MAX_BYTES`. DataError when the archive is damaged, claims another number of entries
    than it has, or unpacks to more than `MAX_RATIO` times its size.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        claimed = _claimed_entries(path)
        with _zip(path) as archive:
            self._infos = archive.infolist()
            if claimed not in (len(self._infos), len(self._infos) % 65536):
                raise DataError(f"{path} is damaged: it claims {claimed:,} entries and lists {len(self._infos):,}")
            check_ratio(path, sum(info.file_size for info in self._infos if not oversize(info.file_size)))
            for number, info in enumerate(self._infos):
                name = info.filename.replace("\\", "/")
                if not name.endswith("/"):
                    self.add(number, name, _zip_problem(info), partial(archive.read, info))
        self.listed()

    def items(self) -> Iterator[Item]:
        """Yields every entry, unpacking it in memory only now."""
        with _zip(self.path) as archive:
            for name in sorted(self.numbers):
                content, problem = _content(archive, self._infos[self.numbers[name]])
                yield Item(shown(name), content, self.layout.of(name), problem)


@contextmanager
def _zip(path: Path) -> Iterator[zipfile.ZipFile]:
    with foreign(path, "it cannot be opened, or it is damaged, truncated or no zip archive"):
        archive = zipfile.ZipFile(path)
    with archive:
        yield archive


def _claimed_entries(path: Path) -> int:
    """Returns the number of entries in the end record, which zipfile does not compare with what it finds."""
    with foreign(path, "it cannot be read"), path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 66_000))
        tail = file.read()
    end, larger = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    claimed = int.from_bytes(tail[end + 10 : end + 12], "little")
    if larger >= 0 and claimed == 65535:
        claimed = int.from_bytes(tail[larger + 32 : larger + 40], "little")
    if claimed > MAX_ENTRIES:
        raise DataError(f"{path} claims {claimed:,} entries, more than {MAX_ENTRIES:,}: refused")
    return claimed


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
        return None, Problem("unreadable", "packed by a method that cannot be read: pack the archive anew")
    except Exception as error:  # zipfile and the decompressors raise many kinds on foreign bytes
        return None, Problem("damaged", f"the entry cannot be unpacked: {' '.join(str(error).split())[:120]}")
