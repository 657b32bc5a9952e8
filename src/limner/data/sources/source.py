"""Where pictures come from: one small protocol that folders, archives, Parquet and arrays all answer."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np

from limner import pictures
from limner.pictures.provenance import SAMPLE_GRID

Value = str | float | None  # whole numbers stay `int`, so that 3 and 3.0 can be told apart

# Why an input was not used: what reading can find, and what listing can find.
REASONS = (
    *pictures.REASONS,
    SAMPLE_GRID,  # written by limner, of several pictures
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


class Rejected(NamedTuple):
    """An input that is not used, why, and a PNG thumbnail where it was read and can be displayed all the same."""

    name: str
    reason: str
    detail: str
    thumbnail: bytes | None = None


class Item(NamedTuple):
    """One input: the bytes of an image file or a uint8 array (H, W) or (H, W, 1|3|4), or the problem that it has."""

    name: str
    content: bytes | np.ndarray | None
    attributes: dict[str, Value]
    problem: Problem | None = None


class Source(Protocol):
    """`count` items in a stable order; together with `set_aside` and `ignored` they account for every input.

    Names of inputs are made printable (`limner.errors.printable`), and never shortened: they are data, too.
    """

    name: str
    count: int
    columns: list[str]  # the attribute names; every item's `attributes` has exactly these keys
    classes: dict[str, list[str]]  # of columns whose classes the source itself puts in order
    set_aside: list[Rejected]  # while listing, before any content is read
    ignored: list[str]  # clutter and tables that nobody meant as pictures: metadata.csv, README.md, .DS_Store
    semicolons: bool  # whether they separate the cells of its table, as where a comma is the decimal point
    notes: list[str]  # decisions to show in the report, one sentence each

    def items(self) -> Iterator[Item]:
        """Yields every item, reading its content only now, so that memory stays flat; may be called again."""
        ...
