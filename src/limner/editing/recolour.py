"""Edits of hue: all hues turned, or one colour replaced by another, soft at its edges and without skin."""

from typing import Any

import cv2
import numpy as np
from pydantic import ConfigDict, Field, model_validator

from limner.colours import chroma, from_lab, skin, smooth_step, to_lab
from limner.editing.operation import Canvas, Operation
from limner.errors import UsageError
from limner.pictures import colour

GREY, COLOURED = 8.0, 20.0
"""Chroma in CIE Lab up to which a pixel has no hue, and from which its hue is certain."""
SOFT_EDGE = 1.0
"""Standard deviation, in pixels, by which the selection of a hue is smoothed."""
MIN_SELECTED = 1e-3
"""Fraction of the picture below which nothing counts as having the hue."""
GAMMA = (0.25, 4.0)
"""Smallest and largest exponent by which lightness is bent towards that of the new colour."""


class Hue(Operation):
    """Turns all hues by `degrees` in CIE Lab, lightness and greys kept; 0 changes nothing."""

    degrees: float = Field(ge=-360, le=360)

    def apply(self, canvas: Canvas) -> Canvas:
        if self.degrees % 360 == 0:
            return canvas
        lab = to_lab(canvas.colour)
        lab[..., 1:] = _turned(lab[..., 1:], np.float32(np.deg2rad(self.degrees)))
        return canvas.with_colour(from_lab(lab))


class Recolour(Operation):
    """Replaces what has the hue of `from` by `to`: shades stay shades, edges are soft, and skin is left as it is.

    The usual colour of what has that hue, within `tolerance` degrees in CIE Lab, becomes `to`; black and white stay. The same
    two colours change nothing.
    """

    model_config = ConfigDict(populate_by_name=True)

    old: str = Field(alias="from")
    new: str = Field(alias="to")
    tolerance: float = Field(25.0, gt=0, le=180)
    skin: bool = False
    """Whether skin is recoloured, too."""

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        for name in (given.get(key) for key in ("from", "to", "old", "new")) if isinstance(given, dict) else ():
            if name is not None:
                colour(str(name))
        return given

    @model_validator(mode="after")
    def _has_a_hue(self) -> "Recolour":
        if chroma(_lab_of(self.old)) < GREY:
            raise ValueError(f"from={self.old}: it has no hue; use select-colour, then fill or curves")
        return self

    def apply(self, canvas: Canvas) -> Canvas:
        if self.old == self.new:
            return canvas
        lab = to_lab(canvas.colour)
        weight = self._weight(canvas, lab)
        reach = weight if canvas.selection is None else weight * canvas.selection
        if reach.sum() < MIN_SELECTED * reach.size:
            where = "" if canvas.selection is None else " of what is selected"
            raise UsageError(
                f"recolour: nothing{where} has the hue of {self.old}; name another colour, or a larger tolerance than "
                f"{self.tolerance:g}."
            )
        changed = from_lab(_replaced(lab, reach, _lab_of(self.new)))
        own = canvas.colour
        mixed = own + weight[..., None] * (changed.astype(np.float32) - own)
        return canvas.with_colour(np.rint(mixed).astype(np.uint8))

    def _weight(self, canvas: Canvas, lab: np.ndarray) -> np.ndarray:
        """Returns how much each pixel has the hue, float32 (H, W) in [0, 1]."""
        towards = _lab_of(self.old)
        angle = np.abs(_difference(np.arctan2(lab[..., 2], lab[..., 1]), np.arctan2(towards[2], towards[1])))
        width = np.deg2rad(self.tolerance)
        weight = smooth_step(angle, width, width / 2) * smooth_step(chroma(lab), GREY, COLOURED)
        if not self.skin:
            weight = weight * (1 - skin(lab))
        smoothed: np.ndarray = cv2.GaussianBlur(weight.astype(np.float32), (0, 0), SOFT_EDGE)
        return smoothed


def _replaced(lab: np.ndarray, weight: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Returns pixels in CIE Lab so that their usual colour, weighted, becomes `new`, and others go along."""
    chosen = weight > 0.5 if (weight > 0.5).any() else weight > 0
    usual = np.median(lab[chosen], 0)
    turn = np.float32(np.arctan2(new[2], new[1]) - np.arctan2(usual[2], usual[1]))
    gain = np.float32(chroma(new) / max(float(chroma(usual)), GREY))
    # a power keeps black and white where they are
    ends = np.clip(np.array([usual[0], new[0]]) / 100, 0.02, 0.98)
    gamma = float(np.clip(np.log(ends[1]) / np.log(ends[0]), *GAMMA))
    lightness = 100 * (lab[..., :1].clip(0, 100) / 100) ** np.float32(gamma)
    return np.concatenate([lightness, gain * _turned(lab[..., 1:], turn)], 2).astype(np.float32)


def _turned(plane: np.ndarray, angle: np.float32) -> np.ndarray:
    """Returns a and b of CIE Lab (..., 2) turned by an angle in radians."""
    cosine, sine = np.cos(angle), np.sin(angle)
    a, b = plane[..., 0], plane[..., 1]
    return np.stack([cosine * a - sine * b, sine * a + cosine * b], -1)


def _lab_of(name: str) -> np.ndarray:
    return to_lab(np.array([[colour(name)]], np.uint8))[0, 0]


def _difference(one: np.ndarray, other: float) -> np.ndarray:
    """Returns the difference of two angles in (-pi, pi]."""
    return np.angle(np.exp(1j * (one - other)))
