"""Edits of what is selected, an object or its background: blurred, filled, made transparent or taken out."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from PIL import ImageOps
from pydantic import Field, field_validator

from limner.colours import alpha_of, visible
from limner.config import PathText
from limner.editing.operation import Canvas, Note, Operation, alpha_blend, with_opacity
from limner.errors import UsageError
from limner.pictures import SUFFIXES, colour, open_picture

MOST = 0.5
"""Share of a picture above which its removal is warned of."""
MARGIN = 4
"""Pixels around what is taken out that say whether it was on an opaque background."""


class Blur(Operation):
    """Blurs colours by `radius` pixels, of what is selected and seen alone: others do not bleed in; 0 changes nothing."""

    radius: float = Field(ge=0, le=1000)

    def apply(self, canvas: Canvas) -> Canvas:
        if not self.radius:
            return canvas
        pixels = np.ascontiguousarray(canvas.colour)
        masks = [weight for weight in (canvas.selection, alpha_of(canvas.pixels)) if weight is not None]
        if not masks:
            return canvas.with_colour(cv2.GaussianBlur(pixels, (0, 0), self.radius))
        weight = np.prod(masks, 0, np.float32)
        gathered = cv2.GaussianBlur(pixels * weight[..., None], (0, 0), self.radius)
        weights = cv2.GaussianBlur(weight, (0, 0), self.radius)[..., None]
        return canvas.with_colour(np.rint((gathered / np.maximum(weights, 1e-4)).clip(0, 255)).astype(np.uint8))


class Fill(Operation):
    """Puts a colour, or a picture file cut to cover, where it is selected, in place of nothing, too: as a background, say."""

    by: PathText
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
            by = np.asarray(ImageOps.fit(picture, (canvas.width, canvas.height)))
        else:
            by = np.full((canvas.height, canvas.width, 3), colour(self.by), np.uint8)
        return canvas.with_pixels(with_opacity(by) if canvas.pixels.shape[2] == 4 else by)


class Erase(Operation):
    """Makes what is selected transparent."""

    def apply(self, canvas: Canvas) -> Canvas:
        pixels = with_opacity(canvas.pixels)
        left = 1 - _chosen("erase", canvas)
        opacity = np.rint(pixels[..., 3] * left).astype(np.uint8)[..., None]
        return replace(canvas, pixels=np.concatenate([pixels[..., :3], opacity], 2))


class Remove(Operation):
    """Takes what is selected out and continues what is around it; where that is mostly nothing, nothing is left."""

    by: Literal["auto", "marching", "biharmonic", "patches"] = "auto"
    """See `inpainting`; auto fills smoothly what is thin, and the rest by patches."""

    def apply(self, canvas: Canvas) -> Canvas:
        hole = _chosen("remove", canvas) > 0
        if hole.all():
            raise UsageError("remove: everything is selected, so nothing is left to continue.")
        from limner.editing.inpainting import inpaint_judged

        if _on_nothing(canvas, hole):
            return Erase().apply(replace(canvas, selection=hole.astype(np.float32)))
        filled, confidence = inpaint_judged(canvas.pixels, hole, self.by)
        after = replace(canvas, selection=hole.astype(np.float32)).with_colour(filled)
        return after.with_note(Note("remove", confidence, _doubt(float(hole.mean()), confidence)))


class Move(Operation):
    """Moves what is selected by `right` and `down` whole pixels; where it was, what is around it is continued.

    It lands as it is, or so that its edges fit the new background (`poisson`: Perez et al. 2003, "Poisson image editing").
    """

    right: int = Field(0, ge=-100_000, le=100_000)
    down: int = Field(0, ge=-100_000, le=100_000)
    blend: Literal["none", "poisson"] = "none"

    def apply(self, canvas: Canvas) -> Canvas:
        chosen = _chosen("move", canvas)
        if not (self.right or self.down):
            return canvas
        shift = np.array([[1, 0, self.right], [0, 1, self.down]], float)
        size = canvas.width, canvas.height
        alpha = alpha_of(canvas.pixels)
        moved = cv2.warpAffine(np.ascontiguousarray(canvas.colour), shift, size)
        landed = cv2.warpAffine(chosen if alpha is None else chosen * alpha, shift, size)
        if not landed.any():
            raise UsageError("move: nothing of the selection would stay within the picture.")
        background = Remove().apply(canvas)
        return replace(_composited(background, moved, landed, self.blend), selection=landed)


class Paste(Operation):
    """Composites a picture file over this one, from `left` and `top` on, as far as it is opaque.

    It is scaled first, and then turned about its middle, `angle` degrees counter-clockwise.
    """

    file: PathText
    left: int = Field(0, ge=-100_000, le=100_000)
    top: int = Field(0, ge=-100_000, le=100_000)
    scale: float = Field(1.0, ge=0.01, le=100)
    angle: float = Field(0.0, ge=-360, le=360)
    blend: Literal["none", "poisson"] = "none"

    def apply(self, canvas: Canvas) -> Canvas:
        own = np.array(open_picture(Path(self.file), background=None).convert("RGBA"))
        own[..., :3] = visible(own)
        warped = self._placed(own, (canvas.width, canvas.height))
        alpha = warped[..., 3].astype(np.float32) / 255
        if not alpha.any():
            raise UsageError(f"paste: nothing of {self.file} would lie within the picture.")
        return _composited(canvas, warped[..., :3], alpha, self.blend)

    def _placed(self, own: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """Returns a picture uint8 (h, w, 4) where it belongs in one of `size` (width, height), transparent around it."""
        if self.scale < 1:  # by means of areas, of which interpolation alone would see single pixels
            reduced = [max(1, round(self.scale * side)) for side in own.shape[1::-1]]
            own = cv2.resize(own, reduced, interpolation=cv2.INTER_AREA)
        height, width = own.shape[:2]
        scale = max(1.0, self.scale)
        matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), self.angle, scale)
        # the turned picture's middle lies where that of the scaled one does
        matrix[:, 2] += [self.left + (scale - 1) * width / 2, self.top + (scale - 1) * height / 2]
        return np.asarray(cv2.warpAffine(own, matrix, size))


def _doubt(share: float, confidence: float) -> str | None:
    """Returns the warning about a removal of so much of the picture, if there is one."""
    if share > MOST:
        return f"remove: {share:.0%} of the picture were removed, so most of what is seen there is made up."
    if confidence < 0.5:
        return f"remove: the seam may be visible (confidence {confidence:.0%}); look at it, and select less or another part."
    return None


def _on_nothing(canvas: Canvas, hole: np.ndarray) -> bool:
    """Whether most of what is around a hole, bool (H, W), is transparent."""
    alpha = alpha_of(canvas.pixels)
    around = cv2.dilate(hole.astype(np.uint8), np.ones((2 * MARGIN + 1,) * 2, np.uint8)).astype(bool) & ~hole
    return alpha is not None and bool(around.any()) and float(alpha[around].mean()) < 0.5


def _composited(canvas: Canvas, above: np.ndarray, alpha: np.ndarray, blend: str) -> Canvas:
    """Returns a canvas with colours uint8 (H, W, 3) composited over it by an alpha matte (H, W), also where nothing was."""
    colours = blend_colours(above, canvas.colour, alpha, blend)
    if canvas.pixels.shape[2] == 4:
        return replace(canvas, pixels=alpha_blend(canvas.pixels, with_opacity(colours), alpha))
    return replace(replace(canvas, selection=alpha).with_colour(colours), selection=canvas.selection)


def blend_colours(above: np.ndarray, below: np.ndarray, alpha: np.ndarray, blend: str) -> np.ndarray:
    """Returns colours uint8 (H, W, 3) to be composited over others: as they are, or with their gradients joined to those below."""
    if blend == "none":
        return above
    inside = (alpha > 0).astype(np.uint8)
    # the outermost pixels are where gradients are joined, so a selection at the border is joined one pixel further in
    inside[[0, -1]] = 0
    inside[:, [0, -1]] = 0
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    if min(len(rows), len(columns)) < 3:
        return above  # too little to have an inside
    middle = (int(columns[0] + columns[-1] + 1) // 2, int(rows[0] + rows[-1] + 1) // 2)
    mask = 255 * inside
    joined = cv2.seamlessClone(np.ascontiguousarray(above), np.ascontiguousarray(below), mask, middle, cv2.NORMAL_CLONE)
    return np.asarray(joined)


def _chosen(name: str, canvas: Canvas) -> np.ndarray:
    if canvas.selection is None:
        raise UsageError(f"{name}: nothing is selected; select first, as with select-box.")
    return canvas.selection
