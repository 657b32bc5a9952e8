"""Making a picture again from what it carries, whatever made it, and saying how far the pixels are apart."""

from importlib import import_module
from pathlib import Path

import numpy as np

from limner.errors import PictureError, shown
from limner.pictures import difference, read_provenance

KINDS = {
    "sample": "limner.samples",
    "grid": "limner.samples",
    "garden": "limner.samples",
    "latent": "limner.editing.latent_sampler",
    "edit": "limner.editing.history",
    "stylization": "limner.style.stylization",
    "counterfactual": "limner.causal.what_if",
    "causal sample": "limner.causal.what_if",
}
"""The module that makes each kind of picture, imported when one is asked for.

Its function `regenerate(picture, made, model)` takes the file, its provenance and where the model is now, if it has moved, and
returns uint8 (H, W, C).
"""


def replay(picture: Path, model: Path | None = None) -> tuple[np.ndarray, int]:
    """Makes a picture again: returns it, uint8 (H, W, C), and the largest difference of a pixel, 0 to 255.

    What made it is looked for where the picture says, unless `model` is given. PictureError, or ModelError, when the picture
    carries no provenance that can be replayed, or what it was made by or of is gone or another.
    """
    made = read_provenance(picture)
    kind = str(made.get("kind"))
    if kind not in KINDS:
        raise PictureError(f"{picture}: made as '{shown(kind)}', which cannot be made again.")
    again: np.ndarray = import_module(KINDS[kind]).regenerate(picture, made, model)
    return again, difference(again, picture)
