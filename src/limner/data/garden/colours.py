"""The garden's colours: sRGB triples, ramps between them, and tints from shaded to lit."""

from functools import cache
from typing import NamedTuple

import numpy as np

Colour = np.ndarray  # float32 (3,), sRGB 0..255


class Tint(NamedTuple):
    """The two ends of a gradient."""

    dark: Colour
    light: Colour


@cache
def rgb(text: str) -> Colour:
    """Returns the colour of "#rrggbb"."""
    return np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)], np.float32)


def mix(first: Colour, second: Colour, amount: float) -> Colour:
    """Returns `first` at amount 0, `second` at 1, and the straight line between them elsewhere."""
    return first + (second - first) * np.float32(amount)


def ramp(stops: tuple[str, ...], position: float) -> Colour:
    """Returns the colour at `position` 0..1 of equally spaced "#rrggbb" stops."""
    place = min(max(position, 0.0), 1.0) * (len(stops) - 1)
    first = min(int(place), len(stops) - 2)
    return mix(rgb(stops[first]), rgb(stops[first + 1]), place - first)


def between(tint: Tint, amount: np.ndarray) -> np.ndarray:
    """Returns the field of colours (3, H, W) that is dark where `amount` (H, W) is 0 and light where it is 1."""
    field = np.multiply.outer(tint.light - tint.dark, amount)
    field += tint.dark.reshape(3, 1, 1)
    return field
