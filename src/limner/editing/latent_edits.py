"""Edits in the latent space of a model: encoding, moving along directions, mixing, and generating a selected part again.

A model's own picture has a known latent; that of any other is found by inversion, and what the model generates from it then says
what changes, so that what it cannot generate stays. Pictures of another size are scaled for it, and the change is scaled back.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import torch
import torch.nn.functional as F
from PIL import ImageOps
from pydantic import Field, field_validator, model_validator
from torch import Tensor

from limner.colours import visible
from limner.conditions.written import parse_condition
from limner.config import NameText, PathText
from limner.editing.directions import direction_offset
from limner.editing.inversion import (
    INVERSION_STEPS,
    Detail,
    LatentLoss,
    initial_latent,
    invert,
    optimise,
    perceptual_net,
)
from limner.editing.latent_space import cross_faded, interpolate, load_for_editing, one_thread, sample_w
from limner.editing.objects import blend_colours
from limner.editing.operation import Canvas, Operation
from limner.editing.rendering import (
    apply_latent,
    apply_pixels,
    as_rendered,
    render,
    to_model_input,
    to_pixels,
    with_latent,
)
from limner.errors import ConditionError, UsageError
from limner.features.likeness import embed, perceptual_distance
from limner.methods import Latent
from limner.methods.counterfactual import apply_change
from limner.model import Model
from limner.pictures import open_picture
from limner.seeds import MAX_SEED

CANDIDATES = 32
"""Latents of a seed, of which the best is where `regenerate` begins."""
ANCHOR = 0.2
"""Weight of how far a latent leaves its seed's: without it, all seeds end in the picture that was there."""
RING = 1 / 8
"""Of the longer side: how near to what is selected the rest counts most."""


class LatentEdit(Operation):
    """An edit of the latent from which a model generates the picture."""

    model: PathText | None = None
    """A model or run; the one that generated the picture where it is left out."""
    condition: dict[str, NameText] = Field(default_factory=dict)
    """What the picture is, as `limner sample` is asked for it; what fits best where it is left out."""
    steps: int = Field(INVERSION_STEPS, ge=0, le=10_000)
    """Of inversion."""

    @field_validator("condition", mode="before")
    @classmethod
    def _read(cls, condition: Any) -> Any:
        if not isinstance(condition, str):
            return condition
        try:
            return parse_condition([condition], "condition")
        except ConditionError:
            raise ValueError("write {NAME: VALUE, NAME: VALUE}, each name with its value") from None

    @property
    def all_conditions(self) -> dict[str, str]:
        """The values of all attributes that it names, by attribute."""
        return self.condition

    @property
    def is_identity(self) -> bool:
        """Whether it leaves every picture as it is."""
        return False

    @property
    def generates(self) -> bool:
        return not self.is_identity

    def apply(self, canvas: Canvas) -> Canvas:
        if self.is_identity:
            return canvas
        model = self._model(canvas)
        with one_thread(), torch.no_grad():
            return self._apply_with_model(canvas, model)

    def _apply_with_model(self, canvas: Canvas, model: Model) -> Canvas:
        """Returns the canvas after the edit; UsageError or ConditionError for what is asked wrongly."""
        raise NotImplementedError

    def _model(self, canvas: Canvas) -> Model:
        if self.model:
            return load_for_editing(Path(self.model))
        if canvas.last_latent is None:
            raise UsageError(
                f"{type(self).__name__.lower()}: no model generated this picture; name one with model=FOLDER."
            )
        return canvas.last_latent.model

    def _latent(self, canvas: Canvas, model: Model, details: Detail = "all") -> tuple[Latent, bool]:
        """Returns the picture's latent, by inversion unless it is known, and whether it generates exactly this picture."""
        known = canvas.valid_latent
        if known and known.model.digest == model.digest:
            return known.latent, known.exact
        return invert(model, to_model_input(model, canvas.pixels), self.condition, self.steps, details=details), False


class Encode(LatentEdit):
    """Shows the picture as the model generates it: with all feature offsets, with coarse ones, or none, from the latent alone."""

    details: Detail = "all"

    def _apply_with_model(self, canvas: Canvas, model: Model) -> Canvas:
        return apply_latent(canvas, model, self._latent(canvas, model, self.details)[0])


class Along(LatentEdit):
    """Moves along a direction by `amount` standard deviations of w; 0 changes nothing.

    Directions are pca-1, sefa-1 and so on, of the model itself, or those that `limner directions` wrote into a folder.
    """

    direction: NameText
    amount: float = Field(1.0, ge=-10, le=10)
    directions: PathText | None = None
    """The folder; the model's own where it is left out."""

    @property
    def is_identity(self) -> bool:
        return not self.amount

    def _apply_with_model(self, canvas: Canvas, model: Model) -> Canvas:
        offset = direction_offset(model, self.direction, Path(self.directions) if self.directions else None)
        before, exact = self._latent(canvas, model)
        after = replace(before, values=before.values + self.amount * offset)
        return _with_change(canvas, model, before, after, exact)


class ChangeCondition(LatentEdit):
    """Draws the picture under other values of the model's attributes, as in `condition:hair=green`; the rest of it stays.

    What the model generates under its own condition and under the other says what changes (`methods.counterfactual`).
    """

    open_field: ClassVar[str | None] = "values"
    values: dict[str, NameText] = Field(min_length=1)

    @property
    def all_conditions(self) -> dict[str, str]:
        return {**self.condition, **self.values}

    def _apply_with_model(self, canvas: Canvas, model: Model) -> Canvas:
        resolved = model.resolve(self.values)
        # from w alone: feature offsets hold what the picture shows under its own condition, and would keep it under another
        before, exact = self._latent(canvas, model, "none")
        other = dict(before.condition) | {name: resolved[name].to(model.generator.device) for name in self.values}
        z = model.generator.to_z(before)
        return _with_change(canvas, model, before, model.generator.to_w(replace(z, condition=other)), exact)


class Mix(LatentEdit):
    """Interpolates by a fraction `share` towards another picture, a `file` or a `seed`. 0 changes nothing, 1 is the other."""

    share: float = Field(0.5, ge=0, le=1)
    file: PathText | None = None
    seed: int | None = Field(None, ge=0, le=MAX_SEED)

    @model_validator(mode="after")
    def _one_other(self) -> "Mix":
        if (self.file is None) == (self.seed is None):
            raise ValueError("name the other picture, by file=PICTURE or by seed=NUMBER of the model")
        return self

    @property
    def is_identity(self) -> bool:
        return not self.share

    def _apply_with_model(self, canvas: Canvas, model: Model) -> Canvas:
        one, exact = self._latent(canvas, model)
        other, image = self._other(canvas, model)
        middle = interpolate(model, one, other, self.share)
        if exact and image is None:
            return apply_latent(canvas, model, middle)
        residual = as_rendered(model, canvas.pixels) - render(model, one, canvas)
        other_residual = torch.zeros_like(residual) if image is None else image - render(model, other, canvas)
        mixed = render(model, middle, canvas) + cross_faded(residual, other_residual, self.share)
        return with_latent(apply_pixels(canvas, mixed), model, middle)

    def _other(self, canvas: Canvas, model: Model) -> tuple[Latent, Tensor | None]:
        """Returns the other picture's latent, and, of a file, the picture as `render` returns one."""
        if self.file is None:
            return sample_w(model, 1, self.seed or 0), None
        transparent = model.schema.channels == 4
        picture = open_picture(Path(self.file), background=None if transparent else "white")
        picture = picture.convert("RGBA" if transparent else "RGB")
        pixels = np.asarray(ImageOps.fit(picture, (canvas.width, canvas.height)))
        return invert(model, to_model_input(model, pixels), steps=self.steps), as_rendered(model, pixels)


class Regenerate(LatentEdit):
    """Generates what is selected again, so that it goes with what is around it; another `seed`, something else."""

    seed: int = Field(0, ge=0, le=MAX_SEED)
    blend: Literal["none", "poisson"] = "poisson"
    """As in `move`."""

    def _apply_with_model(self, canvas: Canvas, model: Model) -> Canvas:
        if canvas.selection is None:
            raise UsageError("regenerate: nothing is selected; select first, as with select-box.")
        images = to_model_input(model, canvas.pixels)
        chosen = torch.tensor(canvas.selection)[None, None]
        loss = _context_loss(images, F.interpolate(chosen, images.shape[2:], mode="area"))
        start = self._start(canvas, model, images, loss)
        latent = optimise(model, start, loss, self.steps, details="none", anchor=ANCHOR)
        pixels = to_pixels(render(model, latent, canvas))
        colour = blend_colours(visible(pixels), canvas.colour, canvas.selection, self.blend)
        return canvas.with_pixels(np.concatenate([colour, pixels[..., 3:]], 2))

    def _start(self, canvas: Canvas, model: Model, images: Tensor, loss: LatentLoss) -> Latent:
        known = canvas.valid_latent
        own = known.latent if known and not self.condition else initial_latent(model, images, self.condition)
        condition = {name: one.expand(CANDIDATES, *one.shape[1:]) for name, one in own.condition.items()}
        candidates = sample_w(model, CANDIDATES, self.seed, condition)
        return candidates.rows(loss(model.hooks.decode(candidates)).argmin()[None])


def _with_change(canvas: Canvas, model: Model, before: Latent, after: Latent, exact: bool) -> Canvas:
    """Returns the canvas with the change from one latent to another; `exact`: the model generates this canvas from `before`."""
    if exact:
        return apply_latent(canvas, model, after)
    now, then = render(model, before, canvas), render(model, after, canvas)
    changed = apply_change(as_rendered(model, canvas.pixels), now, then)
    return with_latent(apply_pixels(canvas, changed), model, after)


def _context_loss(images: Tensor, chosen: Tensor) -> LatentLoss:
    """Returns how far pictures are from one (1, C, H, W) outside of a selection (1, 1, H, W), above all near to it."""
    reach = max(1, round(RING * max(images.shape[2:])))
    near = F.avg_pool2d(chosen, 2 * reach + 1, 1, reach, count_include_pad=False)
    weight = (1 - chosen) * (near + near.mean())
    weight = weight / weight.mean().clamp_min(1e-6)

    def loss(generated: Tensor) -> Tensor:
        composite = chosen * generated + (1 - chosen) * images
        distance = perceptual_distance(embed(perceptual_net(), composite), embed(perceptual_net(), generated))
        return ((generated - images).abs() * weight).mean((1, 2, 3)) + distance

    return loss
