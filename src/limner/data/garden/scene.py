"""What is behind and below the flower: sky, sun, clouds, hills and trees by season and sunlight, and the soil."""

import math

import numpy as np

from limner.data.garden.canvas import Canvas, bar, below, dots, ellipse, glow, gradient
from limner.data.garden.colours import Colour, Tint, mix, ramp, rgb
from limner.data.garden.model import Flower, View

GROUND = 0.87  # height of the soil's edge, from the top

# Each season's colours when overcast and when radiant; sunlight mixes the two.
LIGHT: dict[str, dict[str, tuple[str, str]]] = {
    "spring": {
        "zenith": ("#a7a9c4", "#9ccdf5"),
        "horizon": ("#cdc6d6", "#ffe9ee"),
        "far": ("#a3b8a8", "#c9e8ae"),
        "near": ("#88ab8a", "#9bd583"),
        "trees": ("#d3a3b6", "#fcb6ce"),
        "sun": ("#fff7d6", "#fff7d6"),
    },
    "summer": {
        "zenith": ("#8ea9b8", "#45aee6"),
        "horizon": ("#bfcfce", "#fff8de"),
        "far": ("#82a590", "#a2d790"),
        "near": ("#5f9070", "#66bb5f"),
        "trees": ("#47805f", "#429c5a"),
        "sun": ("#fff3b0", "#fff3b0"),
    },
    "autumn": {
        "zenith": ("#b5a9b8", "#f7bb8c"),
        "horizon": ("#e6d2c4", "#fff1d2"),
        "far": ("#c9b192", "#f4cf82"),
        "near": ("#b39068", "#e0a350"),
        "trees": ("#aa5f45", "#e2683a"),
        "sun": ("#fff0c4", "#fff0c4"),
    },
}
MEADOW = {"spring": "#fff3f6", "summer": "#ffe9a0", "autumn": "#b5562f"}
GRASS = {
    "spring": Tint(rgb("#5b8e4d"), rgb("#74b066")),
    "summer": Tint(rgb("#3d7540"), rgb("#4f9a55")),
    "autumn": Tint(rgb("#8a6c33"), rgb("#b08a43")),
}
SOIL = ("#ecdcbf", "#d2ae80", "#9a6a45", "#5f3d2c", "#35231e")
WHITE, BLACK, SHADE, BARK = rgb("#ffffff"), rgb("#000000"), rgb("#1c1210"), rgb("#7a5a45")
CREAM, DUSK = rgb("#fff4e0"), rgb("#20402a")

PUFFS = ((-0.8, 0.26, 0.16), (-0.5, 0.14, 0.3), (0.0, 0.04, 0.42), (0.42, 0.12, 0.32), (0.78, 0.26, 0.16))


def paint_scene(canvas: Canvas, flower: Flower) -> None:
    """Draws everything but the flower itself."""
    view, light = flower.noise.view, flower.sunlight
    colours = {name: mix(rgb(dull), rgb(bright), light) for name, (dull, bright) in LIGHT[flower.season].items()}
    gradient(canvas, colours["zenith"], colours["horizon"], 0.8)
    _sun(canvas, view, colours["sun"], light)
    _clouds(canvas, view, mix(colours["horizon"], WHITE, 0.3 + 0.5 * light), 0.8 - 0.45 * light)
    _hills(canvas, view, colours, mix(colours["near"], rgb(MEADOW[flower.season]), 0.8))
    _grass(canvas, view, GRASS[flower.season])
    _soil(canvas, view, soil_colour(flower.soil))


def soil_colour(soil: float) -> Colour:
    """Returns the colour of the soil, 0 pale chalk to 1 dark peat."""
    return ramp(SOIL, soil)


def _sun(canvas: Canvas, view: View, colour: Colour, light: float) -> None:
    # To the left or to the right, because the flower stands in the middle.
    x, y = 0.08 + 0.5 * view.sun + (0.34 if view.sun > 0.5 else 0.0), 0.5 - 0.34 * light
    radius = 0.05 + 0.04 * light
    glow(canvas, x, y, 0.3 + 0.5 * light, colour, 0.2 + 0.6 * light)
    ellipse(canvas, x, y, radius, radius, colour, 0.25 + 0.75 * light)


def _clouds(canvas: Canvas, view: View, colour: Colour, opacity: float) -> None:
    for place, y, wide in ((view.clouds, 0.15, 0.2), ((view.clouds + 0.5) % 1, 0.31, 0.14)):
        x = 1.2 * place - 0.1
        window = canvas.window(x - wide, y - 0.6 * wide, x + wide, y + 0.3 * wide)
        dx, dy = canvas.across(window, x, y)
        puffs = [
            np.float32(r * wide) - np.hypot(dx - np.float32(a * wide), dy - np.float32(b * wide)) for a, b, r in PUFFS
        ]
        inside = np.minimum(np.maximum.reduce(puffs), np.float32(0.26 * wide) - dy)
        canvas.blend(window, canvas.cover(inside) * np.float32(opacity), colour)


def _far_hill(x: np.ndarray, phase: float) -> np.ndarray:
    return 0.66 + 0.045 * np.sin(5.2 * x + phase) + 0.02 * np.sin(9.1 * x + 2 * phase)


def _near_hill(x: np.ndarray, phase: float) -> np.ndarray:
    return 0.765 + 0.035 * np.sin(4.1 * x - phase + 1.0) + 0.012 * np.sin(11 * x + phase)


def _hills(canvas: Canvas, view: View, colours: dict[str, Colour], meadow: Colour) -> None:
    phase = 2 * math.pi * view.hills
    below(canvas, _far_hill(canvas.axis, phase), colours["far"], mix(colours["far"], colours["horizon"], 0.25))
    crown = Tint(mix(colours["trees"], BLACK, 0.12), mix(colours["trees"], WHITE, 0.12))
    trees = (view.trees + np.array([0.0, 0.13, 0.62])) % 1
    for place, foot, tall in zip(trees, _near_hill(trees, phase) + 0.012, (0.1, 0.07, 0.085), strict=True):
        bar(canvas, place, foot - tall, foot, 0.006, BARK)
        ellipse(canvas, place, foot - tall, 0.42 * tall, 0.55 * tall, crown)
    below(canvas, _near_hill(canvas.axis, phase), colours["near"], mix(colours["near"], DUSK, 0.12))
    x, depth = (np.arange(12) * 0.618 + view.trees) % 1, (np.arange(12) * 0.37 + view.hills) % 1
    dots(canvas, x, _near_hill(x, phase) + 0.02 + 0.07 * depth, 0.0075, meadow)


def _grass(canvas: Canvas, view: View, tint: Tint) -> None:
    """Draws blades as the peaks of one horizon; unequal flanks make them lean."""
    blade = np.arange(13)[:, None]
    offset = canvas.axis - (blade + 0.4 * np.sin(2.4 * blade + 6 * view.pebbles)) / 12
    tall = 0.052 + 0.022 * np.sin(1.7 * blade + 9 * view.hills)
    lean = 0.7 * np.sin(3.1 * blade + 6 * view.leaves) * np.sign(offset)
    peak = tall * np.maximum(1 - np.abs(offset) / (0.016 * (1 + lean)), 0) ** 1.3
    below(canvas, GROUND + 0.005 - peak.max(0), tint.light, tint.dark)


def _soil(canvas: Canvas, view: View, colour: Colour) -> None:
    edge = GROUND + 0.008 * np.sin(7 * canvas.axis + 6 * view.pebbles) - 0.02 * np.sin(np.pi * canvas.axis)
    below(canvas, edge, mix(colour, WHITE, 0.07), mix(colour, SHADE, 0.22))
    for pebble in range(7):
        x = (pebble * 0.37 + view.pebbles) % 1
        y = GROUND + 0.04 + 0.085 * ((pebble * 0.618 + 2 * view.pebbles) % 1)
        tone = mix(colour, CREAM if pebble % 2 else SHADE, 0.22)
        ellipse(canvas, x, y, 0.011 + 0.006 * (pebble % 3), 0.006 + 0.002 * (pebble % 3), tone)
