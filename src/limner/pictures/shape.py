"""The size that every picture of a dataset gets: parsing what a person writes, and fitting a picture into it."""

import re

from PIL import Image

from limner.errors import UsageError, quoted
from limner.pictures.modes import colour

MIN_SIDE, MAX_SIDE = 8, 4096
FITS = ("crop", "pad", "stretch")
Size = tuple[int, int]  # (height, width)


def parse_size(text: str) -> Size:
    """Returns (height, width) of "64" (a square) or "96x64" (width x height); UsageError for anything else."""
    match = re.fullmatch(r"\s*(\d{1,6})(?:\s*[xX×]\s*(\d{1,6}))?\s*", text)
    if not match:
        raise UsageError(f"'{quoted(text)}' is not a size: write 64, or 96x64 for width x height")
    width, height = int(match[1]), int(match[2] or match[1])
    if not MIN_SIDE <= min(width, height) <= max(width, height) <= MAX_SIDE:
        raise UsageError(f"size {text.strip()} is out of range: each side must be {MIN_SIDE} to {MAX_SIDE} pixels")
    return height, width


def fit(image: Image.Image, size: Size, how: str = "crop", background: str | None = None) -> Image.Image:
    """Returns the picture at exactly `size` (height, width) in its own mode ("L", "RGB" or "RGBA"), anti-aliased.

    "crop" fills the size and cuts the middle out, "pad" shows all of it on `background` (without one: on white, or, if it is
    transparent, on nothing), "stretch" changes its shape. A grey picture padded with a colour becomes "RGB". UsageError when
    `how` is none of these.
    """
    if how not in FITS:
        raise UsageError(f"'{how}' is not a way to fit: choose {', '.join(FITS)}")
    height, width = size
    if image.size == (width, height):
        return image
    if how == "stretch":
        return _resized(image, size)
    if how == "crop":
        return _resized(image, size, _middle(image.size, width / height))
    scale = min(width / image.width, height / image.height)
    inside = (max(1, round(image.height * scale)), max(1, round(image.width * scale)))
    small = _resized(image, inside)
    return _on_nothing(small, size) if image.mode == "RGBA" else _on_canvas(small, size, colour(background or "white"))


def cropped_fraction(shape: Size, size: Size) -> float:
    """Returns the fraction of the area of a picture (height, width) that "crop" cuts away to fit `size`, 0 to 1."""
    one, other = shape[1] * size[0], shape[0] * size[1]  # of equal shapes, equal
    return 1 - min(one, other) / max(one, other)


def _resized(image: Image.Image, size: Size, box: tuple[float, float, float, float] | None = None) -> Image.Image:
    return image.resize((size[1], size[0]), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _middle(size: tuple[int, int], aspect: float) -> tuple[float, float, float, float]:
    width, height = min(size[0], size[1] * aspect), min(size[1], size[0] / aspect)
    left, top = (size[0] - width) / 2, (size[1] - height) / 2
    return left, top, left + width, top + height


def _on_nothing(image: Image.Image, size: Size) -> Image.Image:
    canvas = Image.new("RGBA", (size[1], size[0]))
    canvas.paste(image, _centred(image, size))
    return canvas


def _centred(image: Image.Image, size: Size) -> tuple[int, int]:
    return (size[1] - image.width) // 2, (size[0] - image.height) // 2


def _on_canvas(image: Image.Image, size: Size, over: tuple[int, int, int]) -> Image.Image:
    grey = over[0] == over[1] == over[2]
    mode = "L" if image.mode == "L" and grey else "RGB"
    canvas = Image.new(mode, (size[1], size[0]), over[0] if mode == "L" else over)
    canvas.paste(image, _centred(image, size))
    return canvas
