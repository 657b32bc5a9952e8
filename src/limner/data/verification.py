"""Whether a dataset's files are still what was written: digests of their blocks, kept in dataset.json.

A run checks sizes, the manifest, the table, and some blocks of the pictures, which takes a fraction of a second however
many there are; `--verify` checks every block.
"""

import hashlib
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from limner.errors import DataError, reason
from limner.progress import ProgressLine

BLOCK = 8 * 2**20
SAMPLED = 6
"""Blocks that a quick check reads besides the first and the last."""
PICTURES, TABLE = "pictures.npy", "attributes.parquet"


class BlockDigests:
    """The SHA-256 of every `BLOCK` bytes of what is written, shortened to 128 bits."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._block, self._filled, self._bytes = hashlib.sha256(), 0, 0

    def update(self, content: bytes | memoryview) -> None:
        """Takes the next bytes of the file."""
        rest = memoryview(content).cast("B")
        self._bytes += len(rest)
        while len(rest):
            part, rest = rest[: BLOCK - self._filled], rest[BLOCK - self._filled :]
            self._block.update(part)
            self._filled += len(part)
            if self._filled == BLOCK:
                self._end_block()

    def entry(self) -> dict[str, Any]:
        """Returns what the manifest says of the file, once all of it was taken."""
        if self._filled or not self._done:
            self._end_block()
        return {"bytes": self._bytes, "sha256": self._done}

    def _end_block(self) -> None:
        self._done.append(_short(self._block))
        self._block, self._filled = hashlib.sha256(), 0


def entry_of(path: Path) -> dict[str, Any]:
    """Returns what the manifest says of a file that is written already."""
    digests = BlockDigests()
    with path.open("rb") as file:
        while content := file.read(BLOCK):
            digests.update(content)
    return digests.entry()


def with_checksum(manifest: dict[str, Any]) -> dict[str, Any]:
    """Returns a manifest with the digest of all that it says."""
    return manifest | {"sha256": _digest(manifest)}


def verify(folder: Path, *, whole: bool = False, seed: int = 0) -> None:
    """Checks a dataset folder against its manifest: every block when `whole`, else some that `seed` chooses.

    DataError names the file, and the block, that is not what was written.
    """
    manifest = _manifest(folder)
    try:
        for name in (TABLE, PICTURES):
            entry = manifest["files"][name]
            size, digests = int(entry["bytes"]), list(entry["sha256"])
            found = (folder / name).stat().st_size
            if found != size or len(digests) != max(1, -(-size // BLOCK)):
                raise DataError(
                    f"{folder / name}: {found:,} bytes, not the {size:,} that were written; prepare it again"
                )
            some = range(len(digests)) if whole or name == TABLE else _chosen(len(digests), seed)
            _check_blocks(folder / name, digests, some)
    except (OSError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{folder} is a damaged dataset ({reason(error)}); prepare it again") from None


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
        stated = manifest.pop("sha256")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"{folder} is a damaged dataset ({reason(error)}); prepare it again") from None
    if stated != _digest(manifest):
        raise DataError(f"{folder / 'dataset.json'}: not what was written; prepare it again")
    return manifest


def _chosen(count: int, seed: int) -> list[int]:
    between = range(1, count - 1)
    return sorted({0, count - 1, *random.Random(seed).sample(between, min(SAMPLED, len(between)))})


def _check_blocks(path: Path, digests: list[str], some: Iterable[int]) -> None:
    chosen = list(some)
    quiet = len(chosen) <= SAMPLED + 2
    with path.open("rb") as file, ProgressLine("verifying", len(chosen), "blocks", quiet=quiet) as bar:
        for index in chosen:
            file.seek(index * BLOCK)
            if _short(hashlib.sha256(file.read(BLOCK))) != digests[index]:
                where = f"block {index + 1} of {len(digests)}, from byte {index * BLOCK:,}"
                raise DataError(f"{path}: {where}, is not what was written; prepare it again")
            bar.advance()


def _digest(manifest: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _short(sha: "hashlib._Hash") -> str:
    return sha.hexdigest()[:32]
