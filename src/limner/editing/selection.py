"""What edits of light and colour reach, and what is taken out or put behind: selected by box, colour, mask or object."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from pydantic import Field, field_validator

from limner.colours import to_lab
from limner.config import PathText
from limner.editing.operation import Canvas, Operation
from limner.errors import UsageError
from limner.pictures import colour, open_mask

GRABCUT_ITERATIONS = 5
"""Of GrabCut: estimates of what is object and what is not."""
GRABBED = 600
"""Longer side of the picture that GrabCut looks at, which takes a second; its edge is then found at full size."""


class Selecting(Operation):
    """An edit that selects: in place of what was selected, in addition to it, out of it, or where both are."""

    mode: Literal["replace", "add", "subtract", "intersect"] = "replace"
    feather: float = Field(0.0, ge=0, le=1000)
    """Pixels over which the selection fades."""

    def reach(self, canvas: Canvas) -> np.ndarray:
        """Returns what is selected, float32 (H, W) in [0, 1]; UsageError where that is nothing at all."""
        raise NotImplementedError

    def apply(self, canvas: Canvas) -> Canvas:
        chosen = self.reach(canvas)
        if self.feather:
            chosen = cv2.GaussianBlur(chosen, (0, 0), self.feather, borderType=cv2.BORDER_REPLICATE)
        before = _selected(canvas)
        chosen = {
            "replace": chosen,
            "add": np.maximum(before, chosen),
            "subtract": np.minimum(before, 1 - chosen),
            "intersect": np.minimum(before, chosen),
        }[self.mode]
        if not chosen.any():
            raise UsageError("nothing is selected by this; select more, or with another mode.")
        return replace(canvas, selection=chosen)


class SelectBox(Selecting):
    """Selects `width` by `height` pixels from `left` and `top` on."""

    left: int = Field(ge=0)
    top: int = Field(ge=0)
    width: int = Field(ge=1)
    height: int = Field(ge=1)

    def reach(self, canvas: Canvas) -> np.ndarray:
        if self.left + self.width > canvas.width or self.top + self.height > canvas.height:
            asked = f"{self.width}x{self.height} from {self.left},{self.top} on"
            raise UsageError(f"the box: {asked} is not within {canvas.width}x{canvas.height}.")
        chosen = np.zeros((canvas.height, canvas.width), np.float32)
        chosen[self.top : self.top + self.height, self.left : self.left + self.width] = 1
        return chosen


class SelectObject(SelectBox):
    """Selects the object in a box, by what is in it and not around it (GrabCut: Rother et al. 2004)."""

    def reach(self, canvas: Canvas) -> np.ndarray:
        box = super().reach(canvas)
        factor = min(1.0, GRABBED / max(canvas.height, canvas.width))
        size = max(1, round(canvas.width * factor)), max(1, round(canvas.height * factor))
        small = cv2.resize(np.ascontiguousarray(canvas.colour), size, interpolation=cv2.INTER_AREA)
        inside = cv2.resize(box, size, interpolation=cv2.INTER_AREA) > 0.5
        if inside.all() or not inside.any():
            raise UsageError("the box: leave some of what is not the object around it, and the object within.")
        mask = np.where(inside, cv2.GC_PR_FGD, cv2.GC_BGD).astype(np.uint8)
        cv2.setRNGSeed(0)
        cv2.grabCut(
            small, mask, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), GRABCUT_ITERATIONS, cv2.GC_INIT_WITH_MASK
        )
        found = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
        if not found.any():
            raise UsageError("no object was found in the box, which looks as what is around it does.")
        return cv2.resize(found, (canvas.width, canvas.height), interpolation=cv2.INTER_LINEAR) if factor < 1 else found


class SelectColour(Selecting):
    """Selects what looks like a `colour`: all that is nearer than `tolerance` in CIE Lab, in which 2 can just be distinguished."""

    colour: str
    tolerance: float = Field(20.0, gt=0, le=200)

    @field_validator("colour")
    @classmethod
    def _known(cls, name: str) -> str:
        colour(name)
        return name

    def reach(self, canvas: Canvas) -> np.ndarray:
        asked = to_lab(np.array([[colour(self.colour)]]))
        return (np.linalg.norm(to_lab(canvas.colour) - asked, axis=2) < self.tolerance).astype(np.float32)


class SelectMask(Selecting):
    """Selects what is white in a picture `file` of the same size, and greys in part; of a transparent one, what is opaque."""

    file: PathText

    def reach(self, canvas: Canvas) -> np.ndarray:
        mask = open_mask(Path(self.file))
        if mask.shape != (canvas.height, canvas.width):
            height, width = mask.shape
            raise UsageError(f"{self.file}: {width}x{height}, but the picture is {canvas.width}x{canvas.height}.")
        if not mask.any():
            raise UsageError(f"{self.file}: it is black, or transparent, everywhere, so it selects nothing.")
        return mask


class SelectAll(Operation):
    """Selects everything again."""

    def apply(self, canvas: Canvas) -> Canvas:
        return replace(canvas, selection=None)


class SelectRest(Operation):
    """Selects what was not selected."""

    def apply(self, canvas: Canvas) -> Canvas:
        return replace(canvas, selection=1 - _selected(canvas))


def _selected(canvas: Canvas) -> np.ndarray:
    if canvas.selection is None:
        return np.ones((canvas.height, canvas.width), np.float32)
    return canvas.selection
