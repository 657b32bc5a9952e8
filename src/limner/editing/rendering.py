"""Between pictures and a model: its input, what it generates at the size of a canvas, and the canvas with that applied."""

import numpy as np
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from limner.colours import visible
from limner.editing.operation import Canvas, KnownLatent, with_opacity
from limner.features.extractor import in_colour
from limner.images import from_uint8, to_uint8, with_clean_alpha
from limner.methods import Latent
from limner.model import Model
from limner.pictures import MODES, plain, to_image


def to_model_input(model: Model, pixels: np.ndarray) -> Tensor:
    """Returns a picture uint8 (H, W, 3 or 4) as a model reads it: (1, C, h, w) in [-1, 1], scaled to its size.

    Over white, unless the model has opacity.
    """
    schema = model.schema
    picture = to_image(pixels) if schema.channels == 4 else plain(to_image(pixels))
    picture = picture.convert(MODES[schema.channels])
    if picture.size != (schema.width, schema.height):
        picture = picture.resize((schema.width, schema.height), Image.Resampling.LANCZOS)
    return from_uint8(np.asarray(picture).reshape(1, schema.height, schema.width, schema.channels))


def as_rendered(model: Model, pixels: np.ndarray) -> Tensor:
    """Returns a picture uint8 (H, W, 3 or 4) in its own size as `render` returns it."""
    pixels = with_opacity(pixels) if model.schema.channels == 4 else visible(pixels)
    return from_uint8(np.ascontiguousarray(pixels)[None])


def render(model: Model, latent: Latent, canvas: Canvas) -> Tensor:
    """Returns what a model generates from a latent, scaled to the canvas, (1, C, H, W) in [-1, 1]: 3 channels, 4 with opacity."""
    images = model.hooks.decode(latent)
    images = images if images.shape[1] == 4 else in_colour(images)
    if images.shape[2:] == (canvas.height, canvas.width):
        return images
    return F.interpolate(images, (canvas.height, canvas.width), mode="bicubic", antialias=True).clamp(-1, 1)


def apply_pixels(canvas: Canvas, images: Tensor) -> Canvas:
    """Returns the canvas with images (1, 3 or 4, H, W) in [-1, 1], as far as it is selected."""
    return canvas.with_pixels(to_pixels(images))


def to_pixels(images: Tensor) -> np.ndarray:
    """Returns what a model rendered, (1, 3 or 4, H, W) in [-1, 1], as uint8 (H, W, 3 or 4)."""
    pixels: np.ndarray = with_clean_alpha(to_uint8(images))[0]
    return pixels


def apply_latent(canvas: Canvas, model: Model, latent: Latent) -> Canvas:
    """Returns the canvas with what a model generates from a latent, which is known from now on."""
    return with_latent(apply_pixels(canvas, render(model, latent, canvas)), model, latent)


def with_latent(canvas: Canvas, model: Model, latent: Latent) -> Canvas:
    """Returns the canvas with its latent, which is valid for as long as the pixels are these.

    Where only a part was selected, the latent is of another picture, unless it generates this one.
    """
    generated = to_pixels(render(model, latent, canvas))
    shown = canvas.pixels[..., : generated.shape[2]]
    exact = np.array_equal(generated, shown)
    own = KnownLatent(model, latent, generated if canvas.selection is not None else shown, exact)
    return Canvas(canvas.pixels, canvas.selection, own)
