"""The stated conversions: whatever mode a picture has, it becomes 8-bit grey ("L") or 8-bit colour ("RGB")."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageColor

from limner.errors import UsageError, quoted

DIVISORS = {8: 1, 10: 4, 12: 16, 14: 64, 16: 257}
"""By what values are divided that have so many bits."""
GUESSED_BIT_DEPTHS = (8, 12, 16)
"""Bits that the values of a 16-bit file may have where nobody says how many."""
GREATEST_DEEP, GREATEST_FLOAT = "deepest grey", "greatest float"
"""Keys of a picture's `info`: the greatest value that it had with 16 bits, or as floats."""


class Levels(NamedTuple):
    """How many bits 16-bit grey pictures have, and the greatest value of those of floats; None: each's own values say."""

    bits: int | None = None
    floating: float | None = None


OWN_LEVELS = Levels()
MODES = {1: "L", 3: "RGB", 4: "RGBA"}
"""What Pillow calls a picture of 8 bits with so many channels."""
SIXTEEN_BIT = ("I;16", "I;16L", "I;16B", "I;16N", "I")
STRIP_PIXELS = 2**20
"""Pixels that are converted at a time, so that no copy of a whole large picture is made on the way."""


@lru_cache(maxsize=32)
def colour(text: str) -> tuple[int, int, int]:
    """Returns (red, green, blue) in 0..255 of a colour name or `#rrggbb`; UsageError for anything else."""
    try:
        return ImageColor.getrgb(text)[:3]
    except ValueError:
        raise UsageError(f"'{quoted(text)}' is not a colour: give a name such as white, or #rrggbb") from None


def plain(image: Image.Image, background: str | None = "white", levels: Levels = OWN_LEVELS) -> Image.Image:
    """Returns the picture in mode "L" (grey modes, grey palettes) or "RGB", composed over `background` if transparent.

    Without a background, what is transparent comes in mode "RGBA".

    16-bit grey (and 32-bit integer grey, taken as 16-bit) is divided by 257; by 16 where no value is above 4,095, as scanners of
    12 bits write it, and by 1 where none is above 255; float grey is read as [0, 1] when it
    stays inside that range and as [0, 255] otherwise. `levels` are those of a whole set, within which pictures keep their order of
    brightness; the picture's own are in its `info`.
    """
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image
    if image.mode in SIXTEEN_BIT:
        return _from_sixteen_bit(image, levels.bits)
    if image.mode == "F":
        return _from_float(image, levels.floating)
    if image.mode == "P":
        image = _without_palette(image)
    if image.has_transparency_data:
        if background is None:
            return image if image.mode == "RGBA" else image.convert("RGBA")
        return _composed(image, colour(background))
    return image if image.mode in ("L", "RGB") else image.convert("L" if image.mode == "1" else "RGB")


def composed(pictures: np.ndarray, background: str) -> np.ndarray:
    """Returns transparent pictures uint8 (..., H, W, 4) composited over a colour, (..., H, W, 3); others as they are."""
    if pictures.shape[-1] != 4:
        return pictures
    alpha = pictures[..., 3:].astype(np.float32) / 255
    below = np.array(colour(background), np.float32)
    return np.rint(below + alpha * (pictures[..., :3] - below)).astype(np.uint8)


def premultiplied(pictures: np.ndarray) -> np.ndarray:
    """Returns transparent pictures (..., 4), uint8 or float32 in [0, 255], with colours times alpha; others as they are."""
    if pictures.shape[-1] != 4:
        return pictures
    colours, alpha = pictures[..., :3], pictures[..., 3:]
    if pictures.dtype == np.uint8:
        colours = ((colours.astype(np.uint16) * alpha + 127) // 255).astype(np.uint8)
    else:
        colours = colours * (alpha / 255)
    return np.concatenate([colours, alpha], -1)


def pixels(image: Image.Image) -> np.ndarray:
    """Returns a picture in mode "L", "RGB" or "RGBA" as colour, uint8 (H, W, 3 or 4)."""
    found = np.empty((image.height, image.width, 4 if image.mode == "RGBA" else 3), np.uint8)
    for rows, strip in _strips(image):
        found[rows] = strip[..., None] if strip.ndim == 2 else strip
    return found


def _strips(image: Image.Image) -> Iterator[tuple[slice, np.ndarray]]:
    """Yields rows of a picture, and where they are."""
    height = max(1, STRIP_PIXELS // image.width)
    for top in range(0, image.height, height):
        below = min(image.height, top + height)
        yield slice(top, below), np.asarray(image.crop((0, top, image.width, below)))


def bit_depth_of(greatest: int) -> int:
    """Returns how many bits the values of 16-bit pictures have, by the greatest of them."""
    return next((bits for bits in GUESSED_BIT_DEPTHS if greatest < 2**bits), GUESSED_BIT_DEPTHS[-1])


def _from_sixteen_bit(image: Image.Image, bits: int | None) -> Image.Image:
    own = max(int(strip.max()) for _, strip in _strips(image))
    step = DIVISORS[bits or bit_depth_of(own)]
    grey = np.empty((image.height, image.width), np.uint8)
    for rows, strip in _strips(image):
        grey[rows] = np.minimum((np.clip(strip.astype(np.int32), 0, 65535) + step // 2) // step, 255)
    return _with_info(grey, GREATEST_DEEP, own)


def _with_info(grey: np.ndarray, key: str, value: float) -> Image.Image:
    image = Image.fromarray(grey)
    image.info[key] = value
    return image


def _from_float(image: Image.Image, greatest: float | None) -> Image.Image:
    most = 0.0
    for _, strip in _strips(image):
        if not np.isfinite(strip).all():
            raise ValueError("it holds values that are not numbers")
        most = max(most, float(strip.max()))
    scale = 255.0 if (most if greatest is None else greatest) <= 1.0 else 1.0
    grey = np.empty((image.height, image.width), np.uint8)
    for rows, strip in _strips(image):
        grey[rows] = np.rint(np.clip(strip * scale, 0, 255))
    return _with_info(grey, GREATEST_FLOAT, most)


def _without_palette(image: Image.Image) -> Image.Image:
    colours = np.asarray(image.getpalette("RGB") or [0, 0, 0], dtype=np.uint8).reshape(-1, 3)
    grey = bool((colours == colours[:, :1]).all())
    if image.has_transparency_data:
        return image.convert("RGBA").convert("LA") if grey else image.convert("RGBA")
    return image.convert("L" if grey else "RGB")


def _composed(image: Image.Image, over: tuple[int, int, int]) -> Image.Image:
    grey = image.mode in ("1", "L", "LA", "La") and over[0] == over[1] == over[2]
    rgba = image.convert("RGBA")
    # The same pixels as alpha_composite over an opaque canvas, in half the time.
    flat = Image.new("RGB", rgba.size, over)
    flat.paste(rgba, (0, 0), rgba)
    return flat.getchannel("R") if grey else flat
