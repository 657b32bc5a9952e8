"""What edits in the latent space of a model compute (`limner.editing.latent_edits` says what they are).

A model's own picture has a known latent; that of any other is found by inversion, and what the model generates from it then says
what changes, so that what it cannot generate stays. Pictures of another size are scaled for it, and the change is scaled back.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import ImageOps
from torch import Tensor

from limner.colours import visible
from limner.editing.directions import direction_offset
from limner.editing.edits import OPERATIONS
from limner.editing.inversion import LatentLoss, initial_latent, invert, optimise, perceptual_net
from limner.editing.inversion_config import Detail
from limner.editing.latent_edits import (
    Along,
    ChangeCondition,
    Encode,
    LatentEdit,
    Mix,
    Regenerate,
    nothing_selected,
    of_no_model,
)
from limner.editing.latent_space import cross_faded, interpolate, load_for_editing, one_thread, sample_w
from limner.editing.objects import blend_colours
from limner.editing.operation import Canvas
from limner.editing.rendering import (
    apply_latent,
    apply_pixels,
    as_rendered,
    render,
    to_model_input,
    to_pixels,
    with_latent,
)
from limner.errors import UsageError
from limner.features.likeness import embed, perceptual_distance
from limner.methods import Latent
from limner.methods.counterfactual import apply_change
from limner.model import Model
from limner.pictures import open_picture

CANDIDATES = 32
"""Latents of a seed, of which the best is where `regenerate` begins."""
ANCHOR = 0.2
"""Weight of how far a latent leaves its seed's: without it, all seeds end in the picture that was there."""
RING = 1 / 8
"""Of the longer side: how near to what is selected the rest counts most."""


def compute(edit: LatentEdit, canvas: Canvas) -> Canvas:
    """Returns the canvas after an edit; UsageError, ConditionError or ModelError for one that is asked wrongly."""
    model = _model(edit, canvas)
    with one_thread(), torch.no_grad():
        return COMPUTED[type(edit)](edit, canvas, model)


def encode(edit: Encode, canvas: Canvas, model: Model) -> Canvas:
    """Returns what the model generates of the picture."""
    return apply_latent(canvas, model, _latent(edit, canvas, model, edit.details)[0])


def along(edit: Along, canvas: Canvas, model: Model) -> Canvas:
    """Returns the picture moved along a direction."""
    offset = direction_offset(model, edit.direction, Path(edit.directions) if edit.directions else None)
    before, exact = _latent(edit, canvas, model)
    after = replace(before, values=before.values + edit.amount * offset)
    return _changed(canvas, model, before, after, exact)


def change_condition(edit: ChangeCondition, canvas: Canvas, model: Model) -> Canvas:
    """Returns the picture under other values of attributes."""
    asked = model.resolve(edit.values)
    # from w alone: feature offsets hold what the picture shows under its own condition, and would keep it under another
    before, exact = _latent(edit, canvas, model, "none")
    other = dict(before.condition) | {name: asked[name].to(model.generator.device) for name in edit.values}
    z = model.generator.to_z(before)
    return _changed(canvas, model, before, model.generator.to_w(replace(z, condition=other)), exact)


def mix(edit: Mix, canvas: Canvas, model: Model) -> Canvas:
    """Returns the picture a share of the way to another."""
    one, exact = _latent(edit, canvas, model)
    other, image = _other(edit, canvas, model)
    middle = interpolate(model, one, other, edit.share)
    if exact and image is None:
        return apply_latent(canvas, model, middle)
    residual = as_rendered(model, canvas.pixels) - render(model, one, canvas)
    other_residual = torch.zeros_like(residual) if image is None else image - render(model, other, canvas)
    mixed = render(model, middle, canvas) + cross_faded(residual, other_residual, edit.share)
    return with_latent(apply_pixels(canvas, mixed), model, middle)


def regenerate(edit: Regenerate, canvas: Canvas, model: Model) -> Canvas:
    """Returns the picture with what is selected generated again."""
    if canvas.selection is None:
        raise UsageError(nothing_selected("regenerate"))
    images = to_model_input(model, canvas.pixels)
    chosen = torch.tensor(canvas.selection)[None, None]
    loss = _context_loss(images, F.interpolate(chosen, images.shape[2:], mode="area"))
    start = _start(edit, canvas, model, images, loss)
    latent = optimise(model, start, loss, edit.steps, details="none", anchor=ANCHOR)
    pixels = to_pixels(render(model, latent, canvas))
    colour = blend_colours(visible(pixels), canvas.colour, canvas.selection, edit.blend)
    return canvas.with_pixels(np.concatenate([colour, pixels[..., 3:]], 2))


COMPUTED: dict[type[LatentEdit], Callable[[Any, Canvas, Model], Canvas]] = {
    Encode: encode,
    Along: along,
    ChangeCondition: change_condition,
    Mix: mix,
    Regenerate: regenerate,
}
"""What does each edit."""


def _model(edit: LatentEdit, canvas: Canvas) -> Model:
    if edit.model:
        return load_for_editing(Path(edit.model))
    if canvas.last_latent is None:
        raise UsageError(of_no_model(OPERATIONS.name_of(type(edit))))
    return canvas.last_latent.model


def _latent(edit: LatentEdit, canvas: Canvas, model: Model, details: Detail = "all") -> tuple[Latent, bool]:
    """Returns the picture's latent, by inversion unless it is known, and whether it generates exactly this picture."""
    known = canvas.valid_latent
    if known and known.model.digest == model.digest:
        return known.latent, known.exact
    return invert(model, to_model_input(model, canvas.pixels), edit.condition, edit.steps, details=details), False


def _changed(canvas: Canvas, model: Model, before: Latent, after: Latent, exact: bool) -> Canvas:
    """Returns the canvas changed as what a model generates changes from one latent to another."""
    if exact:
        return apply_latent(canvas, model, after)
    now, then = render(model, before, canvas), render(model, after, canvas)
    changed = apply_change(as_rendered(model, canvas.pixels), now, then)
    return with_latent(apply_pixels(canvas, changed), model, after)


def _other(edit: Mix, canvas: Canvas, model: Model) -> tuple[Latent, Tensor | None]:
    """Returns the other picture's latent, and, of a file, the picture as `render` returns one."""
    if edit.file is None:
        return sample_w(model, 1, edit.seed or 0), None
    transparent = model.schema.channels == 4
    picture = open_picture(Path(edit.file), background=None if transparent else "white")
    picture = picture.convert("RGBA" if transparent else "RGB")
    pixels = np.asarray(ImageOps.fit(picture, (canvas.width, canvas.height)))
    return invert(model, to_model_input(model, pixels), steps=edit.steps), as_rendered(model, pixels)


def _start(edit: Regenerate, canvas: Canvas, model: Model, images: Tensor, loss: LatentLoss) -> Latent:
    """Returns the latent of a seed, under the picture's condition, from which what is around it is generated best."""
    known = canvas.valid_latent
    own = known.latent if known and not edit.condition else initial_latent(model, images, edit.condition)
    condition = {name: one.expand(CANDIDATES, *one.shape[1:]) for name, one in own.condition.items()}
    candidates = sample_w(model, CANDIDATES, edit.seed, condition)
    return candidates.rows(loss(model.hooks.decode(candidates)).argmin()[None])


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
