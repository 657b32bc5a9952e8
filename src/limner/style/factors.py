"""What is asked of style transfer: styles by factor, how far each factor is taken over, and how it is done."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from limner.errors import UsageError
from limner.style import colour

if TYPE_CHECKING:
    from limner.features import Extractor

MAX_SIDE = 4096
"""Most pixels a side."""


@dataclass(frozen=True)
class Style:
    """A picture to learn a style from, uint8 (H, W, 3), its weight relative to others, and its opacity, float32 (H, W), if any."""

    picture: np.ndarray
    weight: float = 1.0
    alpha: np.ndarray | None = None


@dataclass(frozen=True)
class Factors:
    """How far each factor of a style is taken over, and how strongly the content is kept: each in [0, 1]."""

    colour: float = 1.0
    line: float = 1.0
    texture: float = 1.0
    content: float = 0.5

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0 <= value <= 1:
                raise UsageError(f"{name} is {value:g}: give 0 to 1.")

    @property
    def none(self) -> bool:
        """Whether nothing of the style is taken."""
        return not (self.colour or self.line or self.texture)


@dataclass(frozen=True)
class Sources:
    """Where each factor is from: one style or more a factor."""

    colour: Sequence[Style]
    line: Sequence[Style]
    texture: Sequence[Style]

    @classmethod
    def all(cls, styles: Sequence[Style]) -> "Sources":
        """Returns the same styles for every factor."""
        return cls(styles, styles, styles)


def _embedded() -> "Extractor":
    from limner.features import load_extractor  # which needs PyTorch, as what is asked for does not

    return load_extractor()


@dataclass(frozen=True)
class Settings:
    """How a picture is stylized, besides the factors."""

    scale: float = 1.0
    """Longest side of the style relative to the content's: larger styles have larger strokes."""
    colours: colour.Map = "linear"
    steps: float = 1.0
    """As a multiple of the usual iterations."""
    seed: int = 0
    quiet: bool = False
    """Whether no progress is shown."""
    extractor: "Extractor" = field(default_factory=_embedded)


def weighted(styles: Sequence[Style]) -> list[tuple[float, Style]]:
    """Returns styles with their weights, which sum to 1."""
    total = sum(style.weight for style in styles)
    return [(style.weight / total, style) for style in styles]
