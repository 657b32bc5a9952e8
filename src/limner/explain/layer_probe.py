"""Layer probes: the channels that a decoder's layer reads, and setting them to a value while pictures are generated.

After GAN dissection (Bau et al. 2019, arXiv 1811.10597): a channel is switched off, or on at every position. Off is 0, at which
a channel adds nothing to what the layer computes. At its mean, it would raise the attribute in some pictures and lower it in
others, and a linear effect would cancel out. On is a value that the channel seldom exceeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from limner.errors import ModelError, UsageError, quoted, suggestion
from limner.explain.scorers import Scorer
from limner.images import to_uint8
from limner.methods import Latent
from limner.methods.hooks import captured_inputs, hidden_layers
from limner.model import Model
from limner.networks.residual import ResidualBlock

ON_QUANTILE = 0.99
"""The quantile of a channel's values, over pictures and positions, that it is switched on to."""
QUANTILE_SIDE = 32
"""Positions a side, about, that quantiles are taken of."""
BATCH_SIZE = 64
"""Pictures that are generated at once."""


class Samples:
    """Latents of a seed, whose conditions no intervention changes, and the scores of their pictures."""

    def __init__(self, model: Model, scorer: Scorer, n: int, seed: int = 0) -> None:
        self.generator, self.scorer = model.generator, scorer
        self.latent = model.sample_latents(n, seed=seed)

    def images(self, rows: slice, shift: Tensor | None = None) -> Iterator[Tensor]:
        """Yields the pictures (B, C, H, W) in [-1, 1] of some latents, which are shifted by (latent_dim,) if that is given."""
        latent = self.latent.rows(rows)
        if shift is not None:
            latent = latent.with_values(latent.values + shift, latent.space)
        for part in latent.batches(BATCH_SIZE):
            yield self._generated(part.to(self.generator.device))

    @torch.inference_mode()
    def scores(self, rows: slice, shift: Tensor | None = None) -> Tensor:
        """Returns the scores of the pictures of some latents, float64 (n,)."""
        return torch.cat([self.scorer(images.cpu()).double() for images in self.images(rows, shift)])

    @torch.inference_mode()
    def pictures(self, rows: slice, shift: Tensor | None = None) -> np.ndarray:
        """Returns the pictures of some latents, uint8 (n, H, W, C)."""
        return np.concatenate([to_uint8(images) for images in self.images(rows, shift)])

    def _generated(self, latent: Latent) -> Tensor:
        images: Tensor = self.generator(latent.values, latent.condition)
        return images


class LayerProbe:
    """What one layer of a decoder reads while pictures are generated; `shape` is (channels, height, width), or (channels,)."""

    def __init__(self, name: str, layer: nn.Module, samples: Samples, rows: slice) -> None:
        self.name, self.layer = name, layer
        maps = self._read(samples, rows)
        self.shape = tuple(maps.shape[1:])
        times = max(1, max(self.shape[1:], default=1) // QUANTILE_SIDE)
        flat = maps[:, :, ::times, ::times].transpose(0, 1).flatten(1) if maps.ndim == 4 else maps.T
        self.on_values: list[float] = np.quantile(flat.numpy(), ON_QUANTILE, axis=1).tolist()
        """What each channel is switched on to."""

    @contextmanager
    def setting(self, values: Mapping[int, float]) -> Iterator[None]:
        """Sets channels to values, at every position of every picture."""

        def hold(_: nn.Module, read: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            maps = read[0].clone()
            for channel, value in values.items():
                maps[:, channel] = value
            return (maps, *read[1:])

        handle = self.layer.register_forward_pre_hook(hold)
        try:
            yield
        finally:
            handle.remove()

    @torch.inference_mode()
    def _read(self, samples: Samples, rows: slice) -> Tensor:
        with captured_inputs(self.layer) as captured:
            for _ in samples.images(rows):
                captured[-1] = captured[-1].float().cpu()
        return torch.cat(captured)


def find_layer(model: Model, name: str | None = None) -> tuple[str, nn.Module]:
    """Returns a layer of the model's decoder by its name, or one in the middle, through which all of a picture passes.

    ModelError for a model that has none, UsageError for a name that is none.
    """
    found = layers(model)
    if name is None:
        # what a block adds to its maps is not all that passes there
        whole = [one for one in found if not _in_block(model, one)] or list(found)
        name = whole[len(whole) // 2]
    if name not in found:
        raise UsageError(f"--layer {quoted(name)}: this model has no such layer; {suggestion(name, list(found))}")
    return name, found[name]


def layers(model: Model) -> dict[str, nn.Module]:
    """Returns the layers that can be probed: all convolutions of the decoder, or all its dense layers after the first.

    ModelError for a model that has none.
    """
    decoder = model.generator.decoder_network
    found = hidden_layers(decoder) if decoder else {}
    if not found:
        raise ModelError(
            f"the recipe '{model.recipe.name}' generates without hidden layers, so it has no channels to probe."
        )
    return found


def _in_block(model: Model, name: str) -> bool:
    decoder = model.generator.decoder_network
    assert decoder
    blocks = [path for path, part in decoder.named_modules() if isinstance(part, ResidualBlock)]
    return any(name.startswith(f"{path}.") for path in blocks)
