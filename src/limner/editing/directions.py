"""Directions in latent space that edits follow: those that a model has of itself, and those that were written to a folder.

A direction is an offset (latent_dim,) of w, one standard deviation of w long. Those of attributes: `limner.explain.directions`.
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
from limner.errors import DamagedFileError, ModelError, UsageError, quoted, suggestion
from limner.methods import Latent
from limner.model import Model
from limner.tensors import load_tensors
from limner.weights import check_tensor

NUM_REPORTED = 5
"""Directions that are reported, of each kind."""
MAX_COMPONENTS = 50
"""Directions of each kind that an edit can name."""
NUM_SAMPLES = 512
"""Latents that components are found in."""
OTHERS_HINT = "Others are written by limner directions MODEL --attribute NAME, and named with directions=FOLDER."


def sefa_directions(model: Model, count: int = NUM_REPORTED) -> dict[str, Tensor]:
    """Returns sefa-1 and so on: the offsets of w that change the first layer's output most.

    The eigenvectors of A^T A, where A are the layer's weights of w (SeFa: Shen & Zhou 2021, arXiv 2007.06600, section 3).
    """
    _, std = model.generator.w_statistics()
    weights = model.hooks.first_layer.weight.detach()[:, : len(std)] * std
    vectors = torch.linalg.eigh((weights.T @ weights).double())[1].flip(1).T.float()  # the greatest first
    return _named("sefa", model, vectors[:count])


def ganspace_directions(model: Model, count: int = NUM_REPORTED) -> dict[str, Tensor]:
    """Returns pca-1 and so on: the offsets of w that go with the principal components of what a layer in the middle reads.

    Components of feature maps, regressed onto w by least squares (GANSpace: Harkonen et al. 2020, arXiv 2004.02546).
    """
    latent = sample_w(model, NUM_SAMPLES)
    maps = model.hooks.middle_features(latent).flatten(1).double()
    maps = maps - maps.mean(0)
    # of fewer pictures than channels: the components' scores are the eigenvectors of the products of pictures
    scores = torch.linalg.eigh(maps @ maps.T)[1].flip(1)[:, :count]
    w = standardised(model, latent.values).double()
    return _named("pca", model, F.normalize(scores.T @ (w - w.mean(0)), dim=1).float())


def shifted(latent: Latent, direction: Tensor) -> Latent:
    """Returns the latent, in w, shifted along a direction (latent_dim,)."""
    return replace(latent, values=latent.values + direction)


def direction_offset(model: Model, name: str, folder: Path | None = None) -> Tensor:
    """Returns the offset (latent_dim,) of w of a name: of those in a folder, or else of the model's own.

    UsageError for a name that is none, ModelError for a folder that is missing, damaged or of another model.
    """
    offsets = read_directions(folder, model) if folder else own_directions(model, name.partition("-")[0])
    if name not in offsets:
        if folder:
            raise unknown_in(folder, name, list(offsets))
        own = suggestion(name, list(offsets)) if offsets else "its own are pca-1, pca-2, ... and sefa-1, sefa-2, ..."
        raise UsageError(f"'{model.recipe.name}' has no direction '{quoted(name)}'; {own} {OTHERS_HINT}")
    return offsets[name]


def read_directions(folder: Path, model: Model) -> dict[str, Tensor]:
    """Returns the offsets that were written for this model; ModelError where they are missing, damaged or of another."""
    try:
        offsets, metadata = load_tensors(folder / DIRECTIONS)
    except DamagedFileError as error:
        raise ModelError(f"{error} Write it with: limner directions MODEL --out {folder}") from None
    if metadata.get("model") != model.digest:
        raise ModelError(f"{folder} has the directions of another model; write them again with limner directions.")
    _, std = model.generator.w_statistics()
    try:
        for name, offset in offsets.items():
            check_tensor(name, offset, torch.float32, tuple(std.shape))
    except ModelError as error:
        raise ModelError(
            f"{folder / DIRECTIONS}: {error}; write it with: limner directions MODEL --out {folder}"
        ) from None
    return {name: offset.to(std.device) for name, offset in offsets.items()}


DIRECTION_METHODS = {"pca": ganspace_directions, "sefa": sefa_directions}
"""How directions are found that need no name."""


@lru_cache(maxsize=4)
def own_directions(model: Model, kind: str) -> dict[str, Tensor]:
    """Returns the offsets of one of `DIRECTION_METHODS` for a model, the greatest first; none of another kind."""
    return DIRECTION_METHODS[kind](model, MAX_COMPONENTS) if kind in DIRECTION_METHODS else {}


def _named(kind: str, model: Model, vectors: Tensor) -> dict[str, Tensor]:
    # eigenvectors point either way: here to where their greatest number is positive
    greatest = vectors.gather(1, vectors.abs().argmax(1, keepdim=True))
    vectors = vectors * greatest.sign() * model.generator.w_statistics()[1]
    return {f"{kind}-{place}": vector for place, vector in enumerate(vectors, 1)}
