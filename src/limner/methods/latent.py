"""What pictures are generated from, as one value: z or w, the condition, and offsets of the decoder's feature maps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from limner.networks.conditioning import Condition

LatentSpace = Literal["z", "w"]
"""z is standard normal, and what a seed gives; w is what the decoder reads."""


@dataclass(frozen=True)
class Latent:
    """The latents of n pictures."""

    values: Tensor
    """float32 (n, latent_dim)."""
    condition: Condition
    """{attribute: (n, *shape)}."""
    space: LatentSpace = "z"
    offsets: tuple[Tensor, ...] = ()
    """What is added to the decoder's feature maps, (n, ...) each (see `limner.methods.hooks`); none for most pictures."""
    spatial: Tensor | None = None
    """(n, channels, h, w): what of an encoded picture is where, in addition to w. None stands for zero, as of all samples."""

    def __len__(self) -> int:
        return len(self.values)

    def rows(self, index: Tensor | slice) -> Latent:
        """Returns the latents of some of the pictures."""
        return self._each(lambda tensor: tensor[index])

    def batches(self, size: int) -> Iterator[Latent]:
        """Yields the latents of `size` pictures at a time."""
        for start in range(0, len(self), size):
            yield self.rows(slice(start, start + size))

    def to(self, device: torch.device | str) -> Latent:
        """Returns the same on another device."""
        return self._each(lambda tensor: tensor.to(device))

    def with_values(self, values: Tensor, space: LatentSpace) -> Latent:
        """Returns it with other values, in a space."""
        return replace(self, values=values, space=space)

    def _each(self, change: Callable[[Tensor], Tensor]) -> Latent:
        condition = {name: change(values) for name, values in self.condition.items()}
        spatial = None if self.spatial is None else change(self.spatial)
        return Latent(change(self.values), condition, self.space, tuple(map(change, self.offsets)), spatial)


def concatenate(latents: Sequence[Latent]) -> Latent:
    """Returns the latents of some pictures after one another.

    All are in one space, have offsets of the same layers, and all or none a spatial latent.
    """
    first = latents[0]
    condition = {name: torch.cat([one.condition[name] for one in latents]) for name in first.condition}
    offsets = tuple(torch.cat(parts) for parts in zip(*(one.offsets for one in latents), strict=True))
    spatial = [one.spatial for one in latents if one.spatial is not None]
    joined = torch.cat(spatial) if spatial else None
    return Latent(torch.cat([one.values for one in latents]), condition, first.space, offsets, joined)


def walk(latents: Sequence[Latent], frames: int, closed: bool = True) -> Iterator[Latent]:
    """Yields `frames` latents from each (1, latent_dim) to the next on great circles, back to the first if closed.

    Numbers of the condition are interpolated. Labels, which have nothing between them, and conditions that have a shape are those
    of the one that is left.
    """
    fraction = torch.arange(frames)[:, None] / frames
    for stop in range(len(latents) if closed else len(latents) - 1):
        one, other = latents[stop], latents[(stop + 1) % len(latents)]
        condition = {
            name: _between(values, other.condition[name], fraction[:, 0]) for name, values in one.condition.items()
        }
        yield Latent(slerp(one.values[0], other.values[0], fraction), condition, one.space)


def _between(start: Tensor, end: Tensor, fraction: Tensor) -> Tensor:
    """Returns values (n, *shape) of a condition from (1, *shape) to another, at fractions (n,) of the way."""
    numbers = start.ndim == 1 and start.is_floating_point() and not (start + end).isnan().any()  # NaN is unknown
    return torch.lerp(start, end, fraction) if numbers else start.expand(len(fraction), *start.shape[1:])


def slerp(start: Tensor, end: Tensor, fraction: Tensor) -> Tensor:
    """Returns points between two latents (latent_dim,) on their great circle, (n, latent_dim), at fractions (n, 1).

    Lengths are interpolated too; straight lines would pass through short latents that a Gaussian never draws.
    """
    lengths = start.norm(), end.norm()
    cosine = torch.dot(start, end) / (lengths[0] * lengths[1])
    angle = torch.arccos(cosine.clamp(-1 + 1e-6, 1 - 1e-6))
    direction = (
        torch.sin((1 - fraction) * angle) * start / lengths[0] + torch.sin(fraction * angle) * end / lengths[1]
    ) / torch.sin(angle)
    return direction * torch.lerp(lengths[0], lengths[1], fraction)
