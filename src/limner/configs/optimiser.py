"""What a recipe says of its optimiser and of its learning-rate schedule."""

from typing import Annotated, Literal

from pydantic import Field

from limner.config import Section


class OptimiserConfig(Section):
    """How weights follow gradients."""

    kind: Literal["sgd", "adam", "adamw", "rmsprop"] = "adam"
    lr: float = Field(2e-4, gt=0, le=1e6)
    betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]] = (0.5, 0.999)
    """Decay of the running mean of gradients and of their squares (adam, adamw)."""
    momentum: float = Field(0.0, ge=0, lt=1)
    """Of sgd and rmsprop."""
    weight_decay: float = Field(0.0, ge=0)


class ScheduleConfig(Section):
    """How the learning rate changes with the real pictures seen."""

    kind: Literal["constant", "cosine", "step", "exponential", "inverse-root"] = "constant"
    warmup: int = Field(0, ge=0)
    """Pictures over which the rate rises from zero."""
    pictures: int = Field(1_000_000, gt=0)
    """cosine: pictures until the floor; step, exponential: pictures a factor `gamma`; inverse-root: until it begins to fall."""
    gamma: float = Field(0.5, gt=0, le=1)
    floor: float = Field(0.0, ge=0, le=1)
    """The smallest factor that a cosine schedule reaches."""
