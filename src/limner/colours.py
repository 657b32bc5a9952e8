"""Colours of pictures as arrays: in CIE Lab, and where nothing is seen."""

import cv2
import numpy as np

SKIN_HUES, SKIN_CHROMA = ((28, 36), (75, 85)), (36, 46)
"""Degrees between which a hue becomes that of skin, and is no more, and chroma between which a colour becomes too vivid for it.

Skin of all tones differs in lightness above all (Chai and Ngan 1999, "Face segmentation using skin-color map")."""


def to_lab(picture: np.ndarray) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3) in CIE Lab, float32: L in [0, 100], a and b about [-128, 127]."""
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(picture, np.float32) / 255, cv2.COLOR_RGB2LAB))


def from_lab(lab: np.ndarray) -> np.ndarray:
    """Returns a picture in CIE Lab, float32 (H, W, 3), as uint8; what no screen shows is clipped."""
    picture = cv2.cvtColor(np.ascontiguousarray(lab, dtype=np.float32), cv2.COLOR_LAB2RGB)
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def chroma(lab: np.ndarray) -> np.ndarray:
    """Returns the chroma (H, W) of colours in CIE Lab (H, W, 3): 0 of a grey, about 130 at most."""
    return np.asarray(np.hypot(lab[..., 1], lab[..., 2]))


def skin(lab: np.ndarray) -> np.ndarray:
    """Returns how much each pixel in CIE Lab (H, W, 3) has the colour of skin, float32 (H, W) in [0, 1]."""
    hue = np.rad2deg(np.arctan2(lab[..., 2], lab[..., 1]))
    (none_below, from_), (to, none_above) = SKIN_HUES
    dull = smooth_step(chroma(lab), SKIN_CHROMA[1], SKIN_CHROMA[0])
    return smooth_step(hue, none_below, from_) * smooth_step(hue, none_above, to) * dull


def smooth_step(values: np.ndarray, nothing: float, everything: float) -> np.ndarray:
    """Returns 0 at `nothing` and beyond, 1 at `everything` and beyond, and a smooth cubic between them, float32."""
    t = np.clip((values - nothing) / (everything - nothing), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def visible(pixels: np.ndarray) -> np.ndarray:
    """Returns the colours of a picture uint8 (H, W, 3 or 4); where alpha is 0, those of the nearest pixel that is seen.

    What is hidden may be anything, mostly black, and must not come into view by a filter or count in a statistic.
    """
    colour = pixels[..., :3]
    hidden = pixels[..., 3] == 0 if pixels.shape[2] == 4 else np.zeros((), bool)
    if not hidden.any() or hidden.all():
        return colour
    _, labels = cv2.distanceTransformWithLabels(
        hidden.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    seen = np.empty((labels.max() + 1, 3), np.uint8)
    seen[labels[~hidden]] = colour[~hidden]
    return seen[labels]


def alpha_of(pixels: np.ndarray) -> np.ndarray | None:
    """Returns the opacity of a picture uint8 (H, W, 4) as float32 (H, W) in [0, 1]; None of an opaque one."""
    if pixels.shape[2] != 4 or pixels[..., 3].min() == 255:
        return None
    return pixels[..., 3].astype(np.float32) / 255


def recoloured(pixels: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3 or 4) with other colours (H, W, 3); opacity stays, and what is hidden."""
    if pixels.shape[2] == 3:
        return colour
    opacity = pixels[..., 3:]
    return np.concatenate([np.where(opacity, colour, pixels[..., :3]), opacity], 2)
