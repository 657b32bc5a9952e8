"""Making a picture again from its provenance, whatever made it, and saying how far the pixels are apart."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import numpy as np

from limner.errors import PictureError, UsageError, quoted
from limner.pictures import difference, read_provenance
from limner.pictures.recorded import relocate_paths

REPLAY_MODULES = {
    "sample": "limner.samples",
    "grid": "limner.samples",
    "sheet": "limner.samples",
    "garden": "limner.samples",
    "latent": "limner.editing.latent_sampler",
    "edit": "limner.editing.history",
    "stylization": "limner.style.stylization",
    "look": "limner.style.looks.request",
    "counterfactual": "limner.causal.what_if",
    "causal sample": "limner.causal.what_if",
    "studio counterfactual": "limner.causal.what_if",
}
"""The module that makes each kind of picture, imported when one is asked for.

Its function `replay_picture(picture, provenance)` takes the file and its provenance, and returns uint8 (H, W, C).
"""
MODEL_KEYS = (("model", "path"), ("origin", "model", "path"), ("stylization", "model"), ("run",))
"""Where provenance names the model that made a picture."""


def replay(picture: Path, model: Path | None = None, where: Mapping[str, Path] | None = None) -> tuple[np.ndarray, int]:
    """Makes a picture again: returns it, uint8 (H, W, C), and the largest difference of a pixel, 0 to 255.

    What it was made by and of is looked for where the picture says, unless `model` or `where` say where it is now: paths by the
    paths, or the digests, that the picture names. PictureError, ModelError or UsageError when the picture contains no provenance
    that can be replayed, or what it was made by or of is gone or another.
    """
    provenance = read_provenance(picture)
    kind = str(provenance.get("kind"))
    if kind not in REPLAY_MODULES:
        raise PictureError(f"{picture}: made as '{quoted(kind)}', which cannot be made again.")
    places = dict(where or {})
    if model:
        places[_model_of(picture, provenance)] = model
    replayed: np.ndarray = import_module(REPLAY_MODULES[kind]).replay_picture(
        picture, relocate_paths(provenance, places, picture)
    )
    return replayed, difference(replayed, picture)


def _model_of(picture: Path, provenance: Mapping[str, object]) -> str:
    """Returns the path that a picture names as that of its model; UsageError where it names none."""
    for keys in MODEL_KEYS:
        found: object = provenance
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, str) and found:
            return found
    raise UsageError(f"{picture} was made by no model: leave out --model.")
