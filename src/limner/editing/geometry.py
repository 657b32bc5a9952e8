"""Edits of place: what is selected moves with the pixels, and the new border area is filled as asked."""

from dataclasses import replace
from typing import Annotated, Literal

import cv2
import numpy as np
from PIL import Image
from pydantic import Field, field_validator, model_validator

from limner.editing.operation import Canvas, Operation, with_opacity
from limner.errors import UsageError
from limner.pictures import MAX_PIXELS, colour
from limner.pictures.modes import premultiplied

Pixels = Annotated[int, Field(ge=0, le=100_000)]
Degrees = Annotated[float, Field(ge=-360, le=360)]
RESAMPLING = {
    "lanczos": (Image.Resampling.LANCZOS, cv2.INTER_AREA),
    "nearest": (Image.Resampling.NEAREST, cv2.INTER_NEAREST_EXACT),
}
"""How a picture is scaled (by Pillow), and with it a selection (by OpenCV)."""
BORDER_MODES = {"mirror": cv2.BORDER_REFLECT_101, "edge": cv2.BORDER_REPLICATE, "content": cv2.BORDER_REPLICATE}
"""OpenCV's border modes of the fills that repeat the picture, `content` patch by patch; others are `transparent` and colours."""


class Filling(Operation):
    """An edit that leaves a new border area."""

    fill: str = "transparent"
    """`transparent`, `mirror`, `edge`, `content`, or a colour."""

    @field_validator("fill")
    @classmethod
    def _known(cls, fill: str) -> str:
        if fill != "transparent" and fill not in BORDER_MODES:
            colour(fill)
        return fill


class Crop(Operation):
    """Keeps `width` by `height` pixels from `left` and `top` on; up to the edge where these are left out."""

    left: Pixels = 0
    top: Pixels = 0
    width: Pixels | None = None
    height: Pixels | None = None

    def apply(self, canvas: Canvas) -> Canvas:
        width = canvas.width - self.left if self.width is None else self.width
        height = canvas.height - self.top if self.height is None else self.height
        right, bottom = self.left + width, self.top + height
        if min(width, height) < 1 or right > canvas.width or bottom > canvas.height:
            asked = f"{max(width, 0)}x{max(height, 0)} from {self.left},{self.top} on"
            raise UsageError(f"crop: {asked} is not within {canvas.width}x{canvas.height}.")
        rows, columns = slice(self.top, bottom), slice(self.left, right)
        chosen = None if canvas.selection is None else canvas.selection[rows, columns]
        return Canvas(canvas.pixels[rows, columns], chosen)


class Flip(Operation):
    """Mirrors left and right (`horizontal`) or above and below (`vertical`)."""

    axis: Literal["horizontal", "vertical"] = "horizontal"

    def apply(self, canvas: Canvas) -> Canvas:
        axis = 1 if self.axis == "horizontal" else 0
        chosen = None if canvas.selection is None else np.flip(canvas.selection, axis)
        return Canvas(np.flip(canvas.pixels, axis), chosen)


class Scale(Operation):
    """Resizes by a `factor`, or to a `width` or `height` or both; 1 changes nothing.

    `by` lanczos for photographs; nearest keeps the colours of pixel art, and its pixels where the factor is whole.
    """

    factor: float | None = Field(None, gt=0, le=100)
    width: int | None = Field(None, ge=1, le=100_000)
    height: int | None = Field(None, ge=1, le=100_000)
    by: Literal["lanczos", "nearest"] = "lanczos"

    @model_validator(mode="after")
    def _one_way(self) -> "Scale":
        if (self.factor is None) == (self.width is None and self.height is None):
            raise ValueError("give a factor, or a width, a height or both")
        return self

    def apply(self, canvas: Canvas) -> Canvas:
        size = self._size(canvas)
        if size == (canvas.width, canvas.height):
            return canvas
        _affordable("scale", *size)
        resampling, of_selection = RESAMPLING[self.by]
        pixels = np.asarray(Image.fromarray(np.ascontiguousarray(canvas.pixels)).resize(size, resampling))
        chosen = None if canvas.selection is None else cv2.resize(canvas.selection, size, interpolation=of_selection)
        return Canvas(pixels, chosen)

    def _size(self, canvas: Canvas) -> tuple[int, int]:
        if self.factor is not None:
            return max(1, round(canvas.width * self.factor)), max(1, round(canvas.height * self.factor))
        width = self.width or max(1, round(canvas.width * (self.height or 0) / canvas.height))
        return width, self.height or max(1, round(canvas.height * width / canvas.width))


class Rotate(Filling):
    """Turns by an `angle` in degrees against the clock, around the middle; 0 changes nothing.

    The picture grows until it holds all that there was, unless `grow` is no.
    """

    angle: Degrees
    grow: bool = True

    def apply(self, canvas: Canvas) -> Canvas:
        if self.angle % 90 == 0 and (self.grow or self.angle % 180 == 0):
            turns = round(self.angle / 90) % 4  # exact, and nothing to fill
            chosen = None if canvas.selection is None else np.rot90(canvas.selection, turns)
            return Canvas(np.rot90(canvas.pixels, turns), chosen) if turns else canvas
        cosine, sine = np.cos(np.deg2rad(self.angle)), np.sin(np.deg2rad(self.angle))
        width, height = canvas.width, canvas.height
        if self.grow:
            width = round(abs(canvas.width * cosine) + abs(canvas.height * sine))
            height = round(abs(canvas.width * sine) + abs(canvas.height * cosine))
        turn = np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])
        middle, then = (
            _shift(-(canvas.width - 1) / 2, -(canvas.height - 1) / 2),
            _shift((width - 1) / 2, (height - 1) / 2),
        )
        return _warped(canvas, then @ turn @ middle, (width, height), self.fill)


class Translate(Filling):
    """Moves the picture by `right` and `down` pixels, also by parts of one; 0 changes nothing."""

    right: float = Field(0, ge=-100_000, le=100_000)
    down: float = Field(0, ge=-100_000, le=100_000)

    def apply(self, canvas: Canvas) -> Canvas:
        return _warped(canvas, _shift(self.right, self.down), (canvas.width, canvas.height), self.fill)


class Perspective(Filling):
    """Moves the four corners, from left top with the clock, each by x and y in fractions of the sides; 0 changes nothing."""

    corners: tuple[float, float, float, float, float, float, float, float]

    @field_validator("corners", mode="before")
    @classmethod
    def _eight(cls, corners: object) -> object:
        if not isinstance(corners, list | tuple) or len(corners) != 8:
            raise ValueError(
                "give eight numbers, x and y of each corner: [0.1, 0, 0, 0, 0, 0, 0, 0] moves the first to the right"
            )
        return corners

    def apply(self, canvas: Canvas) -> Canvas:
        size = np.array([canvas.width - 1, canvas.height - 1], np.float32)
        before = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
        after = before + np.array(self.corners, np.float32).reshape(4, 2)
        edges = np.roll(after, -1, 0) - after
        turns = edges[:, 0] * np.roll(edges, -1, 0)[:, 1] - edges[:, 1] * np.roll(edges, -1, 0)[:, 0]
        if turns.min() <= 0:
            raise UsageError("perspective: the corners fold the picture over; move them less.")
        if not any(self.corners) or not size.all():
            return canvas
        matrix = cv2.getPerspectiveTransform(before * size, after * size)
        return _warped(canvas, matrix, (canvas.width, canvas.height), self.fill)


class Pad(Filling):
    """Adds so many pixels on each side; 0 changes nothing."""

    left: Pixels = 0
    top: Pixels = 0
    right: Pixels = 0
    bottom: Pixels = 0

    def apply(self, canvas: Canvas) -> Canvas:
        size = canvas.width + self.left + self.right, canvas.height + self.top + self.bottom
        return _warped(canvas, _shift(self.left, self.top), size, self.fill)


def _shift(right: float, down: float) -> np.ndarray:
    return np.array([[1, 0, right], [0, 1, down], [0, 0, 1]], float)


def _affordable(name: str, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise UsageError(f"{name}: {width}x{height} is more than {MAX_PIXELS:,} pixels.")


def _warped(canvas: Canvas, matrix: np.ndarray, size: tuple[int, int], fill: str) -> Canvas:
    """Returns the canvas where a matrix (3, 3) takes its pixels, `size` (width, height) large."""
    if size == (canvas.width, canvas.height) and np.array_equal(matrix, np.eye(3)):
        return canvas
    _affordable("the result", *size)
    border = BORDER_MODES.get(fill, cv2.BORDER_CONSTANT)
    value: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    pixels = canvas.pixels
    if fill == "transparent":
        pixels = with_opacity(pixels)
    elif fill not in BORDER_MODES:
        value = (*map(float, colour(fill)), 255.0)
    transparent = pixels.shape[2] == 4
    # colours of what is transparent must not bleed into what is not
    moved = cv2.warpPerspective(
        premultiplied(pixels) if transparent else np.ascontiguousarray(pixels),
        matrix,
        size,
        flags=cv2.INTER_CUBIC,
        borderMode=border,
        borderValue=value,
    )
    if transparent:
        moved = _divided(moved)
    if fill == "content":
        covered = cv2.warpPerspective(np.ones(pixels.shape[:2], np.float32), matrix, size, flags=cv2.INTER_LINEAR)
        moved = _continued(moved, covered < 0.5)
    chosen = None
    if canvas.selection is not None:
        chosen = cv2.warpPerspective(canvas.selection, matrix, size, flags=cv2.INTER_LINEAR)
    return replace(canvas, pixels=moved, selection=chosen)


def _continued(pixels: np.ndarray, new: np.ndarray) -> np.ndarray:
    opacity = np.where(new[..., None], np.uint8(255), pixels[..., 3:])
    from limner.editing.inpainting import inpaint

    return np.concatenate([inpaint(pixels, new, "patches"), opacity], 2)


def _divided(pixels: np.ndarray) -> np.ndarray:
    pixels[..., :3] = np.minimum(pixels[..., :3], pixels[..., 3:])  # a cubic may overshoot its opacity
    return np.asarray(Image.frombytes("RGBa", pixels.shape[1::-1], pixels.tobytes()).convert("RGBA"))
