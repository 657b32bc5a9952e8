"""Arithmetic in the latent space of a model: standardised w, interpolation, and the same picture under another condition."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from limner.conditions.values import ConditionRequest
from limner.methods import Latent, slerp
from limner.model import WEIGHTS, Model, find_folder, load
from limner.networks.conditioning import Condition


def sample_w(model: Model, n: int, seed: int = 0, condition: ConditionRequest | None = None) -> Latent:
    """Returns the latents of pictures 0 to n - 1 of a seed, as `Model.sample_latents`, but in w and on the model's device."""
    latent = model.sample_latents(n, seed=seed, condition=condition).to(model.generator.device)
    with torch.no_grad():
        return model.generator.to_w(latent)


def standardised(model: Model, w: Tensor) -> Tensor:
    """Returns w (B, latent_dim) with mean 0 and standard deviation 1 over samples of the model."""
    mean, std = model.generator.w_statistics()
    return (w - mean) / std


def interpolate(model: Model, one: Latent, other: Latent, fraction: float) -> Latent:
    """Returns the latent at a fraction in [0, 1] of the way between two pictures: w on a great circle, offsets in a straight line.

    Fine offsets are cross-faded. Labels have nothing between them: the other picture is first put under this one's condition.
    """
    if fraction in (0, 1):
        return other if fraction else one
    other = with_condition(model, other, one.condition)
    mean, std = model.generator.w_statistics()
    ends = [standardised(model, latent.values)[0] for latent in (one, other)]
    w = slerp(ends[0], ends[1], torch.tensor([[fraction]])) * std + mean
    pairs = enumerate(zip(model.hooks.offsets_of(one), model.hooks.offsets_of(other), strict=True))
    coarse = model.hooks.num_coarse
    offsets = (torch.lerp(*pair, fraction) if level < coarse else cross_faded(*pair, fraction) for level, pair in pairs)
    return Latent(w, one.condition, "w", tuple(offsets), _interpolated(one.spatial, other.spatial, fraction))


def _interpolated(one: Tensor | None, other: Tensor | None, fraction: float) -> Tensor | None:
    """Returns the spatial latent in a straight line between two, of which None stands for zero."""
    if one is None:
        return None if other is None else fraction * other
    return (1 - fraction) * one if other is None else torch.lerp(one, other, fraction)


def with_condition(model: Model, latent: Latent, condition: Condition) -> Latent:
    """Returns the latent of the same pictures under another condition: what that changes of feature maps becomes offsets.

    Of all of them, one after another: a condition may modulate every stage of a decoder (FiLM), not only enter its first layer.
    """
    if all(torch.equal(values, condition[name]) for name, values in latent.condition.items()):
        return latent
    own = model.hooks.feature_maps(latent)
    offsets = [torch.zeros_like(maps) for maps in own]
    for level, maps in enumerate(own):
        other = replace(latent, condition=condition, offsets=tuple(offsets))
        offsets[level] = maps - model.hooks.feature_maps(other)[level]
    return replace(latent, condition=condition, offsets=tuple(offsets))


def cross_faded(one: Tensor, other: Tensor, fraction: float) -> Tensor:
    """Returns one that fades out while another fades in, both weak in the middle, where they would be visible through another."""
    return (1 - fraction) ** 2 * one + fraction**2 * other


@contextmanager
def one_thread() -> Iterator[None]:
    """Computes in one thread: how threads share a sum decides its last bit, and a hundred steps make that a visible one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def load_for_editing(path: Path) -> Model:
    """Returns a model or the model of a run, opened once for as long as its file stays as it is. ModelError.

    Its weights are its own: offsets that are added to its feature maps never reach pictures that others generate.
    """
    weights = find_folder(path) / WEIGHTS
    return _load_cached(weights.parent, weights.stat().st_mtime_ns if weights.exists() else 0)


@lru_cache(maxsize=4)
def _load_cached(folder: Path, mtime_ns: int) -> Model:
    with one_thread():
        model = load(folder)
        _ = model.hooks  # ModelError now for a model without a decoder
        return model
