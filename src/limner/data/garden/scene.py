"""What is behind and below the flower: sky, sun, clouds, hills and trees by season and sunlight, and the soil."""

import math

import numpy as np

from limner.data.garden.canvas import (
    Canvas,
    Colour,
    below,
    dots,
    ellipse,
    glow,
    gradient,
    mix,
    outline,
    petal,
    ramp,
    rgb,
)
from limner.data.garden.model import Flower, View

GROUND = 0.87  # where the soil begins, from the top
# Season: (overcast, radiant) for the top and the bottom of the sky, the far and the near hill, and the trees.
SKY_TOP = {"spring": ("#a7a9c4", "#9ccdf5"), "summer": ("#8ea9b8", "#45aee6"), "autumn": ("#b5a9b8", "#f7bb8c")}
SKY_LOW = {"spring": ("#cdc6d6", "#ffe9ee"), "summer": ("#bfcfce", "#fff8de"), "autumn": ("#e6d2c4", "#fff1d2")}
FAR = {"spring": ("#a3b8a8", "#c9e8ae"), "summer": ("#82a590", "#a2d790"), "autumn": ("#c9b192", "#f4cf82")}
NEAR = {"spring": ("#88ab8a", "#9bd583"), "summer": ("#5f9070", "#66bb5f"), "autumn": ("#b39068", "#e0a350")}
TREES = {"spring": ("#d3a3b6", "#fcb6ce"), "summer": ("#47805f", "#429c5a"), "autumn": ("#aa5f45", "#e2683a")}
MEADOW = {"spring": "#fff3f6", "summer": "#ffe9a0", "autumn": "#b5562f"}
GRASS = {"spring": "#6fb35c", "summer": "#4c944a", "autumn": "#a98a3c"}
SOIL = ("#ecdcbf", "#d2ae80", "#9a6a45", "#5f3d2c", "#35231e")
SUN = {"spring": "#fff7d6", "summer": "#fff3b0", "autumn": "#fff0c4"}

BLADE = outline(0.25, 0.3, 0.9, edge=0.0, rib=0.0, veins=0.0)


def paint_scene(canvas: Canvas, flower: Flower) -> None:
    """Paints everything but the flower itself."""
    view, season, light = flower.noise.view, flower.season, flower.sunlight
    at = {name: _lit(table[season], light) for name, table in _TABLES.items()}
    at["meadow"] = mix(at["near"], rgb(MEADOW[season]), 0.8)
    gradient(canvas, at["sky_top"], at["sky_low"], 0.8)
    _sun(canvas, view, rgb(SUN[season]), light)
    _clouds(canvas, view, mix(at["sky_low"], rgb("#ffffff"), 0.3 + 0.5 * light), light)
    _hills(canvas, view, at)
    _soil(canvas, view, flower.soil, rgb(GRASS[season]))


_TABLES = {"sky_top": SKY_TOP, "sky_low": SKY_LOW, "far": FAR, "near": NEAR, "trees": TREES}


def _lit(pair: tuple[str, str], light: float) -> Colour:
    return mix(rgb(pair[0]), rgb(pair[1]), light)


def _sun(canvas: Canvas, view: View, colour: Colour, light: float) -> None:
    x, y = 0.08 + 0.5 * view.sun + (0.34 if view.sun > 0.5 else 0.0), 0.5 - 0.34 * light
    radius = 0.05 + 0.04 * light
    glow(canvas, x, y, 0.3 + 0.5 * light, colour, 0.2 + 0.6 * light)
    ellipse(canvas, x, y, radius, radius, colour, opacity=0.25 + 0.75 * light)


def _clouds(canvas: Canvas, view: View, colour: Colour, light: float) -> None:
    for x, y, wide in ((1.2 * view.clouds - 0.1, 0.15, 0.2), (1.2 * ((view.clouds + 0.5) % 1) - 0.1, 0.31, 0.14)):
        puffs = ((-0.5, 0.3, 0.3), (0.0, 0.2, 0.42), (0.42, 0.28, 0.32), (-0.8, 0.42, 0.16), (0.78, 0.42, 0.16))
        window = canvas.window(x - wide, y - 0.6 * wide, x + wide, y + 0.3 * wide)
        dx, dy = canvas.across(window, x, y)
        inside = [r * wide - np.hypot(dx - a * wide, (dy - (b - 0.16) * wide)) for a, b, r in puffs]
        flat = np.minimum(np.maximum.reduce(inside), 0.26 * wide - dy)
        canvas.blend(window, canvas.cover(flat) * np.float32(0.8 - 0.45 * light), colour)


def _hills(canvas: Canvas, view: View, at: dict[str, Colour]) -> None:
    phase = 2 * math.pi * view.hills
    far = 0.66 + 0.045 * np.sin(5.2 * canvas.axis + phase) + 0.02 * np.sin(9.1 * canvas.axis + 2 * phase)
    near = 0.765 + 0.035 * np.sin(4.1 * canvas.axis - phase + 1.0) + 0.012 * np.sin(11 * canvas.axis + phase)
    below(canvas, far, at["far"], mix(at["far"], at["sky_low"], 0.25))
    for place, tall in ((view.trees, 0.1), ((view.trees + 0.13) % 1, 0.07), ((view.trees + 0.62) % 1, 0.085)):
        foot = float(np.interp(place, canvas.axis, near)) + 0.012
        trunk = canvas.window(place - 0.006, foot - tall, place + 0.006, foot)
        dx, _ = canvas.across(trunk, place, foot)
        canvas.blend(
            trunk, canvas.cover(np.float32(0.006) - np.abs(dx)) * np.ones_like(canvas.pixels[0][trunk]), rgb("#7a5a45")
        )
        ellipse(
            canvas,
            place,
            foot - tall,
            0.42 * tall,
            0.55 * tall,
            mix(at["trees"], rgb("#000000"), 0.12),
            mix(at["trees"], rgb("#ffffff"), 0.12),
        )
    below(canvas, near, at["near"], mix(at["near"], rgb("#20402a"), 0.12))
    index = np.arange(12)
    x, depth = (index * 0.618 + view.trees) % 1, (index * 0.37 + view.hills) % 1
    dots(canvas, x, np.interp(x, canvas.axis, near) + 0.02 + 0.07 * depth, 0.0075, at["meadow"])


def soil_colour(soil: float) -> Colour:
    """Returns the colour of the soil, 0 pale chalk to 1 dark peat."""
    return ramp(SOIL, soil)


def _soil(canvas: Canvas, view: View, soil: float, grass: Colour) -> None:
    colour = soil_colour(soil)
    for blade in range(12):
        place = (blade + 0.5 + 0.4 * math.sin(blade * 2.4 + 6 * view.pebbles)) / 12
        tall = 0.05 + 0.02 * math.sin(blade * 1.7 + 9 * view.hills)
        lean = 0.5 * math.sin(blade * 3.1 + 6 * view.leaves)
        petal(
            canvas,
            BLADE,
            (place, GROUND + 0.02),
            lean,
            tall,
            0.009,
            mix(grass, rgb("#203020"), 0.25),
            mix(grass, rgb("#ffffff"), 0.15),
        )
    edge = GROUND + 0.008 * np.sin(7 * canvas.axis + 6 * view.pebbles) - 0.02 * np.sin(np.pi * canvas.axis)
    below(canvas, edge.astype(np.float32), mix(colour, rgb("#ffffff"), 0.07), mix(colour, rgb("#1c1210"), 0.22))
    for pebble in range(7):
        x = (pebble * 0.37 + view.pebbles) % 1
        y = GROUND + 0.04 + 0.085 * ((pebble * 0.618 + 2 * view.pebbles) % 1)
        tone = mix(colour, rgb("#fff4e0") if pebble % 2 else rgb("#1c1210"), 0.22)
        ellipse(canvas, x, y, 0.011 + 0.006 * (pebble % 3), 0.006 + 0.002 * (pebble % 3), tone)
