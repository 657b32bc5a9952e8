"""Edits of what is selected, an object or its background: blurred, filled, made see-through or taken out."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from PIL import ImageOps
from pydantic import Field, field_validator

from limner.editing.operation import Canvas, Operation
from limner.errors import UsageError
from limner.pictures import SUFFIXES, colour, open_picture


class Blur(Operation):
    """Blurs by `radius` pixels, of what is selected alone: colours from elsewhere do not bleed in. 0 changes nothing."""

    radius: float = Field(ge=0, le=1000)

    def apply(self, canvas: Canvas) -> Canvas:
        if not self.radius:
            return canvas
        pixels = np.ascontiguousarray(canvas.colour)
        if canvas.selection is None:
            return canvas.painted(cv2.GaussianBlur(pixels, (0, 0), self.radius))
        share = canvas.selection[..., None]
        gathered = cv2.GaussianBlur(pixels * share, (0, 0), self.radius)
        weights = cv2.GaussianBlur(canvas.selection, (0, 0), self.radius)[..., None]
        return canvas.painted(np.rint((gathered / np.maximum(weights, 1e-4)).clip(0, 255)).astype(np.uint8))


class Fill(Operation):
    """Puts a colour, or a picture file cut to cover, where it is selected: the background of an object, say."""

    by: str
    """A colour, or a picture file."""

    @field_validator("by")
    @classmethod
    def _known(cls, by: str) -> str:
        if Path(by).suffix.lower() not in SUFFIXES:
            colour(by)
        return by

    def apply(self, canvas: Canvas) -> Canvas:
        if Path(self.by).suffix.lower() in SUFFIXES:
            picture = open_picture(Path(self.by)).convert("RGB")
            return canvas.painted(np.asarray(ImageOps.fit(picture, (canvas.width, canvas.height))))
        return canvas.painted(np.full((canvas.height, canvas.width, 3), colour(self.by), np.uint8))


class Erase(Operation):
    """Makes what is selected see-through."""

    def apply(self, canvas: Canvas) -> Canvas:
        opacity = canvas.pixels[..., 3] if canvas.pixels.shape[2] == 4 else np.uint8(255)
        left = 1 - _chosen("erase", canvas)
        see_through = np.rint(opacity * left).astype(np.uint8)[..., None]
        return replace(canvas, pixels=np.concatenate([canvas.colour, see_through], 2))


class Remove(Operation):
    """Takes what is selected out and continues what is around it, as suits small holes (fast marching: Telea 2004)."""

    radius: float = Field(3.0, ge=1, le=100)
    """Pixels around a hole's edge that are continued."""

    def apply(self, canvas: Canvas) -> Canvas:
        hole = (_chosen("remove", canvas) > 0).astype(np.uint8)
        if hole.all():
            raise UsageError("remove: everything is selected, so nothing is left to continue.")
        filled = cv2.inpaint(np.ascontiguousarray(canvas.colour), hole, self.radius, cv2.INPAINT_TELEA)
        return replace(canvas, selection=hole.astype(np.float32)).painted(filled)


def _chosen(name: str, canvas: Canvas) -> np.ndarray:
    if canvas.selection is None:
        raise UsageError(f"{name}: nothing is selected; select first, as with select-box.")
    return canvas.selection
