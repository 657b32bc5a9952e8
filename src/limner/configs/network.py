"""What a recipe says of one network: an encoder, a decoder, or a learned prior."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from limner.config import Section

MAX_WEIGHTS = 2**31
"""Of one network: 8 GiB in single precision."""
Width = Annotated[int, Field(ge=1, le=16384)]


class NetworkConfig(Section):
    """One encoder or decoder: its architecture, the widths of its stages, and the choices inside a stage."""

    architecture: Literal["mlp", "convolutional", "dense-convolutional", "residual"]
    widths: Annotated[tuple[Width, ...], Field(min_length=1, max_length=12)]
    """Units or channels a stage, in the order in which data flows through the network."""
    depth: int = Field(1, ge=1, le=16)
    """Layers (residual: blocks) a stage, all of the stage's width."""
    activation: Literal["relu", "leaky-relu", "prelu", "silu"] = "leaky-relu"
    normalisation: Literal["none", "batch"] = "none"
    dropout: float = Field(0.0, ge=0.0, lt=1.0)
    spectral_norm: bool = False

    @model_validator(mode="after")
    def _fits_the_architecture(self) -> "NetworkConfig":
        if self._weights() > MAX_WEIGHTS:
            raise ValueError(f"more than {MAX_WEIGHTS:,} weights; lower its widths or its depth")
        if self.architecture == "dense-convolutional" and len(self.widths) < 2:
            raise ValueError("a dense-convolutional network needs at least two widths, those of its convolutions")
        return self

    def _weights(self) -> int:
        """Returns about how many weights lie between and within stages, before any is made."""
        own = self.depth * sum(width**2 for width in self.widths) + sum(a * b for a, b in pairwise(self.widths))
        return own * (1 if self.architecture == "mlp" else 9)


class FlowConfig(Section):
    """The network of the velocity field from z to w, and the number of integration steps."""

    width: Annotated[int, Field(ge=1, le=16384)] = 256
    depth: int = Field(3, ge=1, le=16)
    """Residual blocks of two dense layers."""
    steps: int = Field(8, ge=1, le=1000)
    """Steps from z to w (Heun's method)."""
