"""What zip and tar archives share as sources: limits, refusals, and a layout like a folder's; nothing is unpacked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from limner.data.sources.layout import is_clutter, is_table, lay_out, unsafe
from limner.data.sources.source import Problem, Rejected
from limner.errors import DataError, LimnerError, printable
from limner.pictures import MAX_BYTES

MAX_ENTRIES = 250_000  # each takes half a kilobyte of memory or more while an archive is listed
MAX_DIRECTORY = 64 * 2**20  # bytes of a zip's list of entries: 268 an entry
MAX_RATIO = 200  # unpacked to packed bytes; pictures are packed already and stay near 1
ALWAYS_ALLOWED = 256 * 2**20  # unpacked bytes below which no ratio is absurd


class Entries:
    """What listing an archive gathers: the entries to read by number, and everything that is not to be read."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.name
        self.set_aside: list[Rejected] = []
        self.ignored: list[str] = []
        self.numbers: dict[str, int] = {}
        self._tables: dict[str, bytes] = {}

    def add(self, number: int, name: str, problem: Problem | None, load: Callable[[], bytes]) -> None:
        """Files an entry under what will become of it; `load` is called for the content of a metadata table."""
        if fault := unsafe(name):
            problem = Problem("unsafe name", f"{fault}; it was not read")
        elif (name in self.numbers or name in self._tables) and not problem:
            problem = Problem("duplicate name", "an entry of this name came before; that one is used")
        if problem:
            self.set_aside.append(Rejected(printable(name), *problem))
        elif is_clutter(name) or is_table(name):
            self.ignored.append(printable(name))
            if is_table(name):
                with foreign(self.path, f"the entry {printable(name)} cannot be unpacked"):
                    self._tables[name] = load()
        else:
            self.numbers[name] = number

    def listed(self) -> None:
        """Lays the entries out once all are added; DataError when there are none."""
        if not self.numbers and not self.set_aside:
            raise DataError(f"{self.path} holds no files to read: give an archive with pictures")
        self.layout = lay_out(list(self.numbers), self._tables, self.ignored)
        self._tables = {}
        self.set_aside += self.layout.set_aside
        self.count, self.columns, self.notes = len(self.numbers), self.layout.columns, self.layout.notes
        self.classes: dict[str, list[str]] = {}
        self.semicolons = self.layout.semicolons


@contextmanager
def foreign(path: Path, fault: str) -> Iterator[None]:
    """Turns whatever zipfile, tarfile and the decompressors raise on foreign bytes, which is much, into a DataError."""
    try:
        yield
    except LimnerError:
        raise
    except Exception as error:
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DataError(f"{path}: {fault}: {' '.join(words.split())[:160] or type(error).__name__}") from None


def check_count(path: Path, count: int) -> None:
    """Raises DataError when an archive has more entries than are taken into memory."""
    if count > MAX_ENTRIES:
        raise DataError(
            f"{path} has more than {MAX_ENTRIES:,} entries (it lists or claims {count:,}): refused; unpack it, and give the folder"
        )


def check_ratio(path: Path, unpacked: int) -> None:
    """Raises DataError when so many unpacked bytes from so small an archive can only be an attack."""
    packed = max(path.stat().st_size, 1)
    if unpacked > max(ALWAYS_ALLOWED, MAX_RATIO * packed):
        times = f"over {unpacked / packed:,.0f} times its size"
        raise DataError(f"{path} unpacks to {times}, as an archive bomb does: refused")


def oversize(size: int) -> Problem | None:
    """Returns the problem of an entry that claims more bytes than any picture needs, or None."""
    return Problem("too large", f"it claims {size:,} bytes, of at most {MAX_BYTES:,}") if size > MAX_BYTES else None
