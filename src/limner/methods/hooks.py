"""Hooks into a decoder: reading its layers while it generates, and adding offsets to its feature maps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from threading import RLock

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from limner.errors import ModelError
from limner.methods.generator import Generator
from limner.methods.latent import Latent

COARSE_BELOW = 1 / 4
"""Of a picture's sides: maps up to this size hold what is where; finer ones hold how it is drawn."""
NUM_EXAMPLES = 16
"""Pictures by which the standard deviation of feature maps is known."""
HOOK_BATCH = 64
"""Pictures that are generated at a time."""
Offsets = tuple[Tensor, ...]
"""What is added to the first layer's output, and to the last maps of each size that a layer reads, (B, ...) each."""


class DecoderHooks:
    """The places of a generator's decoder where feature maps can be read and offsets added.

    ModelError for a generator without a decoder, or with one that has no dense layer.
    """

    def __init__(self, generator: Generator, examples: Latent, side: int) -> None:
        """`examples` are latents of a few pictures, `side` is the shorter side of pictures in pixels."""
        self.generator = generator
        self.lock = RLock()
        """Held while it generates: offsets of one picture must not reach another thread's."""
        decoder = generator.decoder_network
        if decoder is None:
            raise ModelError("a model without a decoder network cannot edit pictures.")
        self.decoder = decoder
        dense = [part for part in decoder.modules() if isinstance(part, nn.Linear)]
        if not dense:
            raise ModelError("a decoder without a dense layer that reads the latent cannot edit pictures.")
        self.first_layer = dense[0]
        self.offset_layers, self.stds = self._find_offset_layers(examples)
        self.num_coarse = 1 + sum(
            max(shape[1:], default=0) <= side * COARSE_BELOW for shape in self.offset_layers.values()
        )
        """How many of the offsets are coarse; they come first."""

    def decode(self, latent: Latent) -> Tensor:
        """Returns pictures (B, C, H, W) in [-1, 1]; gradients flow back to values and offsets."""
        with self.lock, self._with_offsets(latent.offsets):
            return self.generator.decode_latent(latent)

    def offsets_of(self, latent: Latent) -> Offsets:
        """Returns the latent's offsets, which are zero where it has none."""
        shapes = [(self.first_layer.out_features,), *self.offset_layers.values()]
        return latent.offsets or tuple(latent.values.new_zeros(len(latent), *shape) for shape in shapes)

    @torch.no_grad()
    def middle_features(self, latent: Latent) -> Tensor:
        """Returns what a layer in the middle of the decoder reads, (B, channels) or (B, C, H, W); of a single layer, its output."""
        layers = self._layers()
        if not layers:
            return torch.cat([self.first_output(part) for part in latent.batches(HOOK_BATCH)])
        with self.lock, captured_inputs(layers[len(layers) // 2]) as captured:
            for part in latent.batches(HOOK_BATCH):
                self.decode(part)
        return torch.cat(captured)

    @torch.no_grad()
    def first_output(self, latent: Latent) -> Tensor:
        """Returns what the first layer makes of latents without their offsets, (B, features)."""
        caught: list[Tensor] = []
        hook = self.first_layer.register_forward_hook(lambda _, __, output: caught.append(output))
        with self.lock, _hooked([hook]):
            self.generator.decode_latent(latent)
        return caught[0]

    @torch.no_grad()
    def feature_maps(self, latent: Latent) -> Offsets:
        """Returns what offsets are added to, with those of the latent: the first layer's output, and what the other layers read."""
        found: dict[nn.Module, Tensor] = {}
        with self.lock, self._with_offsets(latent.offsets):
            hooks = [
                self.first_layer.register_forward_hook(lambda own, _, output: found.update({own: output})),
                *(
                    part.register_forward_pre_hook(lambda own, maps: found.update({own: maps[0]}))
                    for part in self.offset_layers
                ),
            ]
            with _hooked(hooks):
                self.generator.decode_latent(latent)
        return tuple(found[part] for part in (self.first_layer, *self.offset_layers))

    @torch.no_grad()
    def _find_offset_layers(self, examples: Latent) -> tuple[dict[nn.Module, tuple[int, ...]], list[float]]:
        """Returns the layers that read the last maps of each size, with shapes (C, H, W), and the std of all that gets offsets."""
        read: dict[nn.Module, Tensor] = {}
        hooks = [
            part.register_forward_pre_hook(lambda own, maps: read.update({own: maps[0]})) for part in self._layers()
        ]
        with _hooked(
            [*hooks, self.first_layer.register_forward_hook(lambda own, _, output: read.update({own: output}))]
        ):
            self.decode(examples)
        first = read.pop(self.first_layer)
        last = {maps.shape[2:]: part for part, maps in read.items()}
        layers = {part: tuple(read[part].shape[1:]) for part in last.values()}
        return layers, [float(first.std()), *(float(read[part].std()) for part in layers)]

    def _layers(self) -> list[nn.Module]:
        return list(hidden_layers(self.decoder).values())

    def _with_offsets(self, offsets: Offsets) -> AbstractContextManager[None]:
        hooks = []
        if offsets:
            first, *others = offsets
            hooks.append(self.first_layer.register_forward_hook(lambda _, __, output: output + first))
            hooks += [
                part.register_forward_pre_hook(partial(_added, offset))
                for part, offset in zip(self.offset_layers, others, strict=True)
            ]
        return _hooked(hooks)


def hidden_layers(decoder: nn.Module) -> dict[str, nn.Module]:
    """Returns all convolutions of a decoder by name, or, where it has none, its dense layers but the first (it reads w)."""
    parts = dict(decoder.named_modules())
    convolutions = [name for name, part in parts.items() if isinstance(part, nn.Conv2d | nn.ConvTranspose2d)]
    dense = [name for name, part in parts.items() if isinstance(part, nn.Linear)]
    return {name: parts[name] for name in convolutions or dense[1:]}


@contextmanager
def captured_inputs(layer: nn.Module) -> Iterator[list[Tensor]]:
    """Yields a list to which each tensor that a layer reads is added."""
    captured: list[Tensor] = []
    with _hooked([layer.register_forward_pre_hook(lambda _, read: captured.append(read[0]))]):
        yield captured


@contextmanager
def _hooked(hooks: Sequence[RemovableHandle]) -> Iterator[None]:
    """Removes hooks that were set for one pass."""
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _added(offset: Tensor, _: nn.Module, read: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (read[0] + offset, *read[1:])
