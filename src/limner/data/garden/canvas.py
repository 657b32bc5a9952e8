"""Anti-aliased shapes on a picture whose sides are 0..1, whatever its size in pixels: numpy only, exact distances."""

import math

import numpy as np

from limner.data.garden.colours import Colour, Tint, between

Window = tuple[slice, slice]

SUPERSAMPLED_BELOW = 256  # pictures smaller than this are drawn at twice their size and averaged


class Canvas:
    """A square picture under construction; x runs right and y down, both 0..1."""

    def __init__(self, size: int) -> None:
        self.factor = 2 if size < SUPERSAMPLED_BELOW else 1
        self.side = size * self.factor
        self.axis = (np.arange(self.side, dtype=np.float32) + np.float32(0.5)) / np.float32(self.side)
        # Channels first: arithmetic then runs along rows, three times faster than along triples.
        self.pixels = np.zeros((3, self.side, self.side), np.float32)

    def window(self, left: float, top: float, right: float, bottom: float) -> Window:
        """Returns the rows and columns that a box touches, cut at the edges of the picture."""
        first = [min(max(math.floor(edge * self.side) - 1, 0), self.side) for edge in (top, left)]
        last = [min(max(math.ceil(edge * self.side) + 1, 0), self.side) for edge in (bottom, right)]
        return slice(first[0], last[0]), slice(first[1], last[1])

    def across(self, window: Window, x: float, y: float) -> tuple[np.ndarray, np.ndarray]:
        """Returns the offsets from (x, y) of a window's pixels: dx (1, W) and dy (H, 1)."""
        return self.axis[window[1]][None, :] - np.float32(x), self.axis[window[0]][:, None] - np.float32(y)

    def cover(self, distance: np.ndarray) -> np.ndarray:
        """Returns how much of each pixel is inside, 0..1, from its distance to the edge (positive inside)."""
        return np.minimum(np.maximum(distance * np.float32(self.side) + np.float32(0.5), 0), 1)

    def presence(self, half: float) -> np.float32:
        """Returns how opaque a shape thinner than a pixel still is, 0..1, from half its width."""
        return np.float32(min(1.0, 2 * half * self.side))

    def blend(self, window: Window, cover: np.ndarray, colour: np.ndarray) -> None:
        """Draws a colour (3,) or a field of colours (3, H, W) as opaquely as `cover` (H, W) says."""
        under = self.pixels[:, *window]
        under += (colour.reshape(3, 1, 1) - under if colour.ndim == 1 else colour - under) * cover

    def finish(self) -> np.ndarray:
        """Returns the picture as uint8 (H, W, 3)."""
        small = self.pixels
        if self.factor == 2:
            small = small[:, ::2] + small[:, 1::2]
            small = (small[..., ::2] + small[..., 1::2]) * np.float32(0.25)
        return np.ascontiguousarray(np.rint(small).clip(0, 255).astype(np.uint8).transpose(1, 2, 0))


def gradient(canvas: Canvas, top: Colour, bottom: Colour, end: float) -> None:
    """Fills the whole picture from `top` to `bottom`, which is reached at height `end`."""
    canvas.pixels += between(Tint(top, bottom), np.clip(canvas.axis / np.float32(end), 0, 1)[:, None])


def below(canvas: Canvas, edge: np.ndarray, top: Colour, bottom: Colour) -> None:
    """Fills everything below a horizon, height `edge` (W,), with a vertical gradient."""
    highest = float(edge.min())
    window = canvas.window(0, highest, 1, 1)
    rows = canvas.axis[window[0]][:, None]
    steepness = np.sqrt(1 + np.gradient(edge, 1 / canvas.side) ** 2).astype(np.float32)
    amount = (rows - np.float32(highest)) / np.float32(1 - highest)
    canvas.blend(window, canvas.cover((rows - edge.astype(np.float32)) / steepness), between(Tint(top, bottom), amount))


def ellipse(
    canvas: Canvas, x: float, y: float, wide: float, high: float, colour: Colour | Tint, opacity: float = 1.0
) -> None:
    """Draws an ellipse of half-axes `wide` and `high`, nothing if they are 0; a tint is light at its upper left."""
    if wide <= 0 or high <= 0:
        return
    window = canvas.window(x - wide, y - high, x + wide, y + high)
    dx, dy = canvas.across(window, x, y)
    dx, dy, half = dx / np.float32(wide), dy / np.float32(high), min(wide, high)
    cover = canvas.cover((1 - np.sqrt(dx**2 + dy**2)) * np.float32(half)) * np.float32(opacity)
    if isinstance(colour, Tint):
        colour = between(colour, np.clip(np.float32(0.5) - np.float32(0.35) * dx - np.float32(0.45) * dy, 0, 1))
    canvas.blend(window, cover * canvas.presence(half), colour)


def bar(canvas: Canvas, x: float, top: float, bottom: float, half: float, colour: Colour) -> None:
    """Draws an upright bar, `half` to either side of x."""
    window = canvas.window(x - half, top, x + half, bottom)
    dx, dy = canvas.across(window, x, top)
    inside = np.minimum(np.float32(half) - np.abs(dx), np.minimum(dy, np.float32(bottom - top) - dy))
    canvas.blend(window, canvas.cover(inside) * canvas.presence(half), colour)


def dots(canvas: Canvas, x: np.ndarray, y: np.ndarray, radius: float, colour: Colour) -> None:
    """Draws many equal discs at once."""
    window = canvas.window(x.min() - radius, y.min() - radius, x.max() + radius, y.max() + radius)
    across = canvas.axis[window[1]] - x.astype(np.float32)[:, None]
    down = canvas.axis[window[0]] - y.astype(np.float32)[:, None]
    nearest = ((across * across)[:, None, :] + (down * down)[:, :, None]).min(0)
    canvas.blend(window, canvas.cover(np.float32(radius) - np.sqrt(nearest)) * canvas.presence(radius), colour)


def glow(canvas: Canvas, x: float, y: float, radius: float, colour: Colour, opacity: float) -> None:
    """Draws a light that fades from `opacity` at its middle to nothing at `radius`."""
    window = canvas.window(x - radius, y - radius, x + radius, y + radius)
    dx, dy = canvas.across(window, x, y)
    fade = np.maximum(1 - np.sqrt(dx**2 + dy**2) / np.float32(radius), 0)
    canvas.blend(window, fade * fade * np.float32(opacity), colour)
