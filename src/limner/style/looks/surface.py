"""What looks are made on: smooth noise, grain of paper, light over relief; and the size at which they are made."""

import cv2
import numpy as np

Colour = tuple[int, int, int]
MIN_SIDE, USUAL_SIDE = 1024, 2048
"""Longest side at which a look is at least made, and up to which small pictures are made at twice their size."""
MIN_RANGE = 0.4
"""Range of lightness that is stretched at least: what is white everywhere stays white."""
COARSE_BELOW = 640
"""Longest side in pixels below which strokes are larger than their share of it."""


def side_for(picture: np.ndarray) -> int:
    """Returns the longest side in pixels at which a look is made, at least the picture's: small strokes become smooth."""
    longest = max(picture.shape[:2])
    return min(max(2 * longest, MIN_SIDE), max(longest, USUAL_SIDE))


def coarseness(picture: np.ndarray) -> float:
    """Returns how much larger strokes are than their share of the side, 1 to 3: small pictures have larger pixels."""
    return float(np.clip((COARSE_BELOW / max(picture.shape[:2])) ** 0.6, 1, 3))


def sized(picture: np.ndarray, side: int) -> np.ndarray:
    """Returns a picture (H, W, ...) whose longest side is `side`."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    return fitted(picture, (max(1, round(height * scale)), max(1, round(width * scale))))


def fitted(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Returns a picture (H, W, ...) at another size (height, width)."""
    if picture.shape[:2] == size:
        return picture
    method = cv2.INTER_AREA if size[0] < picture.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size[::-1], interpolation=method))


def stretched(lightness: np.ndarray, darkest: float, lightest: float) -> np.ndarray:
    """Returns lightness float32 (H, W) in [0, 1] stretched so that these percentiles become 0 and 1; of a flat picture, hardly."""
    low, high = np.percentile(lightness, [darkest, lightest])
    if high - low < MIN_RANGE:
        low = np.clip((low + high - MIN_RANGE) / 2, 0, 1 - MIN_RANGE)
        high = low + MIN_RANGE
    return np.clip((lightness - low) / (high - low), 0, 1).astype(np.float32)


def blurred(picture: np.ndarray, sigma: float) -> np.ndarray:
    """Returns a picture (H, W, ...) blurred by `sigma` pixels; a wide blur is computed at a smaller size."""
    times = max(1, int(sigma / 4))
    if times == 1:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma))
    small = cv2.resize(picture, None, fx=1 / times, fy=1 / times, interpolation=cv2.INTER_AREA)
    return fitted(cv2.GaussianBlur(small, (0, 0), sigma / times), picture.shape[:2])


def noise(draw: np.random.Generator, size: tuple[int, int], grain: float, octaves: int = 1) -> np.ndarray:
    """Returns smooth noise float32 (H, W) of mean 0 and standard deviation 1, whose largest spots are about `grain` pixels wide.

    Each further octave has half the width and half the height of the one before (Perlin 1985, "An image synthesizer").
    """
    total = np.zeros(size, np.float32)
    for octave in range(octaves):
        cell = max(1.0, grain / 2**octave)
        coarse = draw.standard_normal((int(size[0] / cell) + 3, int(size[1] / cell) + 3)).astype(np.float32)
        full = cv2.resize(coarse, None, fx=cell, fy=cell, interpolation=cv2.INTER_CUBIC)
        total += full[: size[0], : size[1]] / 2**octave
    return np.asarray((total - total.mean()) / max(float(total.std()), 1e-6))


def inked(drawn: np.ndarray, ink: Colour, paper: Colour, size: tuple[int, int]) -> np.ndarray:
    """Returns a print uint8 (H, W, 3) at another size (height, width): `ink` where `drawn`, float32, is 1, and `paper` where 0."""
    low, high = np.array(paper, np.float32), np.array(ink, np.float32)
    mixed = low + fitted(drawn, size)[..., None] * (high - low)
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def light(relief: np.ndarray, strength: float) -> np.ndarray:
    """Returns by how much light from the upper left brightens or darkens a relief (H, W) in pixels, about [-1, 1]."""
    right, down = cv2.Sobel(relief, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(relief, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.asarray(np.tanh(np.float32(strength) * (right + down)))


def kuwahara(picture: np.ndarray, radius: int, sharpness: float = 8.0) -> np.ndarray:
    """Returns a picture float32 (H, W, 3) in [0, 1] flattened within edges: each pixel is the mean of its calmest sectors.

    Eight sectors of `radius` pixels, weighted by their variance (Papari et al. 2007, "Artistic edge and corner enhancing
    smoothing").
    """
    down, right = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(np.float32)
    distance, angle = np.hypot(right, down), np.arctan2(down, right)
    window = np.exp(-0.5 * np.square(distance / (0.5 * radius))) * (distance <= radius + 0.5)
    total, weights = np.zeros_like(picture), np.zeros(picture.shape[:2], np.float32)
    squared = np.square(picture)
    for sector in range(8):
        apart = np.abs((angle - sector * np.pi / 4 + np.pi) % (2 * np.pi) - np.pi)
        kernel = window * np.clip(1.5 - apart / (np.pi / 8), 0, 1)
        kernel[radius, radius] = window[radius, radius] / 8
        kernel /= kernel.sum()
        mean = cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_REFLECT)
        variance = (cv2.filter2D(squared, -1, kernel, borderType=cv2.BORDER_REFLECT) - np.square(mean)).sum(2)
        weight = 1 / np.power(1e-3 + np.sqrt(np.maximum(variance, 0)), sharpness)
        total += weight[..., None] * mean
        weights += weight
    return np.asarray(total / weights[..., None])
