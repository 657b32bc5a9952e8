"""Anti-aliased shapes painted on a float picture whose sides are 0..1: the drawing kit of the garden, numpy only."""

import math
from dataclasses import dataclass, field
from functools import cache

import numpy as np

Colour = np.ndarray  # float32 (3,), sRGB 0..255
Window = tuple[slice, slice]

STEPS = 512  # resolution of a petal's tables along its length
SUPERSAMPLED_BELOW = 256  # pictures smaller than this are drawn at twice their size and averaged


@cache
def rgb(text: str) -> Colour:
    """Returns the colour of "#rrggbb"."""
    return np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)], np.float32)


def mix(first: Colour, second: Colour, amount: float) -> Colour:
    """Returns `first` at amount 0, `second` at 1, and the straight line between them elsewhere."""
    return (first + (second - first) * np.float32(amount)).astype(np.float32)


def ramp(stops: tuple[str, ...], position: float) -> Colour:
    """Returns the colour at `position` 0..1 of equally spaced "#rrggbb" stops."""
    place = min(max(position, 0.0), 1.0) * (len(stops) - 1)
    first = min(int(place), len(stops) - 2)
    return mix(rgb(stops[first]), rgb(stops[first + 1]), place - first)


def between(first: Colour, second: Colour, amount: np.ndarray) -> np.ndarray:
    """Returns the field of colours (3, H, W) that is `first` where `amount` (H, W) is 0 and `second` where it is 1."""
    field = np.multiply.outer(second - first, amount)
    field += first.reshape(3, 1, 1)
    return field


class Canvas:
    """A square picture under construction; x runs right and y down, both 0..1 whatever its size in pixels."""

    def __init__(self, size: int) -> None:
        self.factor = 2 if size < SUPERSAMPLED_BELOW else 1
        self.side = size * self.factor
        self.pixel = np.float32(1 / self.side)
        self.axis = (np.arange(self.side, dtype=np.float32) + np.float32(0.5)) * self.pixel
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

    def presence(self, half: float) -> float:
        """Returns how opaque a shape thinner than a pixel still is, 0..1, from half its width."""
        return min(1.0, 2 * half * self.side)

    def blend(self, window: Window, cover: np.ndarray, colour: np.ndarray) -> None:
        """Paints a colour (3,) or a field of colours (3, H, W) as opaquely as `cover` (H, W) says."""
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
    amount = np.clip(canvas.axis / np.float32(end), 0, 1)
    canvas.pixels += between(top, bottom, amount[:, None])


def below(canvas: Canvas, edge: np.ndarray, top: Colour, bottom: Colour) -> None:
    """Fills everything below a horizon `edge` (W,) with a vertical gradient."""
    highest = float(edge.min())
    window = canvas.window(0, highest, 1, 1)
    rows = canvas.axis[window[0]][:, None]
    slope = np.gradient(edge, canvas.pixel) if len(edge) > 1 else np.zeros_like(edge)
    cover = canvas.cover((rows - edge) / np.sqrt(1 + slope**2))
    amount = (rows - highest) / np.float32(1 - highest)
    canvas.blend(window, cover, between(top, bottom, amount))


def ellipse(
    canvas: Canvas,
    x: float,
    y: float,
    wide: float,
    high: float,
    colour: Colour,
    light: Colour | None = None,
    opacity: float = 1.0,
) -> None:
    """Paints an ellipse of half-axes `wide` and `high`; `light` is the colour of its upper left when it is shaded."""
    if wide <= 0 or high <= 0:
        return
    window = canvas.window(x - wide, y - high, x + wide, y + high)
    dx, dy = canvas.across(window, x, y)
    radius = np.sqrt((dx / wide) ** 2 + (dy / high) ** 2)
    cover = canvas.cover((1 - radius) * np.float32(min(wide, high))) * np.float32(opacity * canvas.presence(min(wide, high)))
    if light is None:
        canvas.blend(window, cover, colour)
        return
    amount = np.clip(0.5 - 0.35 * dx / wide - 0.45 * dy / high, 0, 1)
    canvas.blend(window, cover, between(colour, light, amount))


def dots(canvas: Canvas, x: np.ndarray, y: np.ndarray, radius: float, colour: Colour) -> None:
    """Paints many equal discs at once."""
    window = canvas.window(x.min() - radius, y.min() - radius, x.max() + radius, y.max() + radius)
    across = canvas.axis[window[1]] - x.astype(np.float32)[:, None]
    down = canvas.axis[window[0]] - y.astype(np.float32)[:, None]
    nearest = ((across * across)[:, None, :] + (down * down)[:, :, None]).min(0)
    canvas.blend(window, canvas.cover(radius - np.sqrt(nearest)) * np.float32(canvas.presence(radius)), colour)


def glow(canvas: Canvas, x: float, y: float, radius: float, colour: Colour, opacity: float) -> None:
    """Paints a light that fades from `opacity` at its middle to nothing at `radius`."""
    window = canvas.window(x - radius, y - radius, x + radius, y + radius)
    dx, dy = canvas.across(window, x, y)
    fade = np.clip(1 - np.sqrt(dx**2 + dy**2) / np.float32(radius), 0, 1)
    canvas.blend(window, fade * fade * np.float32(opacity), colour)


@dataclass(frozen=True)
class Outline:
    """A petal's or leaf's shape: half-width at every step of its length (1 at the widest) and the shade along it."""

    half: np.ndarray
    shade: np.ndarray
    edge: float = 0.3  # how much darker its rim is
    rib: float = 0.25  # how much darker its middle line is
    veins: float = 0.06
    slope: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "slope", np.gradient(self.half, 1 / STEPS).astype(np.float32))


def outline(
    belly: float, base: float, tip: float, *, shade: tuple[float, float] = (0.0, 1.0), **look: float
) -> Outline:
    """Returns a shape widest at `belly` 0..1 of its length; `base` and `tip` end it: 0.5 round, 1 pointed, more slim."""
    t = (np.arange(STEPS) + 0.5) / STEPS
    rising, falling = np.clip(t / belly, 0, 1), np.clip((1 - t) / (1 - belly), 0, 1)
    half = np.sin(rising * np.pi / 2) ** (2 * base) * np.sin(falling * np.pi / 2) ** (2 * tip)
    along = shade[0] + (shade[1] - shade[0]) * t**0.8
    return Outline((half / half.max()).astype(np.float32), along.astype(np.float32), **look)


def petal(
    canvas: Canvas,
    shape: Outline,
    base: tuple[float, float],
    angle: float,
    length: float,
    width: float,
    dark: Colour,
    light: Colour,
    bend: float = 0.0,
) -> None:
    """Paints a petal or leaf from `base`, `angle` radians clockwise from straight up; `bend` moves its tip sideways."""
    x, y = base
    up, side = math.cos(angle), math.sin(angle)
    ends = [(x + side * length * t + across * up, y - up * length * t + across * side)
            for t, across in ((0, width), (0, -width), (1, bend + width), (1, bend - width))]  # fmt: skip
    window = canvas.window(
        min(e[0] for e in ends), min(e[1] for e in ends), max(e[0] for e in ends), max(e[1] for e in ends)
    )
    if window[0].start >= window[0].stop or window[1].start >= window[1].stop:
        return
    dx, dy = canvas.across(window, x, y)
    along = dx * np.float32(side) - dy * np.float32(up)
    t = along * np.float32(1 / length)
    step = (t * STEPS).astype(np.intp)
    offset = dx * np.float32(up) + dy * np.float32(side)
    if bend:
        offset -= np.float32(bend) * t * t
    half = (shape.half * np.float32(width)).take(step, mode="clip")
    steepness = np.sqrt(1 + (shape.slope * np.float32(width / length)) ** 2)
    distance = (half - np.abs(offset)) / steepness.take(step, mode="clip")
    cover = canvas.cover(np.minimum(distance, np.minimum(along, np.float32(length) - along)))
    amount = shape.shade.take(step, mode="clip")
    amount += offset * np.float32(0.12 / width)
    if shape.edge:
        amount -= np.float32(shape.edge) * _near(distance, 0.22 * width)
    if shape.rib:
        amount -= np.float32(shape.rib) * _near(np.abs(offset), 0.16 * width)
    if shape.veins:
        amount += np.float32(shape.veins) * np.sin(offset * np.float32(14 / width))
    canvas.blend(window, cover, between(dark, light, amount))


def _near(distance: np.ndarray, reach: float) -> np.ndarray:
    return np.maximum(1 - np.maximum(distance, 0) * np.float32(1 / reach), 0)
