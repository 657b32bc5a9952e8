"""What carries a head: the stem, bowed and growing with height, and its two leaves."""

import math
from typing import NamedTuple

import numpy as np

from limner.data.garden.canvas import Canvas, ellipse
from limner.data.garden.colours import Tint, between, rgb
from limner.data.garden.model import Flower
from limner.data.garden.petals import outline, petal
from limner.data.garden.scene import GROUND, soil_colour

GREENS = Tint(rgb("#2f6b3c"), rgb("#7cbf5e"))
LEAF = outline(0.4, 0.5, 0.8, shade=(0.1, 0.9), edge=0.12, rib=0.45, veins=0.08)
FOOT = GROUND + 0.01


class Stem(NamedTuple):
    """A parabola from the foot (`foot`, FOOT) up to the head (`x`, `y`), pushed aside by `bow` at its middle."""

    foot: float
    x: float
    y: float
    bow: float

    def up(self, y: float) -> float:
        """Returns how far up the stem the height `y` is: 0 at the foot, 1 at the head, more above it."""
        return (FOOT - y) / (FOOT - self.y)

    def at(self, t: float) -> float:
        """Returns x at `t` of the way up; above the head the stem is carried on, half as steeply."""
        if t > 1:
            return self.x + 0.5 * (t - 1) * (self.x - self.foot - 4 * self.bow)
        return self.foot + (self.x - self.foot) * t + 4 * self.bow * t * (1 - t)


def stem_of(flower: Flower) -> Stem:
    """Returns the stem of a flower: its length is the attribute `height`, the rest is noise of the picture."""
    lean = flower.noise.view.lean - 0.5
    return Stem(0.5 - 0.1 * lean, 0.5 + 0.16 * lean, GROUND - 0.28 - 0.33 * flower.height, 0.05 * math.sin(9 * lean))


def paint_stem(canvas: Canvas, flower: Flower, stem: Stem) -> None:
    """Draws the stem with its shadow on the ground, a little heap of soil at its foot, and the leaves."""
    ellipse(canvas, stem.foot, GROUND + 0.02, 0.08, 0.013, rgb("#1c1210"), opacity=0.22)
    _stalk(canvas, stem)
    ellipse(canvas, stem.foot, GROUND + 0.016, 0.034, 0.012, soil_colour(flower.soil))
    _leaves(canvas, flower, stem)


def _stalk(canvas: Canvas, stem: Stem) -> None:
    window = canvas.window(min(stem.foot, stem.x) - 0.09, stem.y, max(stem.foot, stem.x) + 0.09, FOOT)
    dx, dy = canvas.across(window, 0.0, FOOT)
    t = np.clip(-dy / np.float32(FOOT - stem.y), 0, 1)
    offset = dx - (stem.foot + (stem.x - stem.foot) * t + 4 * stem.bow * t * (1 - t))
    width = 0.0155 - 0.004 * t
    inside = np.minimum(width - np.abs(offset), dy + np.float32(FOOT - stem.y))
    canvas.blend(window, canvas.cover(inside), between(GREENS, np.clip(0.5 - offset / (2 * width), 0, 1)))


def _leaves(canvas: Canvas, flower: Flower, stem: Stem) -> None:
    noise = flower.noise.view.leaves
    side = 1 if noise < 0.5 else -1
    reach = 0.11 + 0.1 * flower.height
    if flower.species == "tulip":
        first, second, angle, length, width = 0.04, 0.04, 0.35, 1.5 * reach, 0.026
    else:
        first, second = 0.1 + 0.12 * (noise % 0.5), 0.32 + 0.12 * (noise % 0.5)
        angle, length, width = 0.95 + 0.3 * math.sin(9 * noise), reach, 0.26 * reach
    for place, turn, size in ((first, side, 1.0), (second, -side, 0.85)):
        base = (stem.at(place), FOOT - place * (FOOT - stem.y))
        petal(canvas, LEAF, GREENS, base, turn * angle, size * length, size * width, bend=turn * 0.35 * width)
