"""The only door for image files: bytes in, a plain grey or colour picture out, or one typed reason why not."""

import os
import stat
import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import (  # noqa: F401 (importing these plug-ins keeps Pillow from loading all fifty)
    AvifImagePlugin,
    Image,
    ImageOps,
    MpoImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from limner.errors import LimnerError, PictureError
from limner.pictures.colour_space import to_srgb
from limner.pictures.formats import describe, ends_early, png_fault, sniff
from limner.pictures.modes import OWN_LEVELS, Levels, pixels, plain

REASONS = ("empty", "truncated", "not a picture", "damaged", "too large", "too small", "unreadable")
"""Why a picture cannot be used."""
MAX_PIXELS = 89_478_485
"""Pixels of a picture: the size at which Pillow begins to warn; 256 MiB in RGB."""
MAX_BYTES = 256 * 2**20
"""Bytes of a picture's file."""
MAX_SCANNED_PIXELS = 20 * MAX_PIXELS
"""Pixels times scans of a progressive JPEG, each of which passes over all of them."""
_MAY_ROTATE = ("exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif")


class UnusablePicture(PictureError):
    """A picture that cannot be used: `reason` is one of `REASONS`, `detail` says more in a few words."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.reason, self.detail)


def read(
    content: bytes | np.ndarray,
    *,
    background: str | None = "white",
    minimum: int = 8,
    size: tuple[int, int] | None = None,
    levels: Levels = OWN_LEVELS,
) -> Image.Image:
    """Returns the picture in an image file's bytes, or in a uint8 array (H, W) or (H, W, 1|3|4), in mode "L" or "RGB".

    Grey stays grey; transparency is composed over `background`, or kept, in mode "RGBA", where that is None; EXIF orientation is
    applied; of an animation the first frame counts. Sides must be at least `minimum` and the area at most `MAX_PIXELS`, checked
    before anything is decoded. With `size` (height, width) a JPEG may come smaller than it is, but never below twice that size.
    `levels` are those of the set that the picture is of.
    Raises UnusablePicture.
    """
    if isinstance(content, np.ndarray):
        return _from_array(content, background, minimum)
    kind = accepted(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = _header(content, kind, minimum)
        return _decoded(image, content, kind, background, size, levels)


def accepted(content: bytes) -> str:
    """Returns the format that an image file claims to be in; UnusablePicture for one that is not accepted."""
    if not content:
        raise UnusablePicture("empty")
    kind = sniff(content[:16])
    if kind is None:
        raise UnusablePicture("not a picture", describe(content[:512]))
    return kind


def open_picture(path: Path | str, *, background: str | None = "white", minimum: int = 1) -> Image.Image:
    """Returns the picture in a file, as `read` does; UnusablePicture names the file and why it cannot be used."""
    try:
        return read(read_bytes(Path(path)), background=background, minimum=minimum)
    except UnusablePicture as error:
        raise UnusablePicture(error.reason, f"{error.detail or 'it cannot be used'} ({path})") from None


def open_pixels(path: Path, *, minimum: int = 1) -> np.ndarray:
    """Returns the picture in a file as colour, uint8 (H, W, 3), or (H, W, 4) where it is transparent; as `open_picture`."""
    image = open_picture(path, background=None, minimum=minimum)
    return pixels(image)


def read_bytes(path: Path) -> bytes:
    """Returns the content of a regular file of at most `MAX_BYTES`, never waiting on a pipe or device.

    A file that does not begin like a picture is read no further. Raises UnusablePicture.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 (a descriptor, not a path)
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UnusablePicture("unreadable", "a folder, pipe or device, not a file")
            head = file.read(512)
            if head and sniff(head) is None:
                return head
            if status.st_size > MAX_BYTES:
                raise UnusablePicture("too large", f"{status.st_size:,} bytes, of at most {MAX_BYTES:,}")
            return head + file.read(MAX_BYTES)
    except (OSError, ValueError) as error:
        raise UnusablePicture("unreadable", getattr(error, "strerror", None) or str(error)) from None


def quiet_header(content: bytes, kind: str) -> Image.Image:
    """Returns the picture before its pixels are decoded, for the metadata in its header; raises UnusablePicture."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _header(content, kind, minimum=1)


def _header(content: bytes, kind: str, minimum: int) -> Image.Image:
    try:
        image = Image.open(BytesIO(content), formats=[kind])
    except Image.DecompressionBombError:
        raise UnusablePicture("too large", f"more than {MAX_PIXELS:,} pixels; not decoded") from None
    except Exception as error:  # decoders raise nearly every kind of exception on foreign bytes
        raise _fault(error, content, kind) from None
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise UnusablePicture("too large", f"{width}x{height} is more than {MAX_PIXELS:,} pixels; not decoded")
    if min(width, height) < minimum:
        raise UnusablePicture("too small", f"{width}x{height}, below {minimum} pixels a side")
    # Every scan of a progressive JPEG passes over all its pixels: a small file of very many scans takes hours.
    scans = content.count(b"\xff\xda") if kind == "JPEG" else 1
    if scans * width * height > MAX_SCANNED_PIXELS:
        raise UnusablePicture("too large", f"{width}x{height} in {scans:,} scans; not decoded")
    return image


def _decoded(
    image: Image.Image,
    content: bytes,
    kind: str,
    background: str | None,
    size: tuple[int, int] | None,
    levels: Levels,
) -> Image.Image:
    if kind == "PNG" and (fault := png_fault(content)):
        raise _fault(SyntaxError(fault), content, kind)
    try:
        if size and kind == "JPEG":
            image.draft(None, (2 * max(size), 2 * max(size)))  # a square, for the picture may yet be turned by EXIF
        image.load()
        return plain(to_srgb(_upright(image)), background, levels)
    except LimnerError:
        raise
    except Exception as error:  # as above
        raise _fault(error, content, kind) from None


def may_rotate(image: Image.Image) -> bool:
    """Returns whether the metadata of a picture may say that it is to be turned."""
    return any(key in image.info for key in _MAY_ROTATE)


def _upright(image: Image.Image) -> Image.Image:
    if not may_rotate(image):
        return image
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # damaged metadata does not make the pixels worse
        return image


def _fault(error: Exception, content: bytes, kind: str) -> UnusablePicture:
    words = " ".join(str(error).split())[:120]
    if isinstance(error, MemoryError):
        return UnusablePicture("too large", "it does not fit in memory")
    if "too large" in words or "memory used" in words:
        return UnusablePicture("too large", "its text or colour profile unpacks to far more than a picture needs")
    if "truncated" in words.lower() or "end of" in words.lower() or ends_early(content, kind):
        return UnusablePicture("truncated", f"the {kind} ends too early")
    if "cannot identify" in words:
        words = f"the {kind} header cannot be read"
    return UnusablePicture("damaged", words)


def _from_array(values: np.ndarray, background: str | None, minimum: int) -> Image.Image:
    if values.dtype != np.uint8 or values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[2] not in (1, 3, 4)):
        raise UnusablePicture("not a picture", f"an array of {values.dtype} shaped {values.shape}")
    height, width = values.shape[:2]
    if min(height, width) < minimum:
        raise UnusablePicture("too small", f"{width}x{height}, below {minimum} pixels a side")
    flat = values[:, :, 0] if values.ndim == 3 and values.shape[2] == 1 else values
    return plain(Image.fromarray(np.ascontiguousarray(flat)), background)
