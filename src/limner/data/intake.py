"""Decoding a source: every input is decoded into a scratch file on disk, or rejected with its reason."""

import statistics
from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from limner.data.decode import Decoded, decode, header_size, lost
from limner.data.sources.source import Item, Rejected, Source, Value
from limner.data.workers import ordered_map
from limner.pictures.modes import DIVISORS, Levels, bit_depth_of
from limner.pictures.provenance import is_composite
from limner.progress import ProgressLine

USUAL_SIZES = (32, 64, 128, 256)
"""Sides of pictures, of which one is chosen where nobody says the size."""
MAX_KEPT_SIZE = 64
"""Longer side up to which pictures that are all of one size keep it."""
SIZE_SAMPLE = 1000
"""Pictures, the first ones, by whose sizes the size is chosen."""
CHUNK_PICTURES = 64
"""Pictures, at most, that a worker process decodes at a time."""
CHUNK_BYTES = 4_000_000
"""Bytes, at most, that a chunk of pictures has, encoded or decoded."""
MIN_PICTURES_FOR_WORKERS = 200
"""Pictures from which starting worker processes is worth their time."""
MAX_THUMBNAILS = 60
"""Rejected pictures, or copies, that the report shows."""
STANDARD_COLUMNS = ("file_name", "split")
"""Columns that the table of every dataset has."""


class Scratch:
    """Prepared pictures of one size (H, W) in a file, of one, three or four bytes a pixel; memory holds where they are."""

    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        self.size, self.path = size, path
        self._offsets, self._channels = array("q", [0]), array("b")

    def __enter__(self) -> "Scratch":
        self._file = self.path.open("w+b")
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Removes all pictures."""
        self._file.truncate(0)
        self._file.seek(0)
        self._offsets, self._channels = array("q", [0]), array("b")

    def append(self, pixels: bytes) -> None:
        """Adds a picture of H * W (grey), H * W * 3 or H * W * 4 (transparent) bytes."""
        self._file.write(pixels)
        self._offsets.append(self._offsets[-1] + len(pixels))
        self._channels.append(len(pixels) // (self.size[0] * self.size[1]))

    def picture(self, row: int, channels: int) -> np.ndarray:
        """Returns uint8 (H, W, `channels`)."""
        return self._read(row, row + 1, channels)[0]

    def pictures(self, rows: Sequence[int], channels: int) -> np.ndarray:
        """Returns uint8 (n, H, W, `channels`)."""
        start, stop = rows[0], rows[-1] + 1
        # Neighbours of one kind, as they mostly are, come in one piece.
        if list(rows) == list(range(start, stop)) and len(set(self._channels[start:stop])) == 1:
            return self._read(start, stop, channels)
        return np.concatenate([self._read(row, row + 1, channels) for row in rows])

    def _read(self, start: int, stop: int, channels: int) -> np.ndarray:
        self._file.seek(self._offsets[start])
        content = self._file.read(self._offsets[stop] - self._offsets[start])
        pictures = np.frombuffer(content, np.uint8).reshape(-1, *self.size, self._channels[start])
        if pictures.shape[3] == 1 and channels > 1:
            pictures = np.repeat(pictures, 3, axis=3)
        return pictures if pictures.shape[3] == channels else np.insert(pictures, 3, 255, axis=3)


class DecodedSource:
    """A source after decoding: N usable pictures with their names, attributes and descriptions, and those that were rejected."""

    def __init__(self, columns: list[str], classes: dict[str, list[str]], size: tuple[int, int]) -> None:
        self.size = size
        self.names: list[str] = []
        # The table of a dataset has columns of its own under these names.
        self._own_names = {name: f"{name}_given" if name in STANDARD_COLUMNS else name for name in columns}
        self.columns: dict[str, list[Value]] = {name: [] for name in self._own_names.values()}
        self.classes = {self._own_names[name]: names for name, names in classes.items()}
        self.rejected: list[Rejected] = []
        self.semicolons = False
        """Whether they separate the cells of the source's table."""
        self.notes: list[str] = []
        """What was guessed of how pictures are stored."""
        self.enlarged = 0
        self._parts: list[Decoded] = []

    def add(self, decoded: Decoded, items: list[Item]) -> None:
        """Takes the description of a chunk of items."""
        for row, reason, detail, picture in decoded.rejected:
            thumbnail = picture if len(self.rejected) < MAX_THUMBNAILS else None
            self.rejected.append(Rejected(items[row].name, reason, detail, thumbnail))
        for row in decoded.rows:
            self.names.append(items[row].name)
            for name, own in self._own_names.items():
                self.columns[own].append(items[row].attributes[name])
        self.enlarged += decoded.enlarged
        self._parts.append(decoded._replace(pixels=[], rejected=[], rows=[]))

    def column(self, field: str) -> np.ndarray:
        """Returns a field of `Decoded`, such as channels or digests, over all N pictures."""
        return np.concatenate([getattr(part, field) for part in self._parts])


def decode_source(
    source: Source, scratch: Scratch, fit: str, background: str | None, workers: int, bits: int | None = None
) -> DecodedSource:
    """Decodes every item of a source into `scratch`, in order, by that many processes (few pictures by this one).

    The values of 16-bit grey pictures have so many `bits`; left out, as many as the greatest of all of them needs. So that pictures
    keep their order of brightness, they are read a second time where those that came first seemed to have others.
    """
    intake = _decoded(source, scratch, fit, background, workers, Levels(bits))
    if not intake.names:
        return intake
    deep, floating = (intake.column(name) for name in ("deep", "floating"))
    deep, floating = deep[np.isfinite(deep)], floating[np.isfinite(floating)]
    own = {bits or bit_depth_of(int(value)) for value in deep}, {value <= 1 for value in floating}
    if max(map(len, own)) > 1:
        levels = Levels(max(own[0], default=None), max(floating, default=None))
        scratch.clear()
        intake = _decoded(source, scratch, fit, background, workers, levels)
    if len(deep):
        used = max(own[0])
        intake.notes.append(
            f"{len(deep):,} pictures are grey with 16 bits and have values up to {int(deep.max()):,}: read as {used} bits "
            f"(divided by {DIVISORS[used]}); --bits {', '.join(str(one) for one in DIVISORS)} says otherwise"
        )
    return intake


def _decoded(
    source: Source, scratch: Scratch, fit: str, background: str | None, workers: int, levels: Levels
) -> DecodedSource:
    intake = DecodedSource(source.columns, source.classes, scratch.size)
    intake.semicolons = source.semicolons
    waiting: deque[Item] = deque()
    work = partial(decode, size=scratch.size, how=fit, background=background, levels=levels)
    chunks = _chunks(source, scratch.size, waiting, intake.rejected)
    with ProgressLine("prepare", total=source.count, unit="pictures") as progress:
        for decoded in ordered_map(work, chunks, lost, workers if source.count >= MIN_PICTURES_FOR_WORKERS else 1):
            for pixels in decoded.pixels:
                scratch.append(pixels)
            intake.add(decoded, [waiting.popleft() for _ in range(decoded.total)])
            progress.update(len(intake.names) + len(intake.rejected))
    intake.rejected.extend(source.set_aside)
    return intake


def choose_size(source: Source) -> tuple[tuple[int, int], str]:
    """Returns (height, width) for the pictures of a source, and the reason in words.

    The first 1,000 pictures decide: when all are of one size of at most 64 pixels, that; otherwise the largest of 32,
    64, 128 and 256 that is not above their median shorter side (32 when that is less).
    """
    contents = (item.content for item in islice(source.items(), SIZE_SAMPLE) if item.content is not None)
    pictures = (content for content in contents if not isinstance(content, bytes) or not is_composite(content))
    sizes = [size for size in map(header_size, pictures) if size and min(size) >= 8]
    if not sizes:
        return (USUAL_SIZES[0], USUAL_SIZES[0]), "no picture could be looked at"
    if len(set(sizes)) == 1 and max(sizes[0]) <= MAX_KEPT_SIZE:
        return sizes[0], "all pictures have it"
    median = statistics.median(min(size) for size in sizes)
    side = max((side for side in USUAL_SIZES if side <= median), default=USUAL_SIZES[0])
    return (side, side), f"the median shorter side is {median:.0f} pixels; choose another with --size"


def _chunks(
    source: Source, size: tuple[int, int], waiting: deque[Item], rejected: list[Rejected]
) -> Iterator[list[bytes | np.ndarray]]:
    # Bounded by count, by what is read and by what it becomes: memory must not follow the size of the pictures.
    most = max(1, min(CHUNK_PICTURES, CHUNK_BYTES // (4 * size[0] * size[1])))
    chunk: list[Any] = []
    weight = 0
    for item in source.items():
        if item.content is None:
            rejected.append(Rejected(item.name, *(item.problem or ("unreadable", ""))))
            continue
        chunk.append(item.content)
        waiting.append(item._replace(content=None))
        weight += len(item.content) if isinstance(item.content, bytes) else item.content.nbytes
        if len(chunk) >= most or weight >= CHUNK_BYTES:
            yield chunk
            chunk, weight = [], 0
    if chunk:
        yield chunk
