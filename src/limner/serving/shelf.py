"""Pictures that clients have handed in: kept by the digest of their content, read only through the one safe door."""

import hashlib
import re
from pathlib import Path
from typing import Any

import numpy as np

from limner import files
from limner.errors import PictureError
from limner.pictures import UnusablePicture, open_pixels, read, read_provenance
from limner.serving.errors import ApiError

NAME = re.compile(r"[0-9a-f]{64}")


class Shelf:
    """A folder of pictures by id, the SHA-256 of the file that was handed in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> tuple[str, int, int]:
        """Keeps a picture, and returns its id, width and height; ApiError 415 for what is no picture."""
        try:
            image = read(content)
        except UnusablePicture as error:
            raise ApiError(415, f"{error}.", "picture") from None
        name = hashlib.sha256(content).hexdigest()
        if not self._file(name).is_file():
            files.write_bytes(self._file(name), content)
        return name, image.width, image.height

    def path(self, name: str, param: str = "picture") -> Path:
        """Returns the file of a picture; ApiError 404 for an id that is none."""
        if not NAME.fullmatch(name) or not self._file(name).is_file():
            raise ApiError(404, f"no picture has the id '{name[:80]}'; hand it in with POST /v1/pictures.", param)
        return self._file(name)

    def pixels(self, name: str) -> np.ndarray:
        """Returns a picture uint8 (H, W, 3 or 4)."""
        return open_pixels(self.path(name))

    def provenance(self, name: str) -> dict[str, Any] | None:
        """Returns what a picture says of how it was made, or None."""
        try:
            return read_provenance(self.path(name))
        except PictureError:
            return None

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.picture"
