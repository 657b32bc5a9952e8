"""Inversion: the latent from which a model generates a picture.

It begins with the encoder's, or, without one, with the best of many random latents; then w is optimised until the picture
looks the same, by its pixels and by its perceptual features; then offsets are added to the decoder's feature maps, for what no w
can express (as a base code: Kang et al. 2021, arXiv 2108.08998): coarse ones first, so that fine ones hold
only what is left.

Nearly all normal vectors have about the same length, and a decoder was trained on no others: w keeps the length that it began with,
unless the picture needs another (Menon et al. 2020, arXiv 2003.03808).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import torch
from torch import Tensor

from limner.conditions.values import ConditionRequest
from limner.editing.condition_search import search_condition
from limner.editing.inversion_config import DETAILS, INVERSION_STEPS, Detail
from limner.editing.latent_space import one_thread, sample_w, standardised
from limner.features import Extractor, load_extractor
from limner.features.likeness import embed, perceptual_distance
from limner.methods import Latent, concatenate
from limner.model import Model
from limner.networks.conditioning import Condition

CANDIDATES = 256
"""Random latents that are tried first where there is no encoder; their conditions are where a search for one starts."""
INVERSION_BATCH = 64
"""Pictures that are inverted, or generated, at a time."""
W_LR, OFFSET_LR = 0.05, 0.03
"""Of Adam, in standard deviations of w and of feature maps."""
PIXEL_WEIGHT = 10.0
"""Weight of the mean difference of a pixel, in values from -1 to 1, relative to the perceptual distance."""
LENGTH_WEIGHT = 1.0
"""Weight of the squared relative change of w's length."""
OFFSET_PENALTY = 0.01
"""Weight of the mean square of offsets, so that what w can express is not left to them."""

LatentLoss = Callable[[Tensor], Tensor]
"""Pictures (B, C, H, W) in [-1, 1] -> how far each is from what is wanted, (B,)."""


@lru_cache(maxsize=1)
def perceptual_net() -> Extractor:
    """Returns the embedded perceptual network."""
    return load_extractor("limner")


def invert(
    model: Model,
    images: Tensor,
    condition: ConditionRequest | None = None,
    steps: int = INVERSION_STEPS,
    *,
    details: Detail = "all",
) -> Latent:
    """Returns the latent of pictures (B, C, H, W) in [-1, 1]; equal pictures have equal ones, on the same build and device.

    They share the condition that is given; what is not given is searched for each picture alone. ConditionError for a condition
    that it does not have.
    """
    found = []
    with one_thread():
        for part in images.to(model.generator.device).split(INVERSION_BATCH):
            latent = initial_latent(model, part, condition or {})
            found.append(optimise(model, latent, distance_to(part), steps, details=details))
    return concatenate(found)


@torch.no_grad()
def initial_latent(model: Model, images: Tensor, condition: ConditionRequest) -> Latent:
    """Returns the encoder's latent of pictures (B, C, H, W), or else the nearest of random ones.

    What `condition` does not give is searched for each picture (see `limner.editing.condition_search`).
    """
    features, candidates = embed(perceptual_net(), images), sample_w(model, CANDIDATES, condition=condition)
    if not model.generator.encodes:
        return candidates.rows(_distances(model, candidates, features).argmin(1))

    def encoded(rows: Tensor, own: Condition) -> Latent:
        return model.generator.encode(images[rows], own).latent(own)

    def distance(rows: Tensor, own: Condition) -> Tensor:
        # by w alone: with the spatial latent a picture is rebuilt whatever its condition is said to be
        latent = replace(encoded(rows, own), spatial=None)
        return perceptual_distance(embed(perceptual_net(), model.hooks.decode(latent)), features[rows])

    found = search_condition(model, distance, len(images), candidates.condition, condition)
    return encoded(torch.arange(len(images)), found)


def optimise(
    model: Model,
    latent: Latent,
    loss: LatentLoss,
    steps: int = INVERSION_STEPS,
    *,
    details: Detail = "all",
    anchor: float = 0.0,
) -> Latent:
    """Returns the latent after all stages of `optimisation_stages`."""
    *_, last = optimisation_stages(model, latent, loss, steps, details=details, anchor=anchor)
    return last


def optimisation_stages(
    model: Model,
    latent: Latent,
    loss: LatentLoss,
    steps: int = INVERSION_STEPS,
    *,
    details: Detail = "all",
    anchor: float = 0.0,
) -> Iterator[Latent]:
    """Yields the latent optimised for a loss of its pictures: by w alone, then by coarse offsets too, then by all.

    The stages share the steps. `anchor` is the weight of the mean square by which w moves, in standard deviations. Adam (Kingma
    & Ba 2014, arXiv 1412.6980), at a rate that falls to zero along a cosine in each stage.
    """
    hooks, (mean, std) = model.hooks, model.generator.w_statistics()
    start = standardised(model, latent.values)
    delta = torch.zeros_like(start)
    offsets = [offset.div(scale) for offset, scale in zip(hooks.offsets_of(latent), hooks.stds, strict=True)]

    def current() -> Latent:
        w = (start + delta) * std + mean
        if details == "none":
            return Latent(w, latent.condition, "w")
        own = tuple(offset * scale for offset, scale in zip(offsets, hooks.stds, strict=True))
        return Latent(w, latent.condition, "w", own, latent.spatial)

    def objective() -> Tensor:
        each = loss(hooks.decode(current())) + _regulariser(start, delta, offsets)
        return (each + anchor * delta.square().mean(1)).sum()

    stages = [[delta], [delta, *offsets[: hooks.num_coarse]], [delta, *offsets]][: 1 + DETAILS.index(details)]
    for free in stages:
        if steps:
            _descend(free, [W_LR, *[OFFSET_LR] * len(free[1:])], objective, max(1, steps // len(stages)))
        yield current()


@torch.enable_grad()
def _descend(free: Sequence[Tensor], rates: Sequence[float], objective: Callable[[], Tensor], steps: int) -> None:
    """Minimises an objective by tensors, in place."""
    for tensor in free:
        tensor.requires_grad_()
    groups = [{"params": [tensor], "lr": rate} for tensor, rate in zip(free, rates, strict=True)]
    optimiser = torch.optim.Adam(groups, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        for tensor, gradient in zip(free, torch.autograd.grad(objective(), free), strict=True):
            tensor.grad = gradient
        optimiser.step()
        schedule.step()
    for tensor in free:
        tensor.requires_grad_(False)


def distance_to(images: Tensor) -> LatentLoss:
    """Returns how far others are from pictures (B, C, H, W), by their pixels and by features of the embedded network."""
    with torch.no_grad():
        features = embed(perceptual_net(), images)

    def loss(generated: Tensor) -> Tensor:
        pixels = (generated - images).abs().mean((1, 2, 3))
        return PIXEL_WEIGHT * pixels + perceptual_distance(embed(perceptual_net(), generated), features)

    return loss


def _regulariser(start: Tensor, delta: Tensor, offsets: Sequence[Tensor]) -> Tensor:
    before, now = start.norm(dim=1), (start + delta).norm(dim=1)
    squares = torch.stack([offset.flatten(1).square().mean(1) for offset in offsets]).sum(0)
    return LENGTH_WEIGHT * (now / before - 1).square() + OFFSET_PENALTY * squares


def _distances(model: Model, candidates: Latent, features: Tensor) -> Tensor:
    """Returns how far each picture's features (B, D) are from those of each candidate's picture, (B, candidates)."""
    parts = []
    for part in candidates.batches(INVERSION_BATCH):
        generated = embed(perceptual_net(), model.hooks.decode(part))
        parts.append(torch.cdist(features, generated).square())
    return torch.cat(parts, 1)
