"""Memory: how much is left, work that needs more than that, and running out of it, each said in one line."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from limner.errors import LimnerError

PROC, GROUPS = Path("/proc"), Path("/sys/fs/cgroup")
UNLIMITED = 2**62
# How NumPy, PyTorch, CUDA and ONNX Runtime say it where they raise no MemoryError.
_WORDS = (
    "out of memory",
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
    "failed to allocate memory",
    "unable to allocate",
    "bad allocation",
    "bad_alloc",
    "alloc_failed",
    "defaultcpuallocator",
    "storage size calculation overflowed",
    "array is too big",
    "maximum allowed dimension exceeded",
)


class OutOfMemoryError(LimnerError):
    """Work that does not fit in memory."""


def out_of_memory(error: BaseException) -> bool:
    """Returns whether an exception means that memory ran out, whichever library raised it."""
    if isinstance(error, MemoryError | OutOfMemoryError):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    words = str(error).lower()
    return not isinstance(error, LimnerError) and any(known in words for known in _WORDS)


@contextmanager
def explained(what: str, advice: str) -> Iterator[None]:
    """Turns running out of memory into an OutOfMemoryError: "<what> does not fit in memory: <advice>."."""
    try:
        yield
    except OutOfMemoryError:
        raise
    except Exception as error:
        if not out_of_memory(error):
            raise
        raise OutOfMemoryError(f"{what} does not fit in memory: {advice}.") from None


def require(need: int, what: str, advice: str) -> None:
    """Raises OutOfMemoryError when `need` bytes are more than is left.

    The system often grants memory that it does not have, and ends the process once it is used: what is known beforehand
    must be refused beforehand.
    """
    left = available()
    if need > left:
        raise OutOfMemoryError(f"{what} needs {_size(need)} of memory, and {_size(left)} are left: {advice}.")


def available(proc: Path = PROC, groups: Path = GROUPS) -> int:
    """Returns the bytes that this process can still take: of the machine, its control groups and its own limit."""
    return max(0, min([_of_machine(proc), _of_process(proc), *_of_groups(proc, groups)]))


def _of_machine(proc: Path) -> int:
    found = _table(proc / "meminfo")
    return 1024 * (found["MemAvailable:"] + found.get("SwapFree:", 0)) if "MemAvailable:" in found else UNLIMITED


def _of_process(proc: Path) -> int:
    with suppress(ImportError, OSError, ValueError):
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            taken = int((proc / "self" / "statm").read_text().split()[0]) * resource.getpagesize()
            return limit - taken
    return UNLIMITED


def _of_groups(proc: Path, groups: Path) -> Iterator[int]:
    """Yields what is left in each control group, of version 2 or 1, that this process is in."""
    with suppress(OSError):
        for line in (proc / "self" / "cgroup").read_text().splitlines():
            _, controllers, name = line.split(":", 2)
            if not controllers:
                yield from _left(groups, name, "memory.max", "memory.current", "inactive_file")
            elif "memory" in controllers.split(","):
                files = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
                yield from _left(groups / "memory", name, *files)


def _left(root: Path, name: str, limit: str, used: str, reclaimable: str) -> Iterator[int]:
    folder = root / name.strip("/")
    for group in (folder, *folder.parents):
        # a group without a limit says "max"; within a container the folder may not be there
        with suppress(OSError, ValueError):
            most, taken = int((group / limit).read_text()), int((group / used).read_text())
            yield most - taken + _table(group / "memory.stat").get(reclaimable, 0)
        if group == root:
            return


def _table(path: Path) -> dict[str, int]:
    try:
        rows = (line.split() for line in path.read_text().splitlines())
        return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit()}
    except OSError:
        return {}


def _size(count: int) -> str:
    if count >= 2**50:
        return "over 1,000,000 GiB"
    return f"{count / 2**30:,.1f} GiB" if count >= 2**29 else f"{count / 2**20:,.0f} MiB"
