"""What it takes in memory to decode a picture, reckoned from its header alone."""

from typing import NamedTuple

from limner.pictures.modes import SIXTEEN_BIT, STRIP_PIXELS
from limner.pictures.read import accepted, may_rotate, quiet_header

# Bytes a pixel while Pillow holds a picture; all other modes take four.
_BYTES_A_PIXEL = {"1": 1, "L": 1, "P": 1} | dict.fromkeys(SIXTEEN_BIT, 2) | {"I": 4}
# Bytes a pixel that a decoder needs in addition to the picture: frames to draw on, planes of colour.
_DECODERS = {"WEBP": 12, "AVIF": 8}
_PROGRESSIVE = 6
"""The coefficients of a JPEG that comes in several scans, two bytes for each of three colours."""
_STRIP = 16
"""Bytes a pixel of a strip that is being converted."""


class Cost(NamedTuple):
    """The size of a picture in pixels, and the bytes that `read` and `open_pixels` take of it at most."""

    width: int
    height: int
    to_read: int
    to_pixels: int


def decoding_cost(content: bytes) -> Cost:
    """Returns what it takes to decode an image file, without its background; UnusablePicture as `read` raises it."""
    kind = accepted(content)
    image = quiet_header(content, kind)
    stored = _BYTES_A_PIXEL.get(image.mode, 4)
    working = _PROGRESSIVE if image.info.get("progressive") else _DECODERS.get(kind, 0)
    turned = stored if may_rotate(image) else 0
    kept = image.mode in ("L", "RGB", "RGBA") and "transparency" not in image.info
    converted = 0 if kept else 2 if image.mode in SIXTEEN_BIT or image.mode == "F" else 8
    area = image.width * image.height
    # stored as decoded, turned, converted; and as an array, of four channels at most
    to_read = area * (stored + working + turned + converted) + _STRIP * min(area, STRIP_PIXELS) + len(content)
    return Cost(image.width, image.height, to_read, to_read + area * 4)
