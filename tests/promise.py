"""What every fault is met with: one line, an exit status that is not zero, and everything else as it was before."""

import ctypes
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from command_line import limner
from hostile import encoded, picture
from limner.data import Dataset
from limner.data.report import Report, read_report

SMALL = (
    "--set",
    "method.latent_dim=6",
    "--set",
    "method.generator.widths=[16,8]",
    "--set",
    "method.discriminator.widths=[8,16]",
    "--set",
    "batch=8",
)
"""Settings that make `gan` train at hundreds of steps a second on pictures of 16 pixels."""


def everything_in(folder: Path) -> dict[str, object]:
    """Returns {path: content} of all that is in a folder; what is no file or folder is named by its kind of inode."""
    return {str(path.relative_to(folder)): _content(path) for path in sorted(folder.rglob("*"))}


def _content(path: Path) -> object:
    if path.is_symlink():
        return path.readlink()
    return path.read_bytes() if path.is_file() else path.lstat().st_mode


def fails(within: Path, *arguments: str | Path, code: int | tuple[int, ...] = 1, progress: str = "") -> str:
    """Runs a command that must fail with this status and leave the folder `within` as it is; returns its one line."""
    before = everything_in(within)
    line = limner(*arguments, code=code, progress=progress)
    assert everything_in(within) == before
    return line


@contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    """Checks that a folder is afterwards as it was before."""
    before = everything_in(folder)
    yield
    assert everything_in(folder) == before


def write_good(folder: Path, count: int = 6, size: int = 16) -> Path:
    """Writes pictures that nothing is wrong with, `good-0.png` and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        (folder / f"good-{seed}.png").write_bytes(encoded("PNG", picture(size, seed=100 + seed)))
    return folder


def write_many(file: Path) -> Path:
    """Writes an array of 30,000 pictures, which takes seconds to prepare."""
    pictures = np.random.default_rng(0).integers(0, 256, (30_000, 4, 4, 3), dtype=np.uint8)
    np.save(file, pictures.repeat(6, axis=1).repeat(6, axis=2))
    return file


def prepared(source: Path, out: Path, *options: str) -> tuple[Dataset, Report]:
    """Prepares a source with the command, and returns the dataset and the report, which accounts for every input."""
    limner("prepare", source, out, "--workers", "1", *options)
    dataset, report = Dataset.open(out), read_report(out)
    assert report.accounted == report.inputs
    assert report.kept == len(dataset)
    return dataset, report


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Waits until a condition holds; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def alive(group: int) -> bool:
    """Returns whether a process of the group is left, zombies aside."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            return True
    return False


@contextmanager
def little_memory(left: int) -> Iterator[None]:
    """Lets this process take `left` bytes more than it has."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + left, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Takes from this thread the right to write into a folder, from the administrator too."""
    library = ctypes.CDLL(None, use_errno=True)
    header, kept = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert library.capget(header, kept) == 0
    left = (ctypes.c_uint32 * 6)(*kept)
    left[0] &= ~0b110  # of what is in effect: to write and to read what the permissions of a file forbid
    mode = folder.stat().st_mode
    folder.chmod(0o555)
    assert library.capset(header, left) == 0
    try:
        yield
    finally:
        assert library.capset(header, kept) == 0
        folder.chmod(mode)
