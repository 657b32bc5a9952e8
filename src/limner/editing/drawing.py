"""Between pictures and a model: what it is shown of one, what it draws of a code, and what becomes of the canvas."""

import numpy as np
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from limner.editing.code import Code, Decoding
from limner.editing.operation import Canvas, Known
from limner.features.extractor import in_colour
from limner.pictures import plain, to_image
from limner.values import from_uint8, to_uint8


def seen(decoding: Decoding, pixels: np.ndarray) -> Tensor:
    """Returns what a model is shown of a picture uint8 (H, W, 3 or 4): (1, C, h, w) in [-1, 1], over white, scaled to its size."""
    schema = decoding.model.schema
    picture = plain(to_image(pixels)).convert("L" if schema.channels == 1 else "RGB")
    if picture.size != (schema.width, schema.height):
        picture = picture.resize((schema.width, schema.height), Image.Resampling.LANCZOS)
    return from_uint8(np.asarray(picture).reshape(1, schema.height, schema.width, schema.channels))


def drawn(decoding: Decoding, code: Code, canvas: Canvas) -> Tensor:
    """Returns what a model paints of a code, in colour and scaled to the canvas, (1, 3, H, W) in [-1, 1]."""
    images = in_colour(decoding.paint(code))
    if images.shape[2:] == (canvas.height, canvas.width):
        return images
    return F.interpolate(images, (canvas.height, canvas.width), mode="bicubic", antialias=True).clamp(-1, 1)


def shown(canvas: Canvas, images: Tensor) -> Canvas:
    """Returns the canvas with the colours of images (1, 3, H, W) in [-1, 1], as far as it is selected."""
    return canvas.painted(to_uint8(images)[0])


def painted(canvas: Canvas, decoding: Decoding, code: Code) -> Canvas:
    """Returns the canvas with what a model paints of a code, which is known from now on."""
    return known(shown(canvas, drawn(decoding, code, canvas)), decoding, code)


def known(canvas: Canvas, decoding: Decoding, code: Code) -> Canvas:
    """Returns the canvas with its code, which counts for as long as the pixels are these.

    Where only a part was selected, the code is of another picture, unless it paints this one.
    """
    colour = to_uint8(drawn(decoding, code, canvas))[0]
    exact = np.array_equal(colour, canvas.colour)
    own = Known(decoding, code, colour if canvas.selection is not None else canvas.colour, exact)
    return Canvas(canvas.pixels, canvas.selection, own)
