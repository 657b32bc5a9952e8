"""From a flower to its picture: the scene first, then the flower in front of it."""

import numpy as np

from limner.data.garden.blossom import paint_flower
from limner.data.garden.canvas import Canvas
from limner.data.garden.model import Flower
from limner.data.garden.scene import paint_scene
from limner.errors import UsageError

SIZES = (16, 2048)


def draw(flower: Flower, size: int = 64) -> np.ndarray:
    """Returns the flower's picture as uint8 (size, size, 3); the same picture at every size, 16..2048.

    Raises UsageError for a size out of range.
    """
    if not SIZES[0] <= size <= SIZES[1]:
        raise UsageError(f"size = {size} is out of range: a garden picture has {SIZES[0]} to {SIZES[1]} pixels a side")
    canvas = Canvas(size)
    paint_scene(canvas, flower)
    paint_flower(canvas, flower)
    return canvas.finish()
