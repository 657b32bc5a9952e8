"""What `prepare` does with each picture: decode, convert, fit, describe. Runs in worker processes, without torch."""

import functools
import hashlib
import warnings
from io import BytesIO
from typing import NamedTuple

import numpy as np
from PIL import Image

from limner.data.doctor import grey_of, measure
from limner.data.duplicates import CELLS
from limner.data.schema import COLOURS
from limner.pictures.formats import sniff
from limner.pictures.modes import GREATEST_DEEP, GREATEST_FLOAT, OWN_LEVELS, Levels, premultiplied
from limner.pictures.provenance import SAMPLE_GRID, is_composite
from limner.pictures.read import UnusablePicture, read
from limner.pictures.shape import cropped_fraction, fit

THUMBNAIL = 96
"""Longer side, in pixels, of the picture of a rejected input."""
OPAQUE_FROM = 250
"""Level of alpha from which nobody sees through: a picture that is nowhere below it is opaque."""


class RejectedRow(NamedTuple):
    """As `Rejected`, of a picture whose name the process does not know: its row in the chunk."""

    row: int
    reason: str
    detail: str
    thumbnail: bytes | None = None


class Decoded(NamedTuple):
    """A chunk of `total` pictures: the rejected ones, and for the n others, in order, their rows, pixels and descriptions.

    `pixels` holds H * W bytes for a grey picture, three times as many for a colour one and four times for a transparent one;
    `channels` is uint8 (n,), 1, 3 or 4, `digests` uint8 (n, 16), `miniatures` uint8 (n, 9, 9), `std` and `correlation` float32
    (n,) as in `limner.data.doctor`; `cut` float32 (n,), the fraction of the area that was cropped; `enlarged` counts pictures that
    were smaller than what they were fitted to. `deep` and `floating`, float32 (n,), are the greatest values of grey
    pictures of 16 bits and of floats, not-a-number of others.
    """

    total: int
    rejected: list[RejectedRow]
    rows: list[int]
    pixels: list[bytes]
    channels: np.ndarray
    digests: np.ndarray
    miniatures: np.ndarray
    std: np.ndarray
    correlation: np.ndarray
    cut: np.ndarray
    deep: np.ndarray
    floating: np.ndarray
    enlarged: int


def decode(
    contents: list[bytes | np.ndarray],
    size: tuple[int, int],
    how: str,
    background: str | None,
    levels: Levels = OWN_LEVELS,
) -> Decoded:
    """Decodes, converts and fits every picture of a chunk to `size` (H, W); transparent ones stay so without a background."""
    arrays, rows, rejected, enlarged = [], [], [], 0
    numbers: dict[str, list[float]] = {"cut": [], "deep": [], "floating": []}
    for row, content in enumerate(contents):
        if isinstance(content, bytes) and is_composite(content):
            rejected.append(RejectedRow(row, SAMPLE_GRID, "limner put it together of several pictures"))
            continue
        try:
            image = read(content, background=background, size=size, levels=levels)
            enlarged += image.height < size[0] or image.width < size[1]
            arrays.append(np.asarray(fit(image, size, how, background)))
            rows.append(row)
            numbers["cut"].append(cropped_fraction((image.height, image.width), size) if how == "crop" else 0.0)
            numbers["deep"].append(image.info.get(GREATEST_DEEP, np.nan))
            numbers["floating"].append(image.info.get(GREATEST_FLOAT, np.nan))
        except UnusablePicture as error:
            thumbnail = _thumbnail(content, background) if error.reason == "too small" else None
            rejected.append(RejectedRow(row, error.reason, error.detail, thumbnail))
        except Exception as error:  # a decoder may raise anything on hostile bytes: one picture never stops the run
            rejected.append(RejectedRow(row, "damaged", f"{type(error).__name__}: {error}"[:200]))
    return _described(len(contents), rejected, rows, arrays, numbers, enlarged)


def lost(content: bytes | np.ndarray) -> Decoded:
    """Returns what stands for a picture whose decoder took its whole process down."""
    return _described(
        1, [RejectedRow(0, "damaged", "its decoder crashed")], [], [], {"cut": [], "deep": [], "floating": []}, 0
    )


def header_size(content: bytes | np.ndarray) -> tuple[int, int] | None:
    """Returns (height, width) as the header states it, without decoding; None when it cannot be read."""
    if isinstance(content, np.ndarray):
        return content.shape[:2]
    kind = sniff(content[:16])
    if kind is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            width, height = Image.open(BytesIO(content), formats=[kind]).size
    except Exception:  # the reason is found when the picture's turn to be decoded comes
        return None
    return height, width


def _described(
    count: int,
    rejected: list[RejectedRow],
    rows: list[int],
    arrays: list[np.ndarray],
    numbers: dict[str, list[float]],
    enlarged: int,
) -> Decoded:
    n = len(arrays)
    arrays = [_of_fewest_channels(array) for array in arrays]
    channels = np.array([array.shape[2] if array.ndim == 3 else 1 for array in arrays], np.uint8)
    pixels = [array.tobytes() for array in arrays]
    digests = np.frombuffer(b"".join(hashlib.blake2b(own, digest_size=16).digest() for own in pixels), np.uint8)
    miniatures = np.empty((n, CELLS, CELLS), np.uint8)
    std, correlation = np.empty(n, np.float32), np.empty(n, np.float32)
    for kind in COLOURS:
        chosen = np.flatnonzero(channels == kind)
        if len(chosen):
            stack = np.stack([arrays[index] for index in chosen])
            stack = premultiplied(stack[..., None] if stack.ndim == 3 else stack)  # hidden colours do not count
            brightness = grey_of(stack)
            miniatures[chosen] = miniature(brightness)
            std[chosen], correlation[chosen] = measure(stack, brightness)
    return Decoded(
        total=count,
        rejected=rejected,
        rows=rows,
        pixels=pixels,
        channels=channels,
        digests=digests.reshape(n, 16),
        miniatures=miniatures,
        std=std,
        correlation=correlation,
        **{name: np.array(values, np.float32) for name, values in numbers.items()},
        enlarged=enlarged,
    )


def _of_fewest_channels(array: np.ndarray) -> np.ndarray:
    """Returns a picture as (H, W) where it is grey, (H, W, 3) where it is opaque, else (H, W, 4), black where nothing is seen."""
    if array.ndim == 3 and array.shape[2] == 4:
        if array[..., 3].min() < OPAQUE_FROM:
            return array * (array[..., 3:] > 0)
        array = np.ascontiguousarray(array[..., :3])
    # Looked at in the middle first: nearly every colour picture shows there that it is one.
    if array.ndim == 3 and _equal_channels(array[array.shape[0] // 2]) and _equal_channels(array):
        return np.ascontiguousarray(array[..., 0])
    return array


def _equal_channels(array: np.ndarray) -> bool:
    return bool((array[..., 0] == array[..., 1]).all() and (array[..., 0] == array[..., 2]).all())


def miniature(grey: np.ndarray) -> np.ndarray:
    """Returns uint8 (n, 9, 9): the means of 81 equal areas of float32 (n, H, W) pictures."""
    height, width = grey.shape[1:]
    return np.rint(_areas(height) @ grey @ _areas(width).T).astype(np.uint8)


@functools.cache
def _areas(length: int) -> np.ndarray:
    edges = np.linspace(0, length, CELLS + 1)
    start, stop = edges[:-1, None], edges[1:, None]
    pixel = np.arange(length)[None]
    overlap = np.clip(np.minimum(stop, pixel + 1) - np.maximum(start, pixel), 0, None)
    return (overlap / overlap.sum(axis=1, keepdims=True)).astype(np.float32)


def _thumbnail(content: bytes | np.ndarray, background: str | None) -> bytes | None:
    try:
        image = read(content, background=background, minimum=1)
        image.thumbnail((THUMBNAIL, THUMBNAIL))
        buffer = BytesIO()
        image.save(buffer, "PNG")
    except Exception:  # a thumbnail is a courtesy
        return None
    return buffer.getvalue()
