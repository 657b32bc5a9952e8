"""What an edit is: a typed, frozen description that turns one canvas into another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from limner.colours import recoloured, visible
from limner.config import Section

if TYPE_CHECKING:
    from limner.methods import Latent
    from limner.model import Model

READ = ("file", "by", "model", "directions")
"""Arguments that may name a picture or a model."""


@dataclass(frozen=True)
class KnownLatent:
    """The latent of a picture, and the pixels, uint8 (H, W, 3 or 4), of which it is the latent."""

    model: Model
    latent: Latent
    pixels: np.ndarray
    exact: bool = True
    """Whether they are exactly what the model generates from it, not only similar."""


class Note(NamedTuple):
    """How sure an edit is of what it did, from 0 to 1, and a warning where it is not."""

    edit: str
    confidence: float
    warning: str | None = None


@dataclass(frozen=True)
class Canvas:
    """A picture under edit: pixels uint8 (H, W, 3), or (H, W, 4) with opacity, and where edits of light and colour reach."""

    pixels: np.ndarray
    selection: np.ndarray | None = None
    """float32 (H, W) in [0, 1]; None selects all."""
    last_latent: KnownLatent | None = None
    """Of the picture as a model last edited it, whatever became of it since."""
    notes: tuple[Note, ...] = ()
    """What edits before said of themselves, in their order."""

    @property
    def warnings(self) -> list[str]:
        """Lines about edits that may not have done what was meant."""
        return [note.warning for note in self.notes if note.warning]

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def colour(self) -> np.ndarray:
        """Pixels without opacity, uint8 (H, W, 3); where nothing is seen, the colour of the nearest pixel that is."""
        return visible(self.pixels)

    @property
    def valid_latent(self) -> KnownLatent | None:
        """The latent of these pixels: none where they have changed since, in what its model generates of them."""
        if self.last_latent is None:
            return None
        own = self.last_latent.pixels
        return self.last_latent if np.array_equal(own, self.pixels[..., : own.shape[2]]) else None

    def with_colour(self, colour: np.ndarray) -> Canvas:
        """Returns the canvas with other colours, uint8 (H, W, 3), as far as they are selected; opacity stays."""
        own = self.pixels[..., :3]
        if self.selection is not None:
            mixed = own + self.selection[..., None] * (colour.astype(np.float32) - own)
            colour = np.rint(mixed).astype(np.uint8)
        return replace(self, pixels=recoloured(self.pixels, colour))

    def with_note(self, note: Note) -> Canvas:
        """Returns the canvas on which an edit says how sure it is."""
        return replace(self, notes=(*self.notes, note))

    def with_pixels(self, pixels: np.ndarray) -> Canvas:
        """Returns the canvas with other pixels, uint8 (H, W, 3 or 4), as far as they are selected: with four, opacity, too."""
        if pixels.shape[2] == 3:
            return self.with_colour(pixels)
        if self.selection is not None:
            pixels = alpha_blend(with_opacity(self.pixels), pixels, self.selection)
        return replace(self, pixels=pixels)


def with_opacity(pixels: np.ndarray) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3 or 4) as (H, W, 4)."""
    if pixels.shape[2] == 4:
        return pixels
    return np.concatenate([pixels, np.full((*pixels.shape[:2], 1), 255, np.uint8)], 2)


def alpha_blend(below: np.ndarray, above: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Returns `above`, uint8 (H, W, 4), blended over `below` with an alpha matte float32 (H, W) in [0, 1].

    Colours are weighted by their own opacity. Where the matte is 0 or 1, the pixel is exactly that of one picture.
    """
    weights = [
        one[..., 3:].astype(np.float32) * part
        for one, part in ((below, 1 - alpha[..., None]), (above, alpha[..., None]))
    ]
    opacity = weights[0] + weights[1]
    colours = (below[..., :3] * weights[0] + above[..., :3] * weights[1]) / np.maximum(opacity, 1e-6)
    middle = np.rint(np.concatenate([colours, opacity], 2)).astype(np.uint8)
    return np.where(alpha[..., None] <= 0, below, np.where(alpha[..., None] >= 1, above, middle))


class Operation(Section):
    """One edit; its first field is the one that `NAME:VALUE` sets, if it has a field at all.

    Its docstring says at which values it changes nothing; there it returns exactly the same pixels.
    """

    open_field: ClassVar[str | None] = None
    """A field, a mapping, that takes the arguments which have no field of their name."""

    @property
    def named(self) -> tuple[Path, ...]:
        """What may be the paths of pictures and models that it reads, whose content decides what it does."""
        return tuple(Path(one) for name in READ if (one := getattr(self, name, None)))

    @property
    def generates(self) -> bool:
        """Whether a model generates a part of the picture."""
        return False

    def apply(self, canvas: Canvas) -> Canvas:
        """Returns the canvas after the edit; UsageError for one that this picture does not allow."""
        raise NotImplementedError
