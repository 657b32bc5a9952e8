"""How generated pictures are written: on a colour, enlarged, in the colours of a palette."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from limner.config import fault_of
from limner.errors import UsageError
from limner.pictures.modes import colour, composed
from limner.pictures.palette import MAX_COLOURS, limited, palette
from limner.pictures.scale import MAX_SCALE, scaled


class Appearance(BaseModel):
    """What is done to generated pictures before they are written; nothing unless said."""

    background: str | None = None
    """A colour that transparent pictures are composited over."""
    scale: int = Field(1, ge=1, le=MAX_SCALE, strict=True)
    """Enlargement, by a whole number."""
    nearest: bool = False
    """Whether an enlarged pixel is a square; smooth otherwise."""
    palette: int | None = Field(None, ge=2, le=MAX_COLOURS, strict=True)
    """How many of the usual colours of the training pictures there are in a picture."""

    def check(self, channels: int, colours: Mapping[str, float] | None) -> None:
        """Raises UsageError for what cannot be done to pictures of so many channels, of a model that knows these colours."""
        if self.background is not None:
            colour(self.background)
            if channels != 4:
                raise UsageError(
                    f"--background {self.background}: this model generates opaque pictures, which cover it; leave it out."
                )
        if self.palette and not colours:
            raise UsageError(
                f"--palette {self.palette}: this model does not say which colours its training pictures had; train it again."
            )
        if self.nearest and self.scale == 1:
            raise UsageError("--nearest says how pictures are enlarged: give --scale, too.")

    def applied(self, pictures: np.ndarray, colours: Mapping[str, float] | None) -> np.ndarray:
        """Returns generated pictures uint8 (n, H, W, C) as they are written, uint8 (n, scale H, scale W, C)."""
        if self.background:
            pictures = composed(pictures, self.background)
        pictures = scaled(pictures, self.scale, self.nearest)
        return limited(pictures, palette(colours, self.palette)) if self.palette and colours else pictures

    def record(self) -> dict[str, Any]:
        """Returns what provenance says of it: what is not as usual."""
        return self.model_dump(exclude_defaults=True)


def read_appearance(**asked: Any) -> Appearance:
    """Returns the appearance that a command asks for; UsageError for a value that cannot be."""
    try:
        return Appearance.model_validate(asked)
    except ValidationError as error:
        raise UsageError(f"--{fault_of(error)}.") from None
