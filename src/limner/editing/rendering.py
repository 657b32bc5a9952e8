"""Between pictures and a model: its input, what it generates at the size of a canvas, and the canvas with that applied."""

import numpy as np
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from limner.editing.operation import Canvas, KnownLatent
from limner.features.extractor import in_colour
from limner.images import from_uint8, to_uint8
from limner.methods import Latent
from limner.model import Model
from limner.pictures import plain, to_image


def to_model_input(model: Model, pixels: np.ndarray) -> Tensor:
    """Returns a picture uint8 (H, W, 3 or 4) as a model reads it: (1, C, h, w) in [-1, 1], over white, scaled to its size."""
    schema = model.schema
    picture = plain(to_image(pixels)).convert("L" if schema.channels == 1 else "RGB")
    if picture.size != (schema.width, schema.height):
        picture = picture.resize((schema.width, schema.height), Image.Resampling.LANCZOS)
    return from_uint8(np.asarray(picture).reshape(1, schema.height, schema.width, schema.channels))


def render(model: Model, latent: Latent, canvas: Canvas) -> Tensor:
    """Returns what a model generates from a latent, in colour and scaled to the canvas, (1, 3, H, W) in [-1, 1]."""
    images = in_colour(model.hooks.decode(latent))
    if images.shape[2:] == (canvas.height, canvas.width):
        return images
    return F.interpolate(images, (canvas.height, canvas.width), mode="bicubic", antialias=True).clamp(-1, 1)


def apply_pixels(canvas: Canvas, images: Tensor) -> Canvas:
    """Returns the canvas with the colours of images (1, 3, H, W) in [-1, 1], as far as it is selected."""
    return canvas.with_colour(to_uint8(images)[0])


def apply_latent(canvas: Canvas, model: Model, latent: Latent) -> Canvas:
    """Returns the canvas with what a model generates from a latent, which is known from now on."""
    return with_latent(apply_pixels(canvas, render(model, latent, canvas)), model, latent)


def with_latent(canvas: Canvas, model: Model, latent: Latent) -> Canvas:
    """Returns the canvas with its latent, which is valid for as long as the pixels are these.

    Where only a part was selected, the latent is of another picture, unless it generates this one.
    """
    colour = to_uint8(render(model, latent, canvas))[0]
    exact = np.array_equal(colour, canvas.colour)
    own = KnownLatent(model, latent, colour if canvas.selection is not None else canvas.colour, exact)
    return Canvas(canvas.pixels, canvas.selection, own)
