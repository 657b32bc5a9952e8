"""The data doctor: pictures that are kept, but that somebody should look at (blank ones, and ones like noise)."""

import numpy as np

BLANK_BELOW = 2.0
NOISE_ABOVE = 5.0
# Neighbouring pixels correlate by at least 0.23 in every photograph, texture, emoji and garment this was measured on at 16
# to 128 pixels; by -0.15 to 0.14 in white noise, also after it was scaled down.
NOISE_CORRELATION = 0.15


def measure(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns, for uint8 (n, H, W, C), the standard deviation in levels and the correlation of neighbouring pixels.

    Both are float32 (n,); the correlation, in [-1, 1], is taken on the mean of the channels, along rows and columns.
    """
    values = pictures.astype(np.float32)
    grey = values[..., 0] if values.shape[3] == 1 else values.mean(axis=3)
    if values.shape[3] == 1:
        spread = grey.std(axis=(1, 2))
    else:
        spread = np.sqrt(values.var(axis=(1, 2)).mean(axis=1))
    centred = grey - grey.mean(axis=(1, 2), keepdims=True)
    power = np.einsum("nhw,nhw->n", centred, centred) / centred[0].size
    across = _mean_product(centred[:, :, 1:], centred[:, :, :-1])
    down = _mean_product(centred[:, 1:], centred[:, :-1])
    return spread, (across + down) / 2 / np.maximum(power, 1e-6)


def flags(spread: np.ndarray, correlation: np.ndarray) -> list[str]:
    """Returns for each picture "blank" (hardly any variation), "noise" (neighbouring pixels unrelated) or ""."""
    blank = spread < BLANK_BELOW
    noise = (spread > NOISE_ABOVE) & (np.abs(correlation) < NOISE_CORRELATION)
    return [
        "blank" if is_blank else "noise" if is_noise else "" for is_blank, is_noise in zip(blank, noise, strict=True)
    ]


def _mean_product(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    return np.einsum("nhw,nhw->n", one, two) / one[0].size
