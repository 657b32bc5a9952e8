"""Directions in latent space that edits follow: those that a model has of itself, and those that were written to a folder.

A direction is a step (latent,) in w, one standard deviation of w long (see `limner.explain.directions` for those of attributes).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from limner.editing.direction_names import unknown_in
from limner.editing.latent_space import sample_w, standardised
from limner.editing.latent_spec import DIRECTIONS
from limner.errors import DamagedFileError, ModelError, UsageError, nearest, shown
from limner.methods import Latent
from limner.model import Model
from limner.tensors import load_tensors
from limner.weights import check_tensor

FOUND = 5
"""Directions that are reported, of each kind."""
MOST = 50
SAMPLES = 512
"""Latents that components are found in."""


OTHERS = "Others are written by limner directions MODEL --attribute NAME, and named with directions=FOLDER."


def factorised(model: Model, count: int = FOUND) -> dict[str, Tensor]:
    """Returns sefa-1 and so on: the steps that change the first layer's output most.

    The eigenvectors of A^T A, where A are the layer's weights of w (Shen & Zhou 2021, arXiv 2007.06600, section 3).
    """
    _, std = model.generator.w_statistics()
    weights = model.hooks.first_layer.weight.detach()[:, : len(std)] * std
    vectors = torch.linalg.eigh((weights.T @ weights).double())[1].flip(1).T.float()  # the greatest first
    return _named("sefa", model, vectors[:count])


def principal(model: Model, count: int = FOUND) -> dict[str, Tensor]:
    """Returns pca-1 and so on: the steps that go with the principal components of what a layer in the middle reads.

    Components of feature maps, carried to w by least squares (Harkonen et al. 2020, arXiv 2004.02546).
    """
    latent = sample_w(model, SAMPLES)
    maps = model.hooks.middle(latent).flatten(1).double()
    maps = maps - maps.mean(0)
    # of fewer pictures than channels: the components' scores are the eigenvectors of the products of pictures
    scores = torch.linalg.eigh(maps @ maps.T)[1].flip(1)[:, :count]
    w = standardised(model, latent.values).double()
    return _named("pca", model, F.normalize(scores.T @ (w - w.mean(0)), dim=1).float())


def shifted(latent: Latent, direction: Tensor) -> Latent:
    """Returns the latent, in w, shifted along a direction (latent,)."""
    return replace(latent, values=latent.values + direction)


def direction_of(model: Model, name: str, folder: Path | None = None) -> Tensor:
    """Returns the step (latent,) of a name: of those in a folder, or else of the model's own.

    UsageError for a name that is none, ModelError for a folder that is missing, damaged or of another model.
    """
    steps = read_directions(folder, model) if folder else own_directions(model, name.partition("-")[0])
    if name not in steps:
        if folder:
            raise unknown_in(folder, name, list(steps))
        own = nearest(name, list(steps)) if steps else "its own are pca-1, pca-2, ... and sefa-1, sefa-2, ..."
        raise UsageError(f"'{model.recipe.name}' has no direction '{shown(name)}'; {own} {OTHERS}")
    return steps[name]


def read_directions(folder: Path, model: Model) -> dict[str, Tensor]:
    """Returns the steps that were written for this model; ModelError where they are missing, damaged or of another."""
    try:
        steps, metadata = load_tensors(folder / DIRECTIONS)
    except DamagedFileError as error:
        raise ModelError(f"{error} Write it with: limner directions MODEL --out {folder}") from None
    if metadata.get("model") != model.digest:
        raise ModelError(f"{folder} has the directions of another model; write them again with limner directions.")
    _, std = model.generator.w_statistics()
    try:
        for name, step in steps.items():
            check_tensor(name, step, torch.float32, tuple(std.shape))
    except ModelError as error:
        raise ModelError(
            f"{folder / DIRECTIONS}: {error}; write it with: limner directions MODEL --out {folder}"
        ) from None
    return {name: step.to(std.device) for name, step in steps.items()}


KINDS = {"pca": principal, "sefa": factorised}
"""How directions are found that need no name."""


@lru_cache(maxsize=4)
def own_directions(model: Model, kind: str) -> dict[str, Tensor]:
    """Returns the steps that a model has without a name, of one of `KINDS`, the greatest first; none of another kind."""
    return KINDS[kind](model, MOST) if kind in KINDS else {}


def _named(kind: str, model: Model, vectors: Tensor) -> dict[str, Tensor]:
    # eigenvectors point either way: here to where their greatest number is positive
    greatest = vectors.gather(1, vectors.abs().argmax(1, keepdim=True))
    vectors = vectors * greatest.sign() * model.generator.w_statistics()[1]
    return {f"{kind}-{place}": vector for place, vector in enumerate(vectors, 1)}
