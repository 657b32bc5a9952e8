"""One petal, leaf or blade of grass: an outline along a gently bent axis, with shaded rim, rib and veins."""

import math
from dataclasses import dataclass, field

import numpy as np

from limner.data.garden.canvas import Canvas, Window
from limner.data.garden.colours import Tint, between

TABLE_STEPS = 512  # of the tables along a petal's length


@dataclass(frozen=True)
class Outline:
    """Half-width at every step of the length (1 at the widest), the shade along it, and how dark the details are."""

    half: np.ndarray
    shade: np.ndarray
    edge: float = 0.3
    rib: float = 0.25
    veins: float = 0.06
    slope: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "slope", np.gradient(self.half, 1 / TABLE_STEPS).astype(np.float32))


def outline(belly: float, base: float, tip: float, *, shade: tuple[float, float] = (0, 1), **details: float) -> Outline:
    """Returns a shape widest at `belly` 0..1 of its length; `base`, `tip`: 0.5 ends round, 1 pointed, more slim."""
    t = (np.arange(TABLE_STEPS) + 0.5) / TABLE_STEPS
    rising, falling = np.clip(t / belly, 0, 1), np.clip((1 - t) / (1 - belly), 0, 1)
    half = np.sin(rising * np.pi / 2) ** (2 * base) * np.sin(falling * np.pi / 2) ** (2 * tip)
    along = shade[0] + (shade[1] - shade[0]) * t**0.8
    return Outline((half / half.max()).astype(np.float32), along.astype(np.float32), **details)


def petal(
    canvas: Canvas,
    shape: Outline,
    tint: Tint,
    base: tuple[float, float],
    angle: float,
    length: float,
    width: float,
    bend: float = 0.0,
) -> None:
    """Draws a petal from `base`, `angle` radians clockwise from straight up; `bend` moves its tip sideways.

    `width` is half of the widest; tint is dark at the base and light at the tip.
    """
    up, side = math.cos(angle), math.sin(angle)
    window = _window(canvas, base, up, side, length, width, bend)
    if window[0].start >= window[0].stop or window[1].start >= window[1].stop:
        return
    dx, dy = canvas.across(window, *base)
    along = dx * np.float32(side) - dy * np.float32(up)
    aside = dx * np.float32(up) + dy * np.float32(side)
    t = along * np.float32(1 / length)
    if bend:
        aside -= np.float32(bend) * t * t
    step = (t * TABLE_STEPS).astype(np.intp)
    half = (shape.half * np.float32(width)).take(step, mode="clip")
    # |gradient| of half-width minus offset: dividing by it turns that difference into a distance.
    steepness = np.sqrt(1 + (shape.slope * np.float32(width / length)) ** 2).take(step, mode="clip")
    distance = (half - np.abs(aside)) / steepness
    cover = canvas.cover(np.minimum(distance, np.minimum(along, np.float32(length) - along)))
    shade = _shade(
        shape, shape.shade.take(step, mode="clip"), aside * np.float32(1 / width), distance / np.float32(width)
    )
    canvas.blend(window, cover * canvas.presence(width), between(tint, shade))


def _window(
    canvas: Canvas, base: tuple[float, float], up: float, side: float, length: float, width: float, bend: float
) -> Window:
    corners = ((0.0, width), (0.0, -width), (length, bend + width), (length, bend - width))
    x = [base[0] + side * along + up * aside for along, aside in corners]
    y = [base[1] - up * along + side * aside for along, aside in corners]
    return canvas.window(min(x), min(y), max(x), max(y))


def _shade(shape: Outline, shade: np.ndarray, aside: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Adds to the shade along a petal what varies across it; `aside` and `inside` are in half-widths."""
    shade += np.float32(0.12) * aside
    if shape.edge:
        shade -= np.float32(shape.edge) * _near(inside, 0.22)
    if shape.rib:
        shade -= np.float32(shape.rib) * _near(np.abs(aside), 0.16)
    if shape.veins:
        shade += np.float32(shape.veins) * np.sin(np.float32(14) * aside)
    return shade


def _near(distance: np.ndarray, reach: float) -> np.ndarray:
    return np.maximum(1 - np.maximum(distance, 0) * np.float32(1 / reach), 0)
