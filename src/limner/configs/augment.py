"""What a recipe says of augmentation."""

from pydantic import Field

from limner.config import Section


class AugmentConfig(Section):
    """How far each property may move; zero leaves it alone."""

    rotation: float = Field(0.0, ge=0, le=180)
    """Degrees, either way."""
    flip: float = Field(0.0, ge=0, le=1)
    """Probability of a left-right mirror image."""
    scale: float = Field(0.0, ge=0, lt=1)
    """Share by which a picture may grow or shrink."""
    translation: float = Field(0.0, ge=0, lt=1)
    """Share of the side by which a picture may move."""
    colour: float = Field(0.0, ge=0, le=1)
    """Strength of changes in brightness, saturation and contrast."""
    cutout: float = Field(0.0, ge=0, lt=1)
    """Side of a square put anywhere, as a share of the picture's: grey, or of nothing where pictures are transparent."""

    @property
    def active(self) -> bool:
        """Whether anything can change."""
        return any(self.model_dump().values())
