"""Edits with a model: pictures encoded, moved along directions, mixed, and painted anew where they are selected.

A model's own picture has a known code; of any other it is found by inversion, and what the model draws of it then says what
changes, so that what it cannot draw stays. Pictures of another size are shown to it scaled, and the change is scaled back.
"""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from PIL import ImageOps
from pydantic import Field, model_validator
from torch import Tensor

from limner.config import PathText
from limner.editing.code import Code, Decoding, decoding_of, faded, one_thread
from limner.editing.directions import step_of
from limner.editing.drawing import drawn, known, painted, seen, shown
from limner.editing.inversion import STEPS, Detail, Missed, descend, eye, first_guess, invert
from limner.editing.objects import blended
from limner.editing.operation import Canvas, Operation
from limner.errors import UsageError
from limner.features.likeness import look, perceptual_distance
from limner.methods.editing import edited as with_change
from limner.pictures import open_picture
from limner.seeds import LARGEST_SEED
from limner.values import from_uint8, to_uint8

TRIED = 32
"""Codes of a seed, of which the one that fits best is begun with where a place is painted anew."""
HELD = 0.2
"""Weight of how far a code leaves its seed's: without it, all seeds end in the picture that was there."""
RING = 1 / 8
"""Of the longer side: how near to what is selected the rest counts most."""


class Latent(Operation):
    """An edit of the code that a model paints the picture of."""

    model: PathText | None = None
    """A model or run; the one that painted the picture where it is left out."""
    condition: dict[str, str | float] = Field(default_factory=dict)
    """What the picture is, as `limner sample` is asked for it; what fits best where it is left out."""
    steps: int = Field(STEPS, ge=0, le=10_000)
    """Of inversion."""

    @property
    def idle(self) -> bool:
        """Whether it asks for nothing."""
        return False

    def apply(self, canvas: Canvas) -> Canvas:
        if self.idle:
            return canvas
        decoding = self._decoding(canvas)
        with one_thread(), torch.no_grad():
            return self.edited(canvas, decoding)

    def edited(self, canvas: Canvas, decoding: Decoding) -> Canvas:
        """Returns the canvas after the edit; UsageError or ConditionError for what is asked wrongly."""
        raise NotImplementedError

    def _decoding(self, canvas: Canvas) -> Decoding:
        if self.model:
            return decoding_of(Path(self.model))
        if canvas.code is None:
            raise UsageError(
                f"{type(self).__name__.lower()}: no model painted this picture; name one with model=FOLDER."
            )
        return canvas.code.decoding

    def _code(self, canvas: Canvas, decoding: Decoding, details: Detail = "all") -> tuple[Code, bool]:
        """Returns the picture's code, which is looked for unless it is known, and whether the picture is just what it paints."""
        told = canvas.known
        if told and told.decoding.model.digest == decoding.model.digest:
            return told.code, told.exact
        return invert(decoding, seen(decoding, canvas.pixels), self.condition, self.steps, details=details), False


class Encode(Latent):
    """Shows the picture as the model paints it: with all details, with coarse ones, or none, as codes alone can say it."""

    details: Detail = "all"

    def edited(self, canvas: Canvas, decoding: Decoding) -> Canvas:
        return painted(canvas, decoding, self._code(canvas, decoding, self.details)[0])


class Along(Latent):
    """Moves along a direction by `amount` standard deviations of codes; 0 changes nothing.

    Directions are pca-1, sefa-1 and so on, of the model itself, or those that `limner directions` wrote into a folder.
    """

    direction: str
    amount: float = Field(1.0, ge=-10, le=10)
    directions: PathText | None = None
    """The folder; the model's own where it is left out."""

    @property
    def idle(self) -> bool:
        return not self.amount

    def edited(self, canvas: Canvas, decoding: Decoding) -> Canvas:
        step = step_of(decoding, self.direction, Path(self.directions) if self.directions else None)
        before, exact = self._code(canvas, decoding)
        after = replace(before, points=before.points + self.amount * step)
        if exact:
            return painted(canvas, decoding, after)
        now, then = drawn(decoding, before, canvas), drawn(decoding, after, canvas)
        return known(shown(canvas, with_change(from_uint8(canvas.colour[None]), now, then)), decoding, after)


class Mix(Latent):
    """Goes a `share` of the way to another picture: a `file`, or picture `seed` of the model. 0 changes nothing, 1 is the other."""

    share: float = Field(0.5, ge=0, le=1)
    file: PathText | None = None
    seed: int | None = Field(None, ge=0, le=LARGEST_SEED)

    @model_validator(mode="after")
    def _one_other(self) -> "Mix":
        if (self.file is None) == (self.seed is None):
            raise ValueError("name the other picture, by file=PICTURE or by seed=NUMBER of the model")
        return self

    @property
    def idle(self) -> bool:
        return not self.share

    def edited(self, canvas: Canvas, decoding: Decoding) -> Canvas:
        one, exact = self._code(canvas, decoding)
        other, theirs = self._other(canvas, decoding)
        middle = decoding.between(one, other, self.share)
        if exact and theirs is None:
            return painted(canvas, decoding, middle)
        left = from_uint8(canvas.colour[None]) - drawn(decoding, one, canvas)
        come = left - left if theirs is None else theirs - drawn(decoding, other, canvas)
        mixed = drawn(decoding, middle, canvas) + faded(left, come, self.share)
        return known(shown(canvas, mixed), decoding, middle)

    def _other(self, canvas: Canvas, decoding: Decoding) -> tuple[Code, Tensor | None]:
        """Returns the other picture's code, and, of a file, what it shows, (1, 3, H, W)."""
        if self.file is None:
            return decoding.sampled(1, self.seed or 0), None
        picture = open_picture(Path(self.file)).convert("RGB")
        pixels = np.asarray(ImageOps.fit(picture, (canvas.width, canvas.height)))
        return invert(decoding, seen(decoding, pixels), steps=self.steps), from_uint8(pixels[None])


class Regenerate(Latent):
    """Paints what is selected anew, so that it goes with what is around it; another `seed`, something else."""

    seed: int = Field(0, ge=0, le=LARGEST_SEED)
    blend: Literal["none", "poisson"] = "poisson"
    """As in `move`."""

    def edited(self, canvas: Canvas, decoding: Decoding) -> Canvas:
        if canvas.selection is None:
            raise UsageError("regenerate: nothing is selected; select first, as with select-box.")
        images = seen(decoding, canvas.pixels)
        chosen = torch.tensor(canvas.selection)[None, None]
        missed = _around(images, F.interpolate(chosen, images.shape[2:], mode="area"))
        begun = self._begun(canvas, decoding, images, missed)
        code = descend(decoding, begun, missed, self.steps, details="none", held=HELD)
        colour = to_uint8(drawn(decoding, code, canvas))[0]
        return canvas.painted(blended(colour, canvas.colour, canvas.selection, self.blend))

    def _begun(self, canvas: Canvas, decoding: Decoding, images: Tensor, missed: Missed) -> Code:
        told = canvas.known
        own = told.code if told and not self.condition else first_guess(decoding, images, self.condition)
        tried = decoding.sampled(TRIED, self.seed, {name: one.expand(TRIED) for name, one in own.condition.items()})
        return tried.of(missed(decoding.paint(tried)).argmin()[None])


def _around(images: Tensor, chosen: Tensor) -> Missed:
    """Returns how far pictures are from one (1, C, H, W) where it is not selected, (1, 1, H, W), above all near to where it is."""
    reach = max(1, round(RING * max(images.shape[2:])))
    near = F.avg_pool2d(chosen, 2 * reach + 1, 1, reach, count_include_pad=False)
    weight = (1 - chosen) * (near + near.mean())
    weight = weight / weight.mean().clamp_min(1e-6)

    def missed(made: Tensor) -> Tensor:
        laid_in = chosen * made + (1 - chosen) * images
        alike = perceptual_distance(look(eye(), laid_in), look(eye(), made))
        return ((made - images).abs() * weight).mean((1, 2, 3)) + alike

    return missed
