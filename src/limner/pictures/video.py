"""A walk through pictures as a film: .mp4 (H.264, plays everywhere) or .gif."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from limner.errors import PictureError, UsageError
from limner.files import atomic_file
from limner.pictures.modes import plain
from limner.pictures.provenance import SOFTWARE, to_text
from limner.pictures.write import to_image

WALKS = (".mp4", ".gif")
"""Suffixes of films that can be written."""
QUALITY = "16"  # x264's constant rate factor: 0 is lossless, 18 looks the same as the original


def save_walk(
    frames: Iterable[np.ndarray], path: Path | str, fps: int = 24, provenance: dict[str, Any] | None = None
) -> None:
    """Writes uint8 frames (H, W, C), all of one shape, as a .mp4 or .gif whose comment is the provenance.

    Transparent frames are composited over white.

    An odd side of an .mp4 is made even by repeating its last line. UsageError for another suffix or a rate outside
    1..120, PictureError when there is no frame or the shapes differ.
    """
    path = Path(path)
    if path.suffix.lower() not in WALKS:
        raise UsageError(f"cannot write {path.name}: a walk ends in {' or '.join(WALKS)}")
    writer = _write_mp4 if path.suffix.lower() == ".mp4" else _write_gif
    if not 1 <= fps <= 120:
        raise UsageError(f"{fps} frames per second is out of range: choose 1 to 120")
    images = _images(frames)
    first = next(images, None)
    if first is None:
        raise PictureError(f"a walk needs at least one frame; nothing was written to {path}")
    with atomic_file(path) as temporary:
        writer(chain([first], images), temporary, fps, to_text(provenance) if provenance is not None else None)


def _images(frames: Iterable[np.ndarray]) -> Iterator[Image.Image]:
    size = None
    for frame in frames:
        image = plain(to_image(frame)).convert("RGB")
        size = size or image.size
        if image.size != size:
            raise PictureError(f"every frame of a walk has one size: {size} and {image.size} differ")
        yield image


def _write_mp4(images: Iterator[Image.Image], path: Path, fps: int, comment: str | None) -> None:
    import av

    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        if comment is not None:
            container.metadata.update({"comment": comment, "title": "AI-generated", "artist": SOFTWARE})
        stream = container.add_stream("libx264", rate=fps, options={"crf": QUALITY, "preset": "medium"})
        stream.pix_fmt = "yuv420p"
        for count, image in enumerate(images):
            pixels = np.asarray(image)
            pixels = np.pad(pixels, ((0, pixels.shape[0] % 2), (0, pixels.shape[1] % 2), (0, 0)), mode="edge")
            if count == 0:
                stream.height, stream.width = pixels.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode(None))


def _write_gif(images: Iterator[Image.Image], path: Path, fps: int, comment: str | None) -> None:
    quantized = (image.quantize(256, dither=Image.Dither.FLOYDSTEINBERG) for image in images)
    marked = {"comment": comment.encode()} if comment is not None else {}
    first = next(quantized)
    first.save(path, format="GIF", save_all=True, append_images=quantized, duration=round(1000 / fps), loop=0, **marked)
