"""A picture file stylised, by a style or by a look, and saved with how it was made."""

from pathlib import Path
from typing import Any, Protocol

import numpy as np

from limner.pictures import open_pixels, read_metadata, save
from limner.style.looks.request import LookRequest
from limner.style.request import Stylization


class AnyStylizer(Protocol):
    """What stylises one picture after another."""

    minimum: int
    """Pixels of the shorter side that it needs."""

    @property
    def request(self) -> Stylization | LookRequest: ...

    def stylize(self, content: np.ndarray, start: np.ndarray | None = None) -> np.ndarray: ...

    def provenance(self, content: Path, anonymous: bool = False) -> dict[str, Any]: ...


def save_stylized(
    stylizer: AnyStylizer, content: Path, out: Path, anonymous: bool = False, strip: bool = False
) -> None:
    """Writes a picture file stylised; a .jpg, which has no opacity, over white.

    An anonymous one names no path, only digests; a stripped one goes without the metadata of its author.
    """
    stylized = stylizer.stylize(open_pixels(content, minimum=stylizer.minimum))
    metadata = None if strip else read_metadata(content)
    save(stylized, out, stylizer.provenance(content, anonymous), metadata)
