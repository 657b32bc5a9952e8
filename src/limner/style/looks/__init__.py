"""Looks: pictures as if made in a technique, by a recipe of classical filters; neither a style picture nor a network is needed."""

from collections.abc import Callable

import numpy as np

from limner import seeds
from limner.colours import recoloured, visible
from limner.errors import UsageError, quoted, suggestion
from limner.style.looks.mosaic import mosaic
from limner.style.looks.oil import oil
from limner.style.looks.paper_cut import paper_cut
from limner.style.looks.pen import pen
from limner.style.looks.pixel_art import pixel_art, pixelated
from limner.style.looks.watercolour import watercolour
from limner.style.looks.woodcut import woodcut

LOOKS: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "paper-cut": paper_cut,
    "oil": oil,
    "pen": pen,
    "watercolour": watercolour,
    "woodcut": woodcut,
    "mosaic": mosaic,
    "pixel-art": pixel_art,
}
"""Each takes a picture uint8 (H, W, 3) and a seed, and returns a picture of the same shape, the same for the same seed."""


def check_look(name: str) -> None:
    """Raises UsageError for a look that there is not, with the nearest and with all that there are."""
    if name in LOOKS:
        return
    near = suggestion(name, list(LOOKS))
    every = "" if near.startswith("choose") else f" Looks: {', '.join(LOOKS)}."
    raise UsageError(f"there is no look '{quoted(name)}'; {near}{every}")


def apply_look(picture: np.ndarray, name: str, strength: float = 1.0, seed: int = 0) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3 or 4) in a look, mixed with the picture itself by `strength`, 0 (itself) to 1 (the look).

    Opacity stays, but that of pixel art becomes squares as well. UsageError for a look that there is not.
    """
    check_look(name)
    if not strength:
        return picture
    colours = np.ascontiguousarray(visible(picture))
    made = LOOKS[name](colours, seeds.derive("look", name, seed))
    if strength < 1:
        made = np.rint(colours + np.float32(strength) * (made.astype(np.float32) - colours)).astype(np.uint8)
    if name == "pixel-art" and strength == 1 and picture.shape[2] == 4:
        alpha = pixelated(picture[..., 3])[..., None]
        return np.concatenate([np.where(alpha, made, 0), alpha], 2)
    return recoloured(picture, made)
