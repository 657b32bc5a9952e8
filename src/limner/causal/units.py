"""Units: the channels of what a trained decoder's layers read, and holding them at a value while pictures are painted.

After GAN dissection (Bau et al. 2019, arXiv 1811.10597): a unit is switched off, or on at every place. Off is 0, at which a
channel adds nothing to what the layer draws. At its mean, some pictures would gain what others lose, and a unit that an
attribute follows in a straight line would have no effect at all. On is a value that the unit was seldom seen to exceed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from limner.conditions import resolve
from limner.errors import ModelError, UsageError, nearest, shown
from limner.model import Model
from limner.networks.residual import ResidualBlock
from limner.values import to_uint8

Look = Callable[[Tensor], Tensor]
"""Pictures (B, C, H, W) in [-1, 1] -> how much of an attribute each shows, (B,)."""
DECODERS = ("generator", "decoder")
"""What painters call the network that draws."""
STRONG = 0.99
"""The quantile, over pictures and places, of what a unit was seen to be, at which it is inserted."""
SIDE = 32
"""Places a side, about, that quantiles are taken of."""
BATCH = 64


class Subject:
    """Codes, which keep their conditions whatever is done, and what is read off the pictures that are painted of them."""

    def __init__(self, model: Model, look: Look, n: int, seed: int = 0) -> None:
        self.painter, self.look = model.painter, look
        self.codes = model.codes(n, seed=seed)
        self.condition = resolve({}, model.attributes, model.table, seed, range(n))

    def paint(self, rows: slice, shift: Tensor | None = None) -> Iterator[Tensor]:
        """Yields the pictures (B, C, H, W) in [-1, 1] of some codes, which are shifted by (latent,) if that is given."""
        codes = self.codes[rows] if shift is None else self.codes[rows] + shift
        told = {name: values[rows] for name, values in self.condition.items()}
        for start in range(0, len(codes), BATCH):
            part = slice(start, start + BATCH)
            asked = {name: values[part].to(self.painter.device) for name, values in told.items()}
            yield self.painter.paint(codes[part].to(self.painter.device), asked)

    @torch.inference_mode()
    def read(self, rows: slice, shift: Tensor | None = None) -> Tensor:
        """Returns how much of the attribute the pictures of some codes show, float64 (n,)."""
        return torch.cat([self.look(pictures.cpu()).double() for pictures in self.paint(rows, shift)])

    @torch.inference_mode()
    def show(self, rows: slice, shift: Tensor | None = None) -> np.ndarray:
        """Returns the pictures of some codes, uint8 (n, H, W, C)."""
        return np.concatenate([to_uint8(pictures) for pictures in self.paint(rows, shift)])


class Stage:
    """What one layer of a decoder reads while some codes are painted; `shape` is (units, height, width), or (units,)."""

    def __init__(self, name: str, layer: nn.Module, subject: Subject, rows: slice) -> None:
        self.name, self.layer = name, layer
        maps = self._seen(subject, rows)
        self.shape = tuple(maps.shape[1:])
        times = max(1, max(self.shape[1:], default=1) // SIDE)
        flat = maps[:, :, ::times, ::times].transpose(0, 1).flatten(1) if maps.ndim == 4 else maps.T
        self.strong: list[float] = np.quantile(flat.numpy(), STRONG, axis=1).tolist()
        """What each unit is inserted at."""

    @contextmanager
    def holding(self, values: Mapping[int, float]) -> Iterator[None]:
        """Holds units at values, at every place of every picture."""

        def hold(_: nn.Module, read: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            maps = read[0].clone()
            for unit, value in values.items():
                maps[:, unit] = value
            return (maps, *read[1:])

        handle = self.layer.register_forward_pre_hook(hold)
        try:
            yield
        finally:
            handle.remove()

    @torch.inference_mode()
    def _seen(self, subject: Subject, rows: slice) -> Tensor:
        caught: list[Tensor] = []
        handle = self.layer.register_forward_pre_hook(lambda _, read: caught.append(read[0].float().cpu()))
        try:
            for _ in subject.paint(rows):
                pass
        finally:
            handle.remove()
        return torch.cat(caught)


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
        raise UsageError(f"--layer {shown(name)}: this model has no such layer; {nearest(name, list(found))}")
    return name, found[name]


def layers(model: Model) -> dict[str, nn.Module]:
    """Returns the layers that read units: all convolutions of the decoder, or all its dense layers after the first.

    ModelError for a model that has none.
    """
    decoder = _decoder(model)
    parts = dict(decoder.named_modules()) if decoder else {}
    found = [name for name, part in parts.items() if isinstance(part, nn.Conv2d | nn.ConvTranspose2d)]
    # the first dense layer reads the code itself
    found = found or [name for name, part in parts.items() if isinstance(part, nn.Linear)][1:]
    if not found:
        raise ModelError(
            f"the recipe '{model.recipe.name}' draws without hidden layers, so it has no units to look at."
        )
    return {name: parts[name] for name in found}


def _decoder(model: Model) -> nn.Module | None:
    parts = dict(model.painter.named_children())
    return next((parts[name] for name in DECODERS if name in parts), None)


def _in_block(model: Model, name: str) -> bool:
    decoder = _decoder(model)
    assert decoder
    blocks = [path for path, part in decoder.named_modules() if isinstance(part, ResidualBlock)]
    return any(name.startswith(f"{path}.") for path in blocks)
