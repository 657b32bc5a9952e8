"""Methods by name: what is minimised and how to sample from it."""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from limner.data.schema import Attribute, Schema
from limner.methods.gan import Gan, GanConfig, GanPainter
from limner.methods.method import Method
from limner.methods.moment import Moment
from limner.methods.noise import Noise, NoiseConfig, NoisePainter
from limner.methods.optimisers import OptimiserConfig
from limner.methods.painter import Painter
from limner.methods.vae import Vae, VaeConfig, VaePainter

__all__ = ["Method", "MethodConfig", "Moment", "Painter", "build_method", "build_painter"]

MethodConfig = Annotated[GanConfig | VaeConfig | NoiseConfig, Field(discriminator="kind")]

METHODS: dict[str, Callable[..., Method]] = {"gan": Gan, "vae": Vae, "noise": Noise}
PAINTERS: dict[str, Callable[..., Painter]] = {"gan": GanPainter, "vae": VaePainter, "noise": NoisePainter}


def build_method(
    config: GanConfig | VaeConfig | NoiseConfig,
    optimiser: OptimiserConfig,
    schema: Schema,
    attributes: tuple[Attribute, ...],
    pictures: int,
) -> Method:
    """Returns a method with fresh networks for that schema, conditional on `attributes`, with `pictures` to learn from."""
    return METHODS[config.kind](config, optimiser, schema, attributes, pictures)


def build_painter(
    config: GanConfig | VaeConfig | NoiseConfig, schema: Schema, attributes: tuple[Attribute, ...]
) -> Painter:
    """Returns the part of a method that a model keeps, with fresh weights."""
    return PAINTERS[config.kind](config, schema, attributes)
