"""What an edit is: a typed, frozen description that turns one canvas into another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from limner.config import Section

if TYPE_CHECKING:
    from limner.methods import Latent
    from limner.model import Model

READ = ("file", "by", "model", "directions")
"""Arguments that may name a picture or a model."""


@dataclass(frozen=True)
class KnownLatent:
    """The latent of a picture, and the colours, uint8 (H, W, 3), of which it is the latent."""

    model: Model
    latent: Latent
    colour: np.ndarray
    exact: bool = True
    """Whether they are exactly what the model generates from it, not only similar."""


@dataclass(frozen=True)
class Canvas:
    """A picture under edit: pixels uint8 (H, W, 3), or (H, W, 4) with opacity, and where edits of light and colour reach."""

    pixels: np.ndarray
    selection: np.ndarray | None = None
    """float32 (H, W) in [0, 1]; None selects all."""
    latent: KnownLatent | None = None
    """Of the picture as a model last edited it, whatever became of it since."""

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def colour(self) -> np.ndarray:
        """Pixels without opacity, uint8 (H, W, 3)."""
        return self.pixels[..., :3]

    @property
    def known(self) -> KnownLatent | None:
        """The latent of these pixels: none where they have changed since."""
        return self.latent if self.latent and np.array_equal(self.latent.colour, self.colour) else None

    def with_colour(self, colour: np.ndarray) -> Canvas:
        """Returns the canvas with other colours, uint8 (H, W, 3), as far as they are selected; opacity stays."""
        if self.selection is not None:
            share = self.selection[..., None]
            mixed = self.colour + share * (colour.astype(np.float32) - self.colour)
            colour = np.rint(mixed).astype(np.uint8)
        return replace(self, pixels=np.concatenate([colour, self.pixels[..., 3:]], 2))


class Operation(Section):
    """One edit; its first field is the one that `NAME:VALUE` sets, if it has a field at all.

    At the values that say so in its docstring it returns the same pixels.
    """

    @property
    def named(self) -> tuple[Path, ...]:
        """What may be the paths of pictures and models that it reads, whose content decides what it does."""
        return tuple(Path(one) for name in READ if (one := getattr(self, name, None)))

    def apply(self, canvas: Canvas) -> Canvas:
        """Returns the canvas after the edit; UsageError for one that this picture does not allow."""
        raise NotImplementedError
