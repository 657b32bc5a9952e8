"""From a flower to its picture: the scene first, then the plant in front of it."""

import numpy as np

from limner.data.garden.blossom import paint_head
from limner.data.garden.canvas import Canvas
from limner.data.garden.model import Flower
from limner.data.garden.scene import paint_scene
from limner.data.garden.stem import paint_stem, stem_of
from limner.errors import UsageError

SIZES = (16, 2048)


def draw(flower: Flower, size: int = 64) -> np.ndarray:
    """Returns the flower's picture as uint8 (size, size, 3), the same scene at every size from 16 to 2048 pixels.

    Raises UsageError for another size.
    """
    if not SIZES[0] <= size <= SIZES[1]:
        raise UsageError(f"size {size}: garden pictures have {SIZES[0]} to {SIZES[1]} pixels a side")
    canvas, stem = Canvas(size), stem_of(flower)
    paint_scene(canvas, flower)
    paint_stem(canvas, flower, stem)
    paint_head(canvas, flower, stem)
    return canvas.finish()
