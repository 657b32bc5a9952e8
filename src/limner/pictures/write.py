"""Writing one picture: by its suffix, all or nothing, with its provenance inside."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from limner.errors import PictureError, UsageError
from limner.files import write_bytes
from limner.pictures.metadata import Metadata
from limner.pictures.modes import plain
from limner.pictures.provenance import to_png_text, to_xmp

JPEG_QUALITY, FRAME_QUALITY, SMALL_FRAME = 95, 90, 256
"""Quality of a .jpg and of a frame on a screen, and the side up to which a frame counts as small and keeps its colours whole."""
_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
WRITTEN = tuple(_FORMATS)
"""Suffixes of pictures that can be written."""


def save(
    image: np.ndarray | Image.Image,
    path: Path | str,
    provenance: dict[str, Any] | None = None,
    metadata: Metadata | None = None,
) -> None:
    """Writes a picture, uint8 (H, W) or (H, W, 1|3|4) or a Pillow image, as .png, .webp (both exact) or .jpg.

    Every suffix contains the provenance and metadata, if there are any; what is transparent comes over white in a .jpg. UsageError
    for another suffix, PictureError for another array.
    """
    path = Path(path)
    if path.suffix.lower() not in _FORMATS:
        raise UsageError(f"cannot write {path.name}: end its name in {', '.join(_FORMATS)}")
    write_bytes(path, to_bytes(image, path, provenance, metadata))


def to_bytes(
    image: np.ndarray | Image.Image,
    name: Path | str,
    provenance: dict[str, Any] | None = None,
    metadata: Metadata | None = None,
) -> bytes:
    """Returns the content of the file that `save` would write under this name."""
    path, content = Path(name), BytesIO()
    kind = _FORMATS[path.suffix.lower()]
    try:
        more = metadata.options(kind) if metadata else {}
        as_written(image, path).save(content, format=kind, **_options(kind, provenance), **more)
    except ValueError as error:  # Pillow's answer to metadata or sides beyond what the format can hold
        raise PictureError(f"cannot write {path}: {error}; write a .png instead") from None
    return content.getvalue()


def to_frame(pixels: np.ndarray) -> bytes:
    """Returns a picture as one moment on a screen, quick and without provenance: a JPEG, or, of four channels, a PNG."""
    content = BytesIO()
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        to_image(pixels).save(content, format="PNG", compress_level=1)
        return content.getvalue()
    # small pictures are shown enlarged, where coarse colours and blocks would be seen
    small = max(pixels.shape[:2]) <= SMALL_FRAME
    options = {"quality": JPEG_QUALITY, "subsampling": 0} if small else {"quality": FRAME_QUALITY}
    to_image(pixels).save(content, format="JPEG", **options)
    return content.getvalue()


def as_written(image: np.ndarray | Image.Image, path: Path) -> Image.Image:
    """Returns a picture as a file of this name holds it: one that has no opacity, over white."""
    picture = to_image(image)
    return plain(picture) if _FORMATS.get(path.suffix.lower()) == "JPEG" else picture


def to_image(image: np.ndarray | Image.Image) -> Image.Image:
    """Returns a Pillow image of a uint8 array (H, W) or (H, W, 1|3|4), or the image itself."""
    if isinstance(image, Image.Image):
        return image
    image = image[:, :, 0] if image.ndim == 3 and image.shape[2] == 1 else image
    if image.dtype != np.uint8 or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (3, 4))):
        raise PictureError(f"a picture is uint8 shaped (H, W) or (H, W, 1|3|4), not {image.dtype} {image.shape}")
    if 0 in image.shape:
        raise PictureError(f"a picture of shape {image.shape} has no pixels")
    return Image.fromarray(np.ascontiguousarray(image))


def _options(kind: str, provenance: dict[str, Any] | None) -> dict[str, Any]:
    options: dict[str, dict[str, Any]] = {
        "PNG": {"compress_level": 6},
        "JPEG": {"quality": JPEG_QUALITY, "subsampling": 0},
        "WEBP": {"lossless": True, "exact": True},
    }
    if provenance is None:
        return options[kind]
    mark = {"pnginfo": to_png_text(provenance)} if kind == "PNG" else {"xmp": to_xmp(provenance)}
    return options[kind] | mark
