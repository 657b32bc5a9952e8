"""The heads: each species in its way, from bud to wide open, in the tints of its colour."""

import math
from collections.abc import Callable

import numpy as np

from limner.data.garden.canvas import Canvas, dots, ellipse
from limner.data.garden.colours import Tint, mix, ramp, rgb
from limner.data.garden.model import Flower
from limner.data.garden.petals import Outline, outline, petal
from limner.data.garden.stem import GREENS, Stem

# From 0 to 1: blue, violet, purple, pink, red, orange, gold; each with its shaded and its lit tint.
PLAIN = ("#5470d6", "#8a5fd0", "#cf58b4", "#ee5c86", "#e5443f", "#f2802f", "#f8bf2f")
SHADED = ("#30409f", "#57359a", "#8f3180", "#b0305c", "#9c202e", "#b84f1b", "#d08714")
LIT = ("#94aaf2", "#bf9ff2", "#f0a0e0", "#ffa2b9", "#ff8d78", "#ffb766", "#ffe480")
RADIUS = 0.235

SLIM = outline(0.68, 0.42, 0.25, shade=(0.1, 1.0))
POINTED = outline(0.5, 0.45, 0.75, shade=(0.05, 1.0))
BROAD = outline(0.66, 0.5, 0.2, edge=0.22, rib=0.0, veins=0.05)
ROUND = outline(0.72, 0.5, 0.2, shade=(-0.5, 0.95), edge=-0.15, rib=0.0, veins=0.02)
CUP = outline(0.42, 0.3, 0.6, rib=0.2)
FLORET = outline(0.6, 0.4, 0.3, shade=(0.0, 1.1), edge=0.25, rib=0.0, veins=0.0)

AMBER, BARK, INK = Tint(rgb("#c9761a"), rgb("#ffd95a")), Tint(rgb("#3b2116"), rgb("#70452a")), rgb("#2b1a2e")
SEED, VELVET, POD = rgb("#94623a"), Tint(INK, rgb("#54385a")), Tint(rgb("#7d9f52"), rgb("#d2e39a"))


class Head:
    """A head to be drawn: where it sits, how open it is, 0..1, and its colours."""

    def __init__(self, canvas: Canvas, flower: Flower, stem: Stem) -> None:
        self.canvas, self.stem, self.bloom, self.turn = canvas, stem, flower.bloom, flower.noise.view.turn
        self.heart = max(flower.bloom - 0.22, 0) / 0.78  # the middle shows once the calyx has gone
        self.x, self.y = stem.x, stem.y + 0.1 * (1 - flower.bloom)
        self.dark, self.plain, self.light = (ramp(stops, flower.colour) for stops in (SHADED, PLAIN, LIT))

    def tint(self, dark: float, light: float) -> Tint:
        """Returns a petal's two colours: `dark` 0..1 from shaded to plain, `light` 0..1 from plain to lit."""
        return Tint(mix(self.dark, self.plain, dark), mix(self.plain, self.light, light))

    def wobble(self, index: int) -> float:
        """Returns a number in -1..1 that belongs to one petal of this flower."""
        return math.sin(12.9898 * (index + 1) + 6.2831853 * self.turn)

    def spread(self, closed: float) -> float:
        """Returns the angle either side over which petals fan: `closed` in the bud, all round from 77 % open."""
        return closed + (math.pi - closed) * math.sin(min(1.0, self.bloom * 1.3) * math.pi / 2)

    def tilted(self, angle: float, tilt: float) -> float:
        """Returns the share of its length that a petal shows: those in front are foreshortened until it is open."""
        return 1 - tilt * (1 - self.bloom) * (1 - math.cos(angle)) / 2

    def ring(
        self, shape: Outline, tint: Tint, count: int, closed: float, length: float, width: float, tilt: float
    ) -> None:
        """Draws petals fanned around straight up, the outer ones first."""
        places = [((index + 0.5) / count * 2 - 1, index) for index in range(count)]
        for place, index in sorted(places, key=lambda each: -abs(each[0])):
            angle = place * self.spread(closed) + 0.05 * self.wobble(index)
            reach = length * (1 + 0.06 * self.wobble(index + 40)) * self.tilted(angle, tilt)
            reach *= 1 - 0.3 * (1 - self.bloom) ** 2 * place * place
            petal(self.canvas, shape, tint, (self.x, self.y), angle, reach, width)

    def disc(self, radius: float, tint: Tint, flat: float = 1.0) -> None:
        """Draws the middle."""
        ellipse(self.canvas, self.x, self.y, radius, radius * flat, tint)

    def calyx(self, size: float) -> None:
        """Draws the green cup of the bud, which is gone when it is a third open."""
        size *= max(1 - 3 * self.bloom, 0.0) ** 0.6
        for place in (-0.9, 0.9, -0.4, 0.4, 0.0) if size else ():
            angle = place * (0.6 + 0.8 * self.bloom)
            petal(self.canvas, POINTED, GREENS, (self.x, self.y + 0.35 * size), angle, size, 0.3 * size)


def paint_head(canvas: Canvas, flower: Flower, stem: Stem) -> None:
    """Draws the head of a flower at the end of its stem."""
    HEADS[flower.species](Head(canvas, flower, stem))


def _daisy(head: Head) -> None:
    length = RADIUS * (0.75 + 0.25 * head.bloom)
    head.ring(SLIM, head.tint(0.0, 0.0), 14, 0.3, length, 0.033, 0.6)
    head.ring(SLIM, head.tint(0.4, 1.0), 13, 0.3, 0.93 * length, 0.036, 0.6)
    head.disc(0.08 * head.heart, AMBER)
    head.calyx(0.11)


def _sunflower(head: Head) -> None:
    length = RADIUS * (0.82 + 0.2 * head.bloom)
    head.ring(POINTED, head.tint(0.0, 0.0), 16, 0.35, length, 0.042, 0.6)
    head.ring(POINTED, head.tint(0.5, 1.0), 15, 0.35, 0.9 * length, 0.044, 0.6)
    wide, flat = 0.117 * head.heart, 0.7 + 0.3 * head.bloom
    head.disc(wide, BARK, flat)
    # Seeds stand on Vogel's spiral, a golden angle apart.
    radius, angle = 0.92 * wide * np.sqrt(np.arange(1, 48) / 48), 2.39996 * np.arange(1, 48)
    x, y = head.x + radius * np.cos(angle), head.y + radius * np.sin(angle) * flat
    dots(head.canvas, x, y, 0.06 * wide, SEED)
    head.calyx(0.14)


def _poppy(head: Head) -> None:
    length, width = RADIUS * (0.76 + 0.2 * head.bloom), 0.06 + 0.07 * head.bloom
    head.ring(BROAD, head.tint(0.0, 0.1), 6, 0.3, length, width, 0.75)
    head.ring(BROAD, head.tint(0.4, 0.7), 5, 0.3, 0.8 * length, 0.8 * width, 0.75)
    size, angle = 0.063 * head.heart, 2 * math.pi * np.arange(18) / 18
    reach = size * (1.3 + 0.12 * np.sin(5 * angle + 6 * head.turn))
    dots(
        head.canvas, head.x + reach * np.cos(angle), head.y + reach * np.sin(angle), min(0.007, 0.014 * head.heart), INK
    )
    head.disc(size, VELVET)
    head.disc(0.45 * size, POD)
    head.calyx(0.1)


def _tulip(head: Head) -> None:
    base, length = (head.x, head.stem.y + 0.15), 1.3 * RADIUS
    width, opening = 0.045 + 0.04 * head.bloom, 0.1 + 0.42 * head.bloom
    for place in (-0.55, 0.55, 0.0):
        petal(head.canvas, CUP, head.tint(0.0, 0.0), base, place * opening, 0.98 * length, width, 0.02 * place)
    for place in (-1.0, 1.0):
        bend = 0.06 * place * head.bloom
        petal(head.canvas, CUP, head.tint(0.4, 0.5), base, place * opening, length, width, bend)
    petal(head.canvas, CUP, head.tint(0.6, 1.0), base, 0.03 * head.wobble(1), 0.9 * length, 1.1 * width)


def _rose(head: Head) -> None:
    for index in range(22):
        inner = index / 22
        # Eight guard petals stand evenly; the others fall a golden section apart, ever shorter and deeper in colour.
        place = (index * 3 % 8 + 0.5) / 8 if index < 8 else (index * 0.618034 + head.turn) % 1
        angle = head.spread(0.5) * (place * 2 - 1) + 0.08 * head.wobble(index)
        reach = RADIUS * (0.75 + 0.25 * head.bloom) * (1 - 1.2 * max(inner - 0.33, 0.0)) * head.tilted(angle, 0.75)
        width, bend = (0.3 + 0.32 * head.bloom) * reach + 0.012, 0.1 * reach * head.wobble(index)
        petal(head.canvas, ROUND, head.tint(0.15, 1 - 0.85 * inner), (head.x, head.y), angle, reach, width, bend)
    head.calyx(0.11)


def _lupin(head: Head) -> None:
    stem, middle, rows = head.stem, head.stem.y, 9
    aside = stem.at(stem.up(middle - 0.24)) - stem.x
    petal(head.canvas, POINTED, GREENS, (stem.x, middle), math.atan2(aside, 0.24), 0.24, 0.013)
    for row in range(rows):
        above = 1 - row / (rows - 1)
        y = middle + 0.2 - 0.38 * above
        size = (0.045 + 0.095 * head.bloom) * (1 - 0.72 * above**1.4) + 0.008
        for place in (-0.9, 0.9, -0.3, 0.3) if row % 2 else (-1.0, 1.0, -0.6, 0.6, 0.0):
            angle, length = place * (0.55 + 0.95 * head.bloom), size * (0.75 + 0.25 * abs(place))
            tint = head.tint(0.0, 1 - 0.4 * above - 0.4 * abs(place))
            petal(head.canvas, FLORET, tint, (stem.at(stem.up(y)), y), angle, length, 0.3 * size)


HEADS: dict[str, Callable[[Head], None]] = {
    "daisy": _daisy,
    "tulip": _tulip,
    "poppy": _poppy,
    "rose": _rose,
    "sunflower": _sunflower,
    "lupin": _lupin,
}
