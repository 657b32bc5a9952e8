"""What an edit is: a typed, frozen description that turns one canvas into another."""

from dataclasses import dataclass, replace

import numpy as np

from limner.config import Section


@dataclass(frozen=True)
class Canvas:
    """A picture under edit: pixels uint8 (H, W, 3), or (H, W, 4) with opacity, and where edits of light and colour reach."""

    pixels: np.ndarray
    selection: np.ndarray | None = None
    """float32 (H, W) in [0, 1]; None selects all."""

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

    def painted(self, colour: np.ndarray) -> "Canvas":
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

    def apply(self, canvas: Canvas) -> Canvas:
        """Returns the canvas after the edit; UsageError for one that this picture does not allow."""
        raise NotImplementedError
