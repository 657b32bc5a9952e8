"""Edits of light and colour: they leave opacity and what is not selected as they were."""

from itertools import pairwise
from typing import Annotated, Literal

import cv2
import numpy as np
from pydantic import Field, field_validator

from limner.colours import alpha_of
from limner.editing.operation import Canvas, Operation

LUMINANCE_REC709 = np.array([0.2126, 0.7152, 0.0722])
"""Weights of linear red, green and blue in luminance (ITU-R BT.709)."""
LEVELS = np.arange(256) / 255
FLATTENED, RAMP, DIMMED, RELIEF = 0.5, 4.4, 0.2, 1.8
"""Of a new light at full strength: the share of the old one that goes, the stops from one side of the picture to the middle, by
which share of that the middle is darker, and the stops between what faces the light and what is level."""
RELIEF_SIZES = (0.006, 0.015, 0.03)
"""Of the longer side: how large things are that face a light."""
BROAD = 0.1
"""Of the longer side: the width of what counts as illumination, not as the thing itself."""


def linear(values: np.ndarray) -> np.ndarray:
    """sRGB in [0, 1] -> linear light in [0, 1] (IEC 61966-2-1)."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def encoded(light: np.ndarray) -> np.ndarray:
    """Linear light, cut to [0, 1] -> sRGB in [0, 1]."""
    light = light.clip(0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def _apply_lut(canvas: Canvas, tables: np.ndarray) -> Canvas:
    """Maps each level of each channel by lookup tables (256, 3) in [0, 1]."""
    levels = np.rint(255 * tables.clip(0, 1)).astype(np.uint8)
    return canvas.with_colour(cv2.LUT(np.ascontiguousarray(canvas.colour), levels[None]))


class Exposure(Operation):
    """Light times two to the power of `stops`; 0 changes nothing."""

    stops: float = Field(ge=-10, le=10)

    def apply(self, canvas: Canvas) -> Canvas:
        return _apply_lut(canvas, np.tile(encoded(linear(LEVELS) * 2**self.stops)[:, None], 3))


class Contrast(Operation):
    """Distance from middle grey times `factor`; 1 changes nothing, 0 leaves grey."""

    factor: float = Field(ge=0, le=10)

    def apply(self, canvas: Canvas) -> Canvas:
        return _apply_lut(canvas, np.tile((0.5 + self.factor * (LEVELS - 0.5))[:, None], 3))


class Temperature(Operation):
    """Warmer by so many `stops` of red over blue, luminance kept; negative is colder, 0 changes nothing."""

    stops: float = Field(ge=-5, le=5)

    def apply(self, canvas: Canvas) -> Canvas:
        gains = 2 ** (self.stops * np.array([0.5, 0.0, -0.5]))
        return _apply_lut(canvas, encoded(linear(LEVELS)[:, None] * gains / (gains @ LUMINANCE_REC709)))


class WhiteBalance(Operation):
    """Makes the mean of what is selected and seen grey, by `strength`; 0 changes nothing (Buchsbaum 1980, "grey world")."""

    strength: float = Field(1.0, ge=0, le=1)

    def apply(self, canvas: Canvas) -> Canvas:
        masks = [mask for mask in (canvas.selection, alpha_of(canvas.pixels)) if mask is not None]
        weights = np.prod(masks, 0, np.float64).ravel() if masks else None
        counts = [np.bincount(channel.ravel(), weights, 256) for channel in np.moveaxis(canvas.colour, 2, 0)]
        means = np.array([count @ linear(LEVELS) / max(count.sum(), 1e-9) for count in counts])
        if means.min() <= 0:
            return canvas  # a channel that is nowhere lit cannot be balanced
        gains = (means @ LUMINANCE_REC709 / means) ** self.strength
        return _apply_lut(canvas, encoded(linear(LEVELS)[:, None] * gains))


class Saturation(Operation):
    """Distance from grey of the same luma (encoded values weighted by BT.709) times `factor`; 1 changes nothing, 0 leaves greys."""

    factor: float = Field(ge=0, le=10)

    def apply(self, canvas: Canvas) -> Canvas:
        matrix = self.factor * np.eye(3) + (1 - self.factor) * np.tile(LUMINANCE_REC709, (3, 1))
        return canvas.with_colour(cv2.transform(np.ascontiguousarray(canvas.colour), matrix))


class Curves(Operation):
    """Levels along a curve through `points`, each 0 to 1; it bends without overshooting, and goes on level beyond its ends."""

    points: Annotated[tuple[tuple[float, float], ...], Field(min_length=2)]
    channel: Literal["all", "red", "green", "blue"] = "all"

    @field_validator("points")
    @classmethod
    def _in_order(cls, points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if not all(0 <= value <= 1 for point in points for value in point):
            raise ValueError("points are from 0 to 1")
        if any(first[0] >= second[0] for first, second in pairwise(points)):
            raise ValueError("points must go from left to right")
        return points

    def apply(self, canvas: Canvas) -> Canvas:
        from scipy.interpolate import PchipInterpolator  # only now, like all that takes long to import

        before, after = np.array(self.points).T
        bent = PchipInterpolator(before, after)(LEVELS.clip(before[0], before[-1]))
        chosen = np.array([self.channel in ("all", name) for name in ("red", "green", "blue")])
        return _apply_lut(canvas, np.where(chosen, bent[:, None], LEVELS[:, None]))


class Clahe(Operation):
    """Local contrast of lightness: histograms of `tiles` by `tiles` regions are levelled, none beyond `clip`.

    Contrast-limited adaptive equalisation (Zuiderveld 1994).
    """

    clip: float = Field(2.0, gt=0, le=100)
    tiles: int = Field(8, ge=1, le=64)

    def apply(self, canvas: Canvas) -> Canvas:
        lab = cv2.cvtColor(np.ascontiguousarray(canvas.colour), cv2.COLOR_RGB2LAB)
        lab[..., 0] = cv2.createCLAHE(self.clip, (self.tiles, self.tiles)).apply(np.ascontiguousarray(lab[..., 0]))
        return canvas.with_colour(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB))


class Relight(Operation):
    """Light from a `direction` in degrees, 0 from the right and 90 from above, in place of as much of the old as `strength` says.

    Illumination is what is broad of the luminance, reflectance what is left (Jobson et al. 1997, "Properties and performance of a
    center/surround retinex"). What is lighter counts as nearer, so that things are lit from that side, too. 0 changes nothing.
    """

    direction: float = Field(ge=-360, le=360)
    strength: float = Field(0.5, ge=0, le=1)

    def apply(self, canvas: Canvas) -> Canvas:
        if not self.strength:
            return canvas
        light = linear(LEVELS).astype(np.float32)[canvas.colour]
        luminance = light @ LUMINANCE_REC709.astype(np.float32)
        old = _broad(luminance) + 1e-2
        angle = np.deg2rad(self.direction)
        right, up = float(np.cos(angle)), float(np.sin(angle))
        columns, rows = np.linspace(-1, 1, canvas.width), np.linspace(1, -1, canvas.height)
        towards = (right * columns + up * rows[:, None]).astype(np.float32) / (abs(right) + abs(up))
        stops = (
            FLATTENED * np.log2(old.mean() / old) + RAMP * (towards - DIMMED) + RELIEF * _facing(luminance, right, up)
        )
        gain = 2 ** (self.strength * stops)
        # what is lit more does not burn out: white stays white
        return canvas.with_colour(_to_levels(light * (gain / (1 + luminance * np.maximum(gain - 1, 0)))[..., None]))


class Denoise(Operation):
    """Smooths what differs from its surroundings by little: by less than `strength`, of 1 from black to white; 0 changes nothing.

    Bilateral filter (Tomasi and Manduchi 1998).
    """

    strength: float = Field(0.1, ge=0, le=1)

    def apply(self, canvas: Canvas) -> Canvas:
        if not self.strength:
            return canvas
        colour = np.ascontiguousarray(canvas.colour)
        return canvas.with_colour(cv2.bilateralFilter(colour, 5, 255 * self.strength, 2.0))


class Sharpen(Operation):
    """Adds `amount` times what a blur of `radius` pixels takes away; 0 changes nothing."""

    amount: float = Field(0.5, ge=0, le=10)
    radius: float = Field(1.5, gt=0, le=100)

    def apply(self, canvas: Canvas) -> Canvas:
        colour = np.ascontiguousarray(canvas.colour)
        blurred = cv2.GaussianBlur(colour, (0, 0), self.radius)
        return canvas.with_colour(cv2.addWeighted(colour, 1 + self.amount, blurred, -self.amount, 0))


def _facing(luminance: np.ndarray, right: float, up: float) -> np.ndarray:
    """Returns how far what is seen faces a light, float32 (H, W) in [-1, 1], where lightness is taken for height."""
    height, width = luminance.shape
    factor = min(1.0, 1024 / max(height, width))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    relief = np.sqrt(cv2.resize(luminance, size, interpolation=cv2.INTER_AREA))
    facing = np.zeros(size[::-1], np.float32)
    for share in RELIEF_SIZES:
        sigma = max(0.5, share * max(size))
        soft = cv2.GaussianBlur(relief, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
        across, down = (
            cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=sigma / 8),
            cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=sigma / 8),
        )
        facing += np.tanh(6 * (up * down - right * across)) / len(RELIEF_SIZES)
    return cv2.resize(facing, (width, height), interpolation=cv2.INTER_LINEAR)


def _broad(luminance: np.ndarray) -> np.ndarray:
    # blurred small, because a broad blur of twelve million pixels takes seconds and has no details
    height, width = luminance.shape
    factor = min(1.0, 256 / max(height, width))
    small = cv2.resize(
        luminance, (max(1, round(width * factor)), max(1, round(height * factor))), interpolation=cv2.INTER_AREA
    )
    broad = cv2.GaussianBlur(small, (0, 0), BROAD * max(small.shape), borderType=cv2.BORDER_REFLECT)
    return cv2.resize(broad, (width, height), interpolation=cv2.INTER_LINEAR)


def _to_levels(light: np.ndarray) -> np.ndarray:
    # a table of 4,096 levels of light: powers of twelve million pixels take seconds
    table = np.rint(255 * encoded(np.linspace(0, 1, 4096) ** 2)).astype(np.uint8)
    levels: np.ndarray = table[np.rint(4095 * np.sqrt(light.clip(0, 1))).astype(np.uint16)]
    return levels
