"""The stated conversions: whatever mode a picture has, it becomes 8-bit grey ("L") or 8-bit colour ("RGB")."""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageColor

from limner.errors import UsageError, shown

_SIXTEEN_BIT = ("I;16", "I;16L", "I;16B", "I;16N", "I")


@lru_cache(maxsize=32)
def colour(text: str) -> tuple[int, int, int]:
    """Returns (red, green, blue) in 0..255 of a colour name or `#rrggbb`; UsageError for anything else."""
    try:
        return ImageColor.getrgb(text)[:3]
    except ValueError:
        raise UsageError(f"'{shown(text)}' is not a colour: give a name such as white, or #rrggbb") from None


def plain(image: Image.Image, background: str | None = "white") -> Image.Image:
    """Returns the picture in mode "L" (grey modes, grey palettes) or "RGB", composed over `background` if see-through.

    Without a background, what is see-through comes in mode "RGBA".

    16-bit grey (and 32-bit integer grey, taken as 16-bit) is divided by 257; float grey is read as [0, 1] when it
    stays inside that range and as [0, 255] otherwise.
    """
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image
    if image.mode in _SIXTEEN_BIT:
        values = np.clip(np.asarray(image, dtype=np.int64), 0, 65535)
        return Image.fromarray(((values + 128) // 257).astype(np.uint8))
    if image.mode == "F":
        return _from_float(np.asarray(image))
    if image.mode == "P":
        image = _without_palette(image)
    if image.has_transparency_data:
        return image.convert("RGBA") if background is None else _composed(image, colour(background))
    return image if image.mode in ("L", "RGB") else image.convert("L" if image.mode == "1" else "RGB")


def _from_float(values: np.ndarray) -> Image.Image:
    if not np.isfinite(values).all():
        raise ValueError("it holds values that are not numbers")
    scale = 255.0 if values.size and values.max() <= 1.0 else 1.0
    return Image.fromarray(np.rint(np.clip(values * scale, 0, 255)).astype(np.uint8))


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
