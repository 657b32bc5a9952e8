"""What every extractor provides: what a network sees in pictures at four depths, by name."""

from torch import Tensor, nn

from limner.errors import UsageError
from limner.images import over_grey

MIN_SIDE = 28
"""Pixels a side from which every extractor works."""

Activations = dict[str, Tensor]
"""`edges`, `textures` and `parts`, each (B, C, H, W) and coarser than the one before; `pooled` (B, D), one vector a picture."""


class Extractor(nn.Module):
    """A frozen network that reads pictures (B, 1, 3 or 4, H, W) in [-1, 1], of sides from 28 to 1024, and returns `Activations`.

    It prepares the pictures' range and colours itself, looks at them in their own size, and gradients flow back to them.
    """

    name: str
    """As it is asked for: "limner"."""
    distance: str
    """What a Frechet distance between its pooled features is called; only Inception-v3's may be called FID."""
    width: int
    """Length D of the pooled vector."""
    smallest: int
    largest: int
    """Sides between which whole pictures are brought before they are judged by their pooled vectors (see `pool`)."""

    def forward(self, images: Tensor) -> Activations:
        """Returns what it sees; images (B, 1, 3 or 4, H, W) in [-1, 1]."""
        raise NotImplementedError

    @classmethod
    def optional(cls) -> dict[str, tuple[int, ...]]:
        """Returns names and shapes of tensors that its published file may hold and it does without."""
        return {}


def in_colour(images: Tensor) -> Tensor:
    """Returns pictures (B, 1, 3 or 4, H, W) as (B, 3, H, W): grey as three equal channels, transparent ones over middle grey."""
    return images.expand(-1, 3, -1, -1) if images.shape[1] == 1 else over_grey(images)


def readable(images: Tensor, name: str) -> Tensor:
    """Returns pictures in colour; UsageError unless they are (B, 1, 3 or 4, H, W) with sides of at least 28."""
    if images.ndim != 4 or images.shape[1] not in (1, 3, 4):
        raise UsageError(f"{name} reads pictures (B, 1, 3 or 4, H, W), not {tuple(images.shape)}.")
    if min(images.shape[2:]) < MIN_SIDE:
        height, width = images.shape[2:]
        raise UsageError(f"pictures of {width}x{height} are too small for {name}: enlarge them to {MIN_SIDE} a side.")
    return in_colour(images)
