"""Pictures that clients have handed in: kept by the digest of their content, read only through the one safe door."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from limner import files
from limner.errors import PictureError
from limner.pictures import (
    Cost,
    UnusablePicture,
    decoding_cost,
    open_pixels,
    read,
    read_bytes,
    read_provenance,
    sniff,
)
from limner.serving.catalogue import LruCache
from limner.serving.decoding import DecodingBudget
from limner.serving.errors import ApiError

NAME = re.compile(r"[0-9a-f]{64}")
"""The id of a picture: its SHA-256."""
MAX_DEPTH = 50
"""Levels of provenance within provenance; deeper is none that Limner wrote."""


class PictureStore:
    """A folder of pictures by id, the SHA-256 of the file that was handed in."""

    def __init__(self, folder: Path, budget: DecodingBudget) -> None:
        self.folder, self.budget = folder, budget
        self.kept = LruCache(8)
        """Pictures that are being restyled, made smaller: frames ask for the same one again and again."""

    def put(self, content: bytes) -> tuple[str, int, int]:
        """Keeps a picture, and returns its id, width and height; ApiError 415 for what is no picture, 413 or 503 by the budget."""
        try:
            with self.budget.take(decoding_cost(content).to_read):
                size = read(content, background=None).size
        except UnusablePicture as error:
            raise ApiError(415, f"{error}.", "picture") from None
        name, kind = hashlib.sha256(content).hexdigest(), sniff(content[:16])
        if not self._file(name):
            files.write_bytes(self.folder / f"{name}.{str(kind).lower()}", content)
        return name, *size

    def path(self, name: str, param: str = "picture") -> Path:
        """Returns the file of a picture; ApiError 404 for an id that is none."""
        file = self._file(name)
        if file is None:
            raise ApiError(404, f"no picture has the id '{name[:80]}'; hand it in with POST /v1/pictures.", param)
        return file

    @contextmanager
    def pixels(self, name: str) -> Iterator[np.ndarray]:
        """Yields a picture uint8 (H, W, 3 or 4), within the budget."""
        path = self.path(name)
        with self.decoding(path):
            yield open_pixels(path)

    @contextmanager
    def decoding(self, *paths: Path, side: int | None = None) -> Iterator[None]:
        """Holds the part of the budget that decoding these files takes; ApiError 413 for one of more than `side` pixels a side."""
        costs = [_cost(path) for path in paths]
        for cost in costs:
            if side is not None and max(cost.width, cost.height) > side:
                raise ApiError(413, f"the picture is {cost.width}x{cost.height}; {side} pixels a side are the most.")
        with self.budget.take(sum(cost.to_pixels for cost in costs)):
            yield

    def provenance(self, name: str) -> dict[str, Any] | None:
        """Returns what a picture says of how it was made, or None for nothing that JSON and UTF-8 can hold."""
        try:
            provenance = read_provenance(self.path(name))
            json.dumps(provenance, allow_nan=False, ensure_ascii=False).encode()
        except (PictureError, ValueError, RecursionError):
            return None
        return provenance if _depth(provenance) <= MAX_DEPTH else None

    def holds(self, path: Path) -> bool:
        """Whether a path is that of a picture here."""
        return path.parent == self.folder and self._file(path.stem) is not None

    def _file(self, name: str) -> Path | None:
        return next(self.folder.glob(f"{name}.*"), None) if NAME.fullmatch(name) else None


def _cost(path: Path) -> Cost:
    try:
        return decoding_cost(read_bytes(path))
    except UnusablePicture as error:
        raise ApiError(415, f"{error}.", "picture") from None


def _depth(provenance: Any) -> int:
    """Returns how deep lists and mappings lie in one another."""
    deep, level = 0, [provenance]
    while level := [inner for one in level if isinstance(one, dict | list) for inner in _inside(one)]:
        deep += 1
    return deep


def _inside(one: dict[str, Any] | list[Any]) -> list[Any]:
    return list(one.values()) if isinstance(one, dict) else one
