"""What a style or a mask cannot give: strokes of one flat colour, places of a mask that is the same everywhere; without PyTorch."""

from pathlib import Path

import numpy as np

from limner.errors import UsageError, quoted
from limner.pictures import open_mask, open_pixels
from limner.style.looks.request import LookRequest
from limner.style.request import Source, Stylization

FLAT = 1.5
"""Standard deviation in grey levels up to which a picture is one flat colour; a JPEG of one has as much."""
MIN_SIDE = 16
"""Pixels of the shorter side from which it is asked."""
FULL, EMPTY = 0.99, 0.01
"""Share from which a mask is white, and up to which it is black."""


def check_strokes(request: Stylization) -> list[str]:
    """Returns a line for each style of one flat colour whose colour is taken over.

    UsageError where its line or texture is to be taken over, of which it has none.
    """
    if request.model:
        return []
    factors = request.factors()
    for name in ("line", "texture"):
        for source in getattr(request, f"{name}_from") or request.styles:
            if getattr(factors, name) and _flat(source):
                raise UsageError(
                    f"{quoted(source.style, 200)} is one flat colour, which has no line or texture: take its colour alone "
                    "with --line 0 --texture 0, or give a picture with strokes."
                )
    coloured = request.colour_from or request.styles if factors.colour else ()
    return [
        f"{quoted(source.style, 200)} is one flat colour, so that the picture loses its own colours and contrast; "
        "--colour 0.5 keeps half of them."
        for source in coloured
        if _flat(source)
    ]


def check_mask(request: Stylization | LookRequest) -> list[str]:
    """Returns a line where a mask of a single style or a look is white everywhere, so that it leaves nothing as it is.

    UsageError where that of a look is black everywhere.
    """
    look = isinstance(request, LookRequest)
    if not request.mask or not (isinstance(request, LookRequest) or len(request.styles) == 1):
        return []
    mask = open_mask(Path(request.mask))
    if look and mask.max() < EMPTY:
        raise UsageError(
            f"{quoted(request.mask, 200)} is black everywhere, so the look changes nothing: make white what it is for."
        )
    if mask.min() < FULL:
        return []
    return [f"{quoted(request.mask, 200)} is white everywhere, so all of the picture is changed."]


def _flat(source: Source) -> bool:
    pixels = open_pixels(Path(source.style))
    if min(pixels.shape[:2]) < MIN_SIDE:
        return False  # too small for a style, which is told where it is read
    seen = pixels[pixels[..., 3] > 0][:, :3] if pixels.shape[2] == 4 else pixels.reshape(-1, 3)
    return len(seen) == 0 or bool(np.std(seen, 0).max() <= FLAT)
