"""Pictures that clients have handed in: kept by the digest of their content, read only through the one safe door."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from limner import files
from limner.errors import PictureError
from limner.pictures import UnusablePicture, open_pixels, read, read_provenance, sniff
from limner.serving.catalogue import Kept
from limner.serving.errors import ApiError

NAME = re.compile(r"[0-9a-f]{64}")
DEEPEST = 50


class Shelf:
    """A folder of pictures by id, the SHA-256 of the file that was handed in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept = Kept(8)
        """Pictures that are being restyled, made smaller: frames ask for the same one again and again."""

    def put(self, content: bytes) -> tuple[str, int, int]:
        """Keeps a picture, and returns its id, width and height; ApiError 415 for what is no picture."""
        try:
            image = read(content)
        except UnusablePicture as error:
            raise ApiError(415, f"{error}.", "picture") from None
        name, kind = hashlib.sha256(content).hexdigest(), sniff(content[:16])
        if not self._file(name):
            files.write_bytes(self.folder / f"{name}.{str(kind).lower()}", content)
        return name, image.width, image.height

    def path(self, name: str, param: str = "picture") -> Path:
        """Returns the file of a picture; ApiError 404 for an id that is none."""
        file = self._file(name)
        if file is None:
            raise ApiError(404, f"no picture has the id '{name[:80]}'; hand it in with POST /v1/pictures.", param)
        return file

    def pixels(self, name: str) -> np.ndarray:
        """Returns a picture uint8 (H, W, 3 or 4)."""
        return open_pixels(self.path(name))

    def provenance(self, name: str) -> dict[str, Any] | None:
        """Returns what a picture says of how it was made, or None for nothing that JSON and UTF-8 can hold."""
        try:
            made = read_provenance(self.path(name))
            json.dumps(made, allow_nan=False, ensure_ascii=False).encode()
        except (PictureError, ValueError, RecursionError):
            return None
        return made if _depth(made) <= DEEPEST else None

    def holds(self, path: Path) -> bool:
        """Whether a path is that of a picture here."""
        return path.parent == self.folder and self._file(path.stem) is not None

    def _file(self, name: str) -> Path | None:
        return next(self.folder.glob(f"{name}.*"), None) if NAME.fullmatch(name) else None


def _depth(made: Any) -> int:
    """Returns how deep lists and mappings lie in one another."""
    deep, level = 0, [made]
    while level := [inner for one in level if isinstance(one, dict | list) for inner in _inside(one)]:
        deep += 1
    return deep


def _inside(one: dict[str, Any] | list[Any]) -> list[Any]:
    return list(one.values()) if isinstance(one, dict) else one
