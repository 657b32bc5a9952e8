"""What edits of light and colour reach, and what is taken out or put behind: selected by box, colour, mask or object."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import cv2
import numpy as np
from pydantic import AfterValidator, Field, field_validator

from limner.colours import to_lab
from limner.config import PathText
from limner.editing.operation import Canvas, Note, Operation
from limner.errors import UsageError
from limner.pictures import colour, open_mask

UNSURE = 0.75
"""Confidence in the outline of an object below which there is a warning: of 50 in benchmarks/removal.py, 8 are below."""


def _points(stroke: list[float]) -> list[float]:
    if len(stroke) < 2 or len(stroke) % 2:
        raise ValueError("a stroke is a list of x, y, x, y, ... in pixels, such as [[120, 80, 160, 90]]")
    return stroke


Strokes = Annotated[list[Annotated[list[float], AfterValidator(_points)]], Field(max_length=1000)]


class Selecting(Operation):
    """An edit that selects: in place of what was selected, in addition to it, out of it, or where both are."""

    mode: Literal["replace", "add", "subtract", "intersect"] = "replace"
    feather: float = Field(0.0, ge=0, le=1000)
    """Pixels over which the selection fades."""

    def reach(self, canvas: Canvas) -> np.ndarray:
        """Returns what is selected, float32 (H, W) in [0, 1]; UsageError where that is nothing at all."""
        raise NotImplementedError

    def apply(self, canvas: Canvas) -> Canvas:
        return self._combined(canvas, self.reach(canvas))

    def _combined(self, canvas: Canvas, chosen: np.ndarray) -> Canvas:
        """Returns the canvas with what was selected and what is now, by `mode`; UsageError where that is nothing at all."""
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
    """Selects the object in a box, by what is in it and not around it, and by strokes where that is not enough (GrabCut).

    `foreground` and `background` are strokes, lists of x, y, x, y, ... in pixels, of what is object and what is not.
    """

    foreground: Strokes = Field(default_factory=list)
    background: Strokes = Field(default_factory=list)
    brush: float = Field(5.0, gt=0, le=1000)
    """Pixels to each side of a stroke."""

    def reach(self, canvas: Canvas) -> np.ndarray:
        return self._found(canvas)[0]

    def apply(self, canvas: Canvas) -> Canvas:
        found, confidence = self._found(canvas)
        unsure = confidence < UNSURE
        line = f"select-object: the outline is unsure (confidence {confidence:.0%}); look at it, and say more with strokes."
        return self._combined(canvas, found).with_note(Note("select-object", confidence, line if unsure else None))

    def _found(self, canvas: Canvas) -> tuple[np.ndarray, float]:
        box = super().reach(canvas)
        if box.all() or min(self.width, self.height) < 2:
            raise UsageError("the box: leave some of what is not the object around it, and the object within.")
        for stroke in (*self.foreground, *self.background):
            points = np.reshape(stroke, (-1, 2))
            if (points < 0).any() or (points >= (canvas.width, canvas.height)).any():
                raise UsageError(f"the strokes: not all of them are within {canvas.width}x{canvas.height}.")
        from limner.editing.object_outline import find_object

        bounds = self.left, self.top, self.width, self.height
        found, confidence = find_object(canvas.colour, bounds, self.foreground, self.background, self.brush)
        if not found.any():
            raise UsageError("no object was found in the box, which looks as what is around it does.")
        return found, confidence


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
