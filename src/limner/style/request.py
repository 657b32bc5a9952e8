"""A stylisation as it is asked for: read without PyTorch, so that a mistake is reported at once."""

from typing import Literal

from pydantic import Field

from limner.config import PathText, Section
from limner.seeds import MAX_SEED
from limner.style.factors import MAX_SIDE, Factors

SHIPPED_MODEL = "limner"
"""The name of the instant model that comes with Limner."""


class Source(Section):
    """A style: a picture file with its digest, or the name that an instant model has for it; and its weight beside others."""

    style: PathText
    weight: float = Field(1.0, gt=0, le=1000)
    sha256: str = ""


class Stylization(Section):
    """What is done to a picture; of the styles, each factor may have its own."""

    styles: tuple[Source, ...] = ()
    colour_from: tuple[Source, ...] = ()
    line_from: tuple[Source, ...] = ()
    texture_from: tuple[Source, ...] = ()
    colour: float = Field(1.0, ge=0, le=1)
    line: float = Field(1.0, ge=0, le=1)
    texture: float = Field(1.0, ge=0, le=1)
    content: float = Field(0.5, ge=0, le=1)
    strength: float = Field(1.0, ge=0, le=1)
    """What colour, line and texture are multiplied by: one dial for all three."""
    size: int = Field(512, ge=32, le=MAX_SIDE)
    """Longest side in pixels; a smaller picture stays as small."""
    scale: float = Field(1.0, ge=0.1, le=10)
    colours: Literal["linear", "nonlinear"] = "linear"
    steps: float = Field(1.0, gt=0, le=20)
    mask: PathText = ""
    mask_sha256: str = ""
    seed: int = Field(0, ge=0, le=MAX_SEED)
    extractor: str = "limner"
    model: PathText = ""
    """An instant model, or "limner" for the one that comes with it; empty for slow style transfer."""
    model_sha256: str = ""

    def factors(self) -> Factors:
        """Returns how far each factor is taken over."""
        colour, line, texture = (self.strength * each for each in (self.colour, self.line, self.texture))
        return Factors(colour, line, texture, self.content)
