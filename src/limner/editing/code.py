"""A decoder laid open for editing: the points it reads, the details added to its maps, and the code of a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from threading import RLock

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from limner.conditions import Wish, resolve
from limner.errors import ModelError
from limner.methods.vae import VaePainter
from limner.model import WEIGHTS, Model, find_folder, load, slerp
from limner.networks.blocks import Decoder
from limner.networks.conditioning import Condition

COARSE = 1 / 4
"""Of a picture's sides: maps up to this fine hold details that say what is where; finer ones, those that say how it is drawn."""
LOOKED_AT = 16
"""Pictures by which the spread of maps is known."""
BATCH = 64
Details = tuple[Tensor, ...]
"""What is added to the first layer's output, and to the last maps of each size that a layer reads, (B, ...) each."""


@dataclass(frozen=True)
class Code:
    """What pictures are painted of: points (B, latent) that the decoder reads, a condition, and details, or none."""

    points: Tensor
    condition: Condition
    details: Details = ()

    def of(self, rows: Tensor) -> Code:
        """Returns the code of some of the pictures, by their indices."""
        held = {name: values[rows] for name, values in self.condition.items()}
        return Code(self.points[rows], held, tuple(one[rows] for one in self.details))


class Decoding:
    """A model's decoder. Points are its codes, or, of a VAE with a flow, the latents that the flow carries codes to.

    ModelError for a model that draws without a decoder.
    """

    def __init__(self, model: Model) -> None:
        self.model, self.painter = model, model.painter
        self.lock = RLock()
        """Held while it paints: what is added to its maps for one picture must not reach another thread's."""
        decoder = next((part for part in self.painter.children() if isinstance(part, Decoder)), None)
        if decoder is None:
            raise ModelError(f"the recipe '{model.recipe.name}' draws without a decoder: it cannot edit pictures.")
        self.decoder = decoder
        self.entrance = next(part for part in decoder.modules() if isinstance(part, nn.Linear))
        self.flow = self.painter.flow if isinstance(self.painter, VaePainter) else None
        zero = torch.zeros(self.painter.latent, device=self.painter.device)
        self.mean = self.flow.mean if self.flow else zero
        self.spread = self.flow.variance.sqrt() if self.flow else zero + 1
        """Mean and standard deviation (latent,) of points."""
        self.readers, self.scales = self._readers()
        sides = min(model.schema.height, model.schema.width) * COARSE
        self.coarse = 1 + sum(max(shape[1:], default=0) <= sides for shape in self.readers.values())
        """How many of the details are coarse; they come first."""

    def sampled(self, n: int, seed: int = 0, condition: Wish | None = None) -> Code:
        """Returns the codes of pictures 0 to n - 1 of a seed, as `Model.sample` paints them."""
        asked = resolve(condition or {}, self.model.attributes, self.model.table, seed, range(n))
        asked = {name: values.to(self.painter.device) for name, values in asked.items()}
        codes = self.model.codes(n, seed=seed).to(self.painter.device)
        with torch.no_grad():
            return Code(self.flow(codes, asked) if self.flow else codes, asked)

    def paint(self, code: Code) -> Tensor:
        """Returns pictures (B, C, H, W) in [-1, 1]; gradients flow back to points and details."""
        with self.lock, self._adding(code.details):
            if isinstance(self.painter, VaePainter):
                return self.painter.rebuild(code.points, code.condition)
            return self.painter.paint(code.points, code.condition)

    def standard(self, points: Tensor) -> Tensor:
        """Returns points (B, latent) with mean 0 and standard deviation 1."""
        return (points - self.mean) / self.spread

    def between(self, one: Code, other: Code, share: float) -> Code:
        """Returns the code at a share in [0, 1] of the way between two pictures: points on their great circle, details straight.

        Fine details are `faded`. Labels have nothing between them: the other picture is first said under this one's condition.
        """
        if share in (0, 1):
            return other if share else one
        other = self.under(other, one.condition)
        ends = [self.standard(code.points)[0] for code in (one, other)]
        points = slerp(ends[0], ends[1], torch.tensor([[share]])) * self.spread + self.mean
        pairs = enumerate(zip(self.details_of(one), self.details_of(other), strict=True))
        details = (torch.lerp(*pair, share) if place < self.coarse else faded(*pair, share) for place, pair in pairs)
        return Code(points, one.condition, tuple(details))

    def under(self, code: Code, condition: Condition) -> Code:
        """Returns the code of the same pictures under another condition: what that changes of the first layer becomes detail."""
        if all(torch.equal(values, condition[name]) for name, values in code.condition.items()):
            return code
        own, said = self._entered(code), self._entered(replace(code, condition=condition))
        first, *others = self.details_of(code)
        return Code(code.points, condition, (first + own - said, *others))

    def details_of(self, code: Code) -> Details:
        """Returns the code's details, which add nothing where it has none."""
        shapes = [(self.entrance.out_features,), *self.readers.values()]
        return code.details or tuple(code.points.new_zeros(len(code.points), *shape) for shape in shapes)

    @torch.no_grad()
    def middle(self, code: Code) -> Tensor:
        """Returns what a layer in the middle of the decoder reads, (B, units) or (B, C, H, W)."""
        layers = self._layers()
        caught: list[Tensor] = []
        with (
            self.lock,
            _hooked([layers[len(layers) // 2].register_forward_pre_hook(lambda _, read: caught.append(read[0]))]),
        ):
            for rows in torch.arange(len(code.points)).split(BATCH):
                self.paint(code.of(rows))
        return torch.cat(caught)

    @torch.no_grad()
    def _entered(self, code: Code) -> Tensor:
        caught: list[Tensor] = []
        with _hooked([self.entrance.register_forward_hook(lambda _, __, output: caught.append(output))]):
            self.paint(replace(code, details=()))
        return caught[0]

    @torch.no_grad()
    def _readers(self) -> tuple[dict[nn.Module, tuple[int, ...]], list[float]]:
        """Returns the layers that read the last maps of each size, with their shapes (C, H, W), and the spread of all that gets
        details."""
        read: dict[nn.Module, Tensor] = {}
        hooks = [
            part.register_forward_pre_hook(lambda own, maps: read.update({own: maps[0]})) for part in self._layers()
        ]
        with _hooked([*hooks, self.entrance.register_forward_hook(lambda own, _, output: read.update({own: output}))]):
            self.paint(self.sampled(LOOKED_AT))
        first = read.pop(self.entrance)
        last = {maps.shape[2:]: part for part, maps in read.items()}
        readers = {part: tuple(read[part].shape[1:]) for part in last.values()}
        return readers, [float(first.std()), *(float(read[part].std()) for part in readers)]

    def _layers(self) -> list[nn.Module]:
        """Returns all convolutions, or, where there are none, all dense layers but the first."""
        parts = list(self.decoder.modules())
        found: list[nn.Module] = [part for part in parts if isinstance(part, nn.Conv2d | nn.ConvTranspose2d)]
        return found or [part for part in parts if isinstance(part, nn.Linear) and part is not self.entrance]

    def _adding(self, details: Details) -> AbstractContextManager[None]:
        hooks = []
        if details:
            first, *others = details
            hooks.append(self.entrance.register_forward_hook(lambda _, __, output: output + first))
            hooks += [
                part.register_forward_pre_hook(partial(_added, detail))
                for part, detail in zip(self.readers, others, strict=True)
            ]
        return _hooked(hooks)


def faded(one: Tensor, other: Tensor, share: float) -> Tensor:
    """Returns one that goes while another comes, both faint in the middle, where they would be seen through one another."""
    return (1 - share) ** 2 * one + share**2 * other


@contextmanager
def _hooked(hooks: Sequence[RemovableHandle]) -> Iterator[None]:
    """Removes hooks that were set for one painting."""
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def one_thread() -> Iterator[None]:
    """Computes in one thread: how threads share a sum decides its last bit, and a hundred steps make that a visible one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def decoding_of(path: Path) -> Decoding:
    """Returns the decoding of a model or run, which is opened once for as long as its file stays as it is. ModelError."""
    weights = find_folder(path) / WEIGHTS
    return _opened(weights.parent, weights.stat().st_mtime_ns if weights.exists() else 0)


@lru_cache(maxsize=4)
def _opened(folder: Path, changed: int) -> Decoding:
    with one_thread():
        return Decoding(load(folder))


def _added(detail: Tensor, _: nn.Module, read: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (read[0] + detail, *read[1:])
