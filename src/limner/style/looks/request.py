"""A look as it is asked for, carried out, saved with the picture, and made again from it; without PyTorch."""

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from limner import files, memory
from limner.config import PathText, Section
from limner.errors import PictureError
from limner.pictures import open_pixels, provenance_record, read_provenance
from limner.pictures.recorded import anonymous as without_paths
from limner.pictures.recorded import parse_provenance, require_unchanged
from limner.seeds import MAX_SEED
from limner.style.factors import MAX_SIDE
from limner.style.looks import apply_look, check_look, surface
from limner.style.regions import read_regions
from limner.style.resizing import shrunk

KIND = "look"
"""What provenance calls a picture in a look."""
MIN_SIDE = 8
"""Pixels of the shorter side that a look needs."""
BYTES_A_PIXEL = 110
"""What is taken at the size at which a look is made."""


class LookRequest(Section):
    """A look, how strong it is, and where."""

    look: str
    strength: float = Field(1.0, ge=0, le=1)
    size: int = Field(MAX_SIDE, ge=32, le=MAX_SIDE)
    """Longest side in pixels; a smaller picture stays as small."""
    seed: int = Field(0, ge=0, le=MAX_SEED)
    mask: PathText = ""
    mask_sha256: str = ""


class LookStylizer:
    """Puts one picture after another into a look. UsageError for one that there is not."""

    minimum = MIN_SIDE

    def __init__(self, request: LookRequest) -> None:
        check_look(request.look)
        self.request = request

    def stylize(self, content: np.ndarray, start: np.ndarray | None = None) -> np.ndarray:
        """Returns a picture uint8 (H, W, 3 or 4) in the look, at most `size` a side; where the mask is black it stays as it is.

        `start`, of the frame of a film, is not needed: a look is made anew. UsageError for a mask that does not suit the picture.
        """
        request = self.request
        content = shrunk(content, request.size)
        height, width = content.shape[:2]
        side = max(height, width)
        what, advice = f"a picture of {side} pixels a side", f"try --size {side // 2}"
        regions = read_regions(Path(request.mask), 1, (height, width)) if request.mask else None
        made_at = surface.side_for(content) / side
        memory.require(int(BYTES_A_PIXEL * height * width * made_at**2), what, advice)
        with memory.explained(what, advice):
            made = apply_look(content, request.look, request.strength, request.seed)
            if regions is None:
                return made
            return np.rint(content + regions[1][..., None] * (made.astype(np.float32) - content)).astype(np.uint8)

    def provenance(self, content: Path, anonymous: bool = False) -> dict[str, Any]:
        """Returns what a picture file in this look says of itself."""
        origin = {"file": str(content), "sha256": files.digest(content)}
        mask = {"mask_sha256": files.digest(Path(self.request.mask))} if self.request.mask else {}
        done = self.request.model_copy(update=mask).model_dump(mode="json", exclude_defaults=True)
        # no model has made it, unless one made the picture that it is of
        recorded = provenance_record(KIND, ai_generated=_generated(content), origin=origin, look=done)
        return without_paths(recorded, {}) if anonymous else recorded


class Origin(BaseModel):
    """What provenance says of the picture that was put into a look."""

    file: PathText
    sha256: str


class LookProvenance(BaseModel):
    """What provenance says of a picture in a look."""

    origin: Origin
    look: LookRequest


def replay_picture(picture: Path, recorded: dict[str, Any]) -> np.ndarray:
    """Returns a picture in a look again, uint8 (H, W, 3 or 4) (see `limner.replay`).

    PictureError where a file that it was made of is gone or another.
    """
    about = parse_provenance(LookProvenance, picture, recorded)
    content = require_unchanged(picture, about.origin.file, about.origin.sha256)
    if about.look.mask:
        require_unchanged(picture, about.look.mask, about.look.mask_sha256)
    return LookStylizer(about.look).stylize(open_pixels(content, minimum=MIN_SIDE))


def _generated(content: Path) -> bool:
    try:
        return bool(read_provenance(content).get("ai_generated", True))
    except PictureError:
        return False
