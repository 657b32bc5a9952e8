"""The content as strokes: its detail drawn out along the flow of the picture, and its edges sharpened across it.

A photograph's own fine texture is what keeps a stylised picture from looking painted: style transfer that holds the content to
strokes puts the style's texture where the photograph's was.
"""

import cv2
import numpy as np

from limner import colours
from limner.colours import smooth_step, to_lab
from limner.style.flow import along, flow
from limner.style.resizing import fitted, resized

NUM_ROUNDS = 2
"""Times that a picture is smoothed along its flow and sharpened."""
FLOW_SIGMA, STROKE_SIGMA, SHARPENED_SIGMA = 6e-3, 13e-3, 4e-3
"""Smoothing of the flow, along it, and of the luma whose sign tells light sides of edges from dark ones, of the longest side."""
MAX_SIDE = 640
"""Longest side at which strokes are found: they grow with the picture, so that larger ones hold no more of them."""
SHARPENING, EDGE = 0.6, 5.0
"""How far a pixel becomes the lightest or the darkest near it, and the Laplacian, in grey levels, from which it does so fully."""
SKIN_KEPT = 0.5
"""Fraction of its own detail that smooth skin keeps, so that faces stay whose they are."""
SMOOTH_DETAIL = (5.0, 2.0)
"""Standard deviation of the detail of L, down to which a surface is not smooth, and from which it is: skin, and no brick."""


def abstracted(picture: np.ndarray, fraction: float, skin: np.ndarray) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3) as strokes, by a fraction from 0, the picture itself, to 1, and less on skin (H, W).

    Line integral convolution along the structure tensor's minor direction, and a shock filter across it (Kyprianidis and Kang
    2011, "Image and video abstraction by coherence-enhancing filtering").
    """
    if fraction == 0:
        return picture
    small = resized(picture, fitted(picture, min(MAX_SIDE, max(picture.shape[:2]))))
    side = max(small.shape[:2])
    strokes = small.astype(np.float32) / 255
    for _ in range(NUM_ROUNDS):
        directions = flow(strokes, max(1.0, FLOW_SIGMA * side))
        strokes = _sharpened(along(strokes, directions, max(1.0, STROKE_SIGMA * side)), side)
    if side < max(picture.shape[:2]):
        larger = cv2.resize(strokes, picture.shape[1::-1], interpolation=cv2.INTER_CUBIC)
        strokes = _sharpened(larger, max(picture.shape[:2]))
    own, weight = picture.astype(np.float32), fraction * (1 - SKIN_KEPT * skin[..., None])
    return np.rint(np.clip(own + weight * (255 * strokes - own), 0, 255)).astype(np.uint8)


def smooth_skin(picture: np.ndarray) -> np.ndarray:
    """Returns how much of a picture uint8 (H, W, 3) is skin, float32 (H, W) in [0, 1]: its colour on a smooth surface."""
    lab, side = to_lab(picture), max(picture.shape[:2])
    detail = lab[..., 0] - cv2.GaussianBlur(lab[..., 0], (0, 0), side / 96)
    deviation = np.sqrt(cv2.GaussianBlur(np.square(detail), (0, 0), side / 64))
    weight = colours.skin(lab) * smooth_step(deviation, *SMOOTH_DETAIL)
    return np.asarray(cv2.GaussianBlur(weight, (0, 0), side / 96))


def _sharpened(strokes: np.ndarray, side: int) -> np.ndarray:
    """Returns a picture float32 (H, W, 3) in [0, 1] whose pixels are nearer to the lightest or darkest beside them.

    A shock filter (Osher and Rudin 1990, "Feature-oriented image enhancement using shock filters").
    """
    sigma = max(1.0, SHARPENED_SIGMA * side)
    soft = cv2.GaussianBlur(255 * strokes.mean(2), (0, 0), sigma)
    # times the square of sigma, the same edge is as strong at every size of the picture
    laplacian = sigma**2 * cv2.Laplacian(soft, cv2.CV_32F)[..., None]
    near = np.ones((2 * round(side / 512) + 3,) * 2, np.uint8)
    extreme = np.where(laplacian > 0, cv2.erode(strokes, near), cv2.dilate(strokes, near))
    return np.asarray(strokes + SHARPENING * np.clip(np.abs(laplacian) / EDGE, 0, 1) * (extreme - strokes))
