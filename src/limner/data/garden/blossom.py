"""The flower itself: stem, leaves, and a head drawn in the manner of its species."""

import math
from collections.abc import Callable

import numpy as np

from limner.data.garden.canvas import Canvas, Colour, Outline, between, dots, ellipse, mix, outline, petal, ramp, rgb
from limner.data.garden.model import Flower
from limner.data.garden.scene import GROUND, soil_colour

# From 0 to 1: blue, violet, magenta, pink, red, orange, gold; each with its shaded and its lit tint.
PLAIN = ("#5470d6", "#8a5fd0", "#cf58b4", "#ee5c86", "#e5443f", "#f2802f", "#f8bf2f")
SHADED = ("#30409f", "#57359a", "#8f3180", "#b0305c", "#9c202e", "#b84f1b", "#d08714")
LIT = ("#94aaf2", "#bf9ff2", "#f0a0e0", "#ffa2b9", "#ff8d78", "#ffb766", "#ffe480")
GREEN, LIGHT_GREEN = rgb("#2f6b3c"), rgb("#7cbf5e")
RADIUS = 0.235

SLIM = outline(0.68, 0.42, 0.25, shade=(0.1, 1.0))
POINTED = outline(0.5, 0.45, 0.75, shade=(0.05, 1.0))
BROAD = outline(0.66, 0.5, 0.2, shade=(0.0, 1.0), edge=0.22, rib=0.0, veins=0.05)
ROUND = outline(0.72, 0.5, 0.2, shade=(-0.5, 0.95), edge=-0.15, rib=0.0, veins=0.02)
CUP = outline(0.42, 0.3, 0.6, shade=(0.0, 1.0), edge=0.3, rib=0.2, veins=0.06)
LEAF = outline(0.4, 0.5, 0.8, shade=(0.1, 0.9), edge=0.12, rib=0.45, veins=0.08)
FLORET = outline(0.6, 0.4, 0.3, shade=(0.0, 1.1), edge=0.25, rib=0.0, veins=0.0)


class Head:
    """Where a head is and how it looks: its middle, openness 0..1, and dark, plain and light colours."""

    def __init__(self, flower: Flower, stem: tuple[float, float, float, float]) -> None:
        self.stem, self.x, self.y, self.bloom = stem, stem[1], stem[2], flower.bloom
        self.turn = flower.noise.view.turn
        self.dark, self.colour, self.light = (ramp(stops, flower.colour) for stops in (SHADED, PLAIN, LIT))

    def spine(self, y: float) -> float:
        """Returns where the stem, carried on upwards, is at height `y`."""
        foot, x, top, bow = self.stem
        t = (GROUND + 0.01 - y) / (GROUND + 0.01 - top)
        slope = x - foot - 4 * bow
        return float(_bent(t, foot, x, bow)) if t < 1 else x + slope * (t - 1) * 0.5

    def wobble(self, index: int) -> float:
        """Returns a number in -1..1 that belongs to one petal of this flower."""
        return math.sin(12.9898 * (index + 1) + 6.2831853 * self.turn)


def stem_of(flower: Flower) -> tuple[float, float, float, float]:
    """Returns foot x, head x, head y and the sideways bow of the stem."""
    lean = flower.noise.view.lean - 0.5
    top = GROUND - 0.28 - 0.33 * flower.height
    return 0.5 - 0.1 * lean, 0.5 + 0.16 * lean, top, 0.05 * math.sin(9 * lean)


def paint_flower(canvas: Canvas, flower: Flower) -> None:
    """Paints stem, leaves and head."""
    foot, x, y, bow = stem_of(flower)
    ellipse(canvas, foot, GROUND + 0.02, 0.085, 0.014, rgb("#1c1210"), opacity=0.28)
    _stem(canvas, foot, x, y, bow)
    ellipse(canvas, foot, GROUND + 0.017, 0.042, 0.013, soil_colour(flower.soil))
    _leaves(canvas, flower, foot, x, y, bow)
    HEADS[flower.species](canvas, Head(flower, (foot, x, y, bow)))


def _bent(t: float | np.ndarray, foot: float, x: float, bow: float) -> float | np.ndarray:
    return foot + (x - foot) * t + bow * 4 * t * (1 - t)


def _stem(canvas: Canvas, foot: float, x: float, y: float, bow: float) -> None:
    left, right = min(foot, x) - 0.09, max(foot, x) + 0.09
    window = canvas.window(left, y, right, GROUND + 0.01)
    dx, dy = canvas.across(window, 0.0, GROUND + 0.01)
    t = np.clip(-dy / np.float32(GROUND + 0.01 - y), 0, 1)
    offset = dx - _bent(t, foot, x, bow)
    width = 0.0155 - 0.004 * t
    inside = np.minimum(width - np.abs(offset), dy + np.float32(GROUND + 0.01 - y))
    amount = np.clip(0.5 - offset / (2 * width), 0, 1)
    canvas.blend(window, canvas.cover(inside), between(GREEN, LIGHT_GREEN, amount))


def _leaves(canvas: Canvas, flower: Flower, foot: float, x: float, y: float, bow: float) -> None:
    tulip, noise = flower.species == "tulip", flower.noise.view.leaves
    side = 1 if noise < 0.5 else -1
    reach = 0.11 + 0.1 * flower.height
    for place, turn, size in ((0.1, side, 1.0), (0.32, -side, 0.85)):
        place = 0.04 if tulip else place + 0.12 * (noise % 0.5)
        base = (float(_bent(place, foot, x, bow)), GROUND + 0.01 - place * (GROUND + 0.01 - y))
        angle = turn * (0.35 if tulip else 0.95 + 0.3 * math.sin(9 * noise))
        length, width = (1.5 * reach, 0.026) if tulip else (reach, 0.26 * reach)
        petal(canvas, LEAF, base, angle, size * length, size * width, GREEN, LIGHT_GREEN, bend=turn * 0.35 * width)


def _ring(canvas: Canvas, head: Head, shape: Outline, count: int, spread: float, length: float, width: float,
          dark: Colour, light: Colour, y: float, tilt: float = 0.0) -> None:  # fmt: skip
    """Paints petals fanned over `spread` radians each side of straight up, the outer ones first."""
    places = [((index + 0.5) / count * 2 - 1, index) for index in range(count)]
    for place, index in sorted(places, key=lambda each: -abs(each[0])):
        angle = place * spread + 0.05 * head.wobble(index)
        reach = length * (1 + 0.06 * head.wobble(index + 40)) * (1 - tilt * (1 - math.cos(angle)) / 2)
        reach *= 1 - 0.3 * (1 - head.bloom) ** 2 * place * place
        petal(canvas, shape, (head.x, y), angle, reach, width, dark, light)


def _calyx(canvas: Canvas, head: Head, y: float, size: float) -> None:
    size *= max(1 - 2.6 * head.bloom, 0.0) ** 0.6
    if size == 0:
        return
    for angle in (-0.9, 0.9, -0.4, 0.4, 0.0):
        petal(
            canvas,
            POINTED,
            (head.x, y + 0.35 * size),
            angle * (0.6 + 0.8 * head.bloom),
            size,
            0.3 * size,
            GREEN,
            LIGHT_GREEN,
        )


def _opening(closed: float, bloom: float) -> float:
    """Returns the angle over which petals fan: `closed` in the bud, the full circle from two thirds open."""
    return closed + (math.pi - closed) * math.sin(min(1.0, bloom * 1.3) * math.pi / 2)


def _daisy(canvas: Canvas, head: Head) -> None:
    bloom = head.bloom
    spread, tilt = _opening(0.3, bloom), 0.6 * (1 - bloom)
    length = RADIUS * (0.75 + 0.25 * bloom)
    y = head.y + 0.1 * (1 - bloom)
    _ring(canvas, head, SLIM, 14, spread, length, 0.033, head.dark, head.colour, y, tilt)
    _ring(canvas, head, SLIM, 13, spread, 0.93 * length, 0.036, mix(head.dark, head.colour, 0.4), head.light, y, tilt)
    ellipse(canvas, head.x, y, 0.077 * bloom, 0.077 * bloom, rgb("#c9761a"), rgb("#ffd95a"))
    _calyx(canvas, head, y, 0.11)


def _sunflower(canvas: Canvas, head: Head) -> None:
    bloom = head.bloom
    spread, tilt = _opening(0.35, bloom), 0.6 * (1 - bloom)
    length = RADIUS * (0.82 + 0.2 * bloom)
    y = head.y + 0.1 * (1 - bloom)
    _ring(canvas, head, POINTED, 16, spread, length, 0.042, head.dark, head.colour, y, tilt)
    _ring(canvas, head, POINTED, 15, spread, 0.9 * length, 0.044, mix(head.dark, head.colour, 0.5), head.light, y, tilt)
    wide, flat = 0.012 + 0.105 * bloom, 0.7 + 0.3 * bloom
    ellipse(canvas, head.x, y, wide, wide * flat, rgb("#3b2116"), rgb("#70452a"))
    radius, angle = wide * 0.92 * np.sqrt(np.arange(1, 48) / 48), 2.39996 * np.arange(1, 48)
    dots(
        canvas, head.x + radius * np.cos(angle), y + radius * flat * np.sin(angle), 0.05 * wide + 0.0012, rgb("#94623a")
    )
    _calyx(canvas, head, y, 0.14)


def _poppy(canvas: Canvas, head: Head) -> None:
    bloom = head.bloom
    spread, tilt = _opening(0.3, bloom), 0.75 * (1 - bloom)
    length = RADIUS * (0.76 + 0.2 * bloom)
    y = head.y + 0.1 * (1 - bloom)
    for layer, (count, scale) in enumerate(((6, 1.0), (5, 0.8))):
        _ring(canvas, head, BROAD, count, spread, scale * length, (0.06 + 0.07 * bloom) * scale,
              mix(head.dark, head.colour, 0.4 * layer), mix(head.colour, head.light, 0.1 + 0.6 * layer), y, tilt)  # fmt: skip
    size = 0.063 * bloom
    angle = 2 * math.pi * np.arange(18) / 18
    reach = size * (1.3 + 0.12 * np.sin(5 * angle + 6 * head.turn))
    dots(canvas, head.x + reach * np.cos(angle), y + reach * np.sin(angle), 0.007 * min(1, 2 * bloom), rgb("#2b1a2e"))
    ellipse(canvas, head.x, y, size, size, rgb("#2b1a2e"), rgb("#54385a"))
    ellipse(canvas, head.x, y, 0.45 * size, 0.45 * size, rgb("#7d9f52"), rgb("#d2e39a"))
    _calyx(canvas, head, y, 0.1)


def _tulip(canvas: Canvas, head: Head) -> None:
    bloom = head.bloom
    length, y = RADIUS * 1.3, head.y + 0.15
    wide, open_ = 0.045 + 0.04 * bloom, 0.1 + 0.42 * bloom
    for angle in (-0.55, 0.55, 0.0):
        petal(canvas, CUP, (head.x, y), angle * open_, 0.98 * length, wide, head.dark, head.colour, bend=0.02 * angle)
    for angle in (-1.0, 1.0):
        petal(
            canvas,
            CUP,
            (head.x, y),
            angle * open_,
            length,
            wide,
            mix(head.dark, head.colour, 0.4),
            mix(head.colour, head.light, 0.5),
            bend=0.06 * angle * bloom,
        )
    petal(
        canvas,
        CUP,
        (head.x, y),
        0.03 * head.wobble(1),
        0.9 * length,
        wide * 1.1,
        mix(head.dark, head.colour, 0.6),
        head.light,
    )


def _peony(canvas: Canvas, head: Head) -> None:
    bloom, count = head.bloom, 22
    spread, tilt = _opening(0.5, bloom), 0.75 * (1 - bloom)
    y = head.y + 0.1 * (1 - bloom)
    for index in range(count):
        t = index / count
        place = (index * 3 % 8 + 0.5) / 8 if index < 8 else (index * 0.618034 + head.turn) % 1
        angle = spread * (place * 2 - 1) + 0.08 * head.wobble(index)
        reach = RADIUS * (1 - 1.2 * max(t - 0.33, 0.0)) * (0.75 + 0.25 * bloom) * (1 - tilt * (1 - math.cos(angle)) / 2)
        depth = 0.85 * t
        petal(canvas, ROUND, (head.x, y), angle, reach, (0.3 + 0.32 * bloom) * reach + 0.012,
              mix(head.dark, head.colour, 0.15), mix(head.light, head.colour, depth), bend=0.1 * reach * head.wobble(index))  # fmt: skip
    _calyx(canvas, head, y, 0.11)


def _lupin(canvas: Canvas, head: Head) -> None:
    bloom, rows = head.bloom, 9
    petal(canvas, POINTED, (head.spine(head.y - 0.1), head.y - 0.1), 0.0, 0.14, 0.02, GREEN, LIGHT_GREEN)
    for row in range(rows):
        t = 1 - row / (rows - 1)
        y = head.y + 0.2 - 0.38 * t
        taper = 1 - 0.72 * t**1.4
        size = (0.055 + 0.075 * bloom) * taper + 0.008
        for place in (-0.9, 0.9, -0.3, 0.3) if row % 2 else (-1.0, 1.0, -0.6, 0.6, 0.0):
            angle = place * (0.55 + 0.95 * bloom)
            petal(canvas, FLORET, (head.spine(y), y), angle, size * (0.75 + 0.25 * abs(place)), 0.3 * size,
                  head.dark, mix(head.light, head.colour, 0.4 * t + 0.4 * abs(place)))  # fmt: skip


HEADS: dict[str, Callable[[Canvas, Head], None]] = {
    "daisy": _daisy,
    "tulip": _tulip,
    "poppy": _poppy,
    "peony": _peony,
    "sunflower": _sunflower,
    "lupin": _lupin,
}
