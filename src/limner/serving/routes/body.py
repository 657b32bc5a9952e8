"""The base of what clients send: every field known, of its own type, and finite."""

from base64 import b64encode
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from limner.pictures import to_bytes

Format = Literal["png", "jpeg", "webp"]


class Body(BaseModel):
    """What a request carries; an unknown field, a number as text, or one that is not finite is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


def encoded(pixels: np.ndarray, kind: Format, provenance: dict[str, Any] | None = None) -> str:
    """Returns a picture as base64, with its provenance inside."""
    return b64encode(to_bytes(pixels, f"picture.{kind}", provenance)).decode()
