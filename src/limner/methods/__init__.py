"""Methods by name: what is minimised and how to sample from it. A new method is a file and a line in `METHODS`."""

from limner.conditions.attribute import Attribute
from limner.configs.method import MethodConfig
from limner.configs.optimiser import OptimiserConfig
from limner.data.schema import Schema
from limner.methods.gan import Gan
from limner.methods.generator import Generator, Posterior
from limner.methods.hooks import DecoderHooks
from limner.methods.latent import Latent, concatenate, slerp, walk
from limner.methods.method import Method
from limner.methods.noise import Noise
from limner.methods.step_context import StepContext
from limner.methods.vae import Vae

__all__ = [
    "METHODS",
    "DecoderHooks",
    "Generator",
    "Latent",
    "Method",
    "MethodConfig",
    "Posterior",
    "StepContext",
    "build_generator",
    "build_method",
    "concatenate",
    "slerp",
    "walk",
]

METHODS: dict[str, type[Method]] = {"gan": Gan, "vae": Vae, "noise": Noise}


def build_method(
    config: MethodConfig,
    optimiser: OptimiserConfig,
    schema: Schema,
    attributes: tuple[Attribute, ...],
    num_pictures: int,
) -> Method:
    """Returns a method with fresh networks for that schema, conditional on `attributes`, with `num_pictures` to learn from."""
    return METHODS[config.kind](config, optimiser, schema, attributes, num_pictures)


def build_generator(config: MethodConfig, schema: Schema, attributes: tuple[Attribute, ...]) -> Generator:
    """Returns the part of a method that a model keeps, with fresh weights."""
    return METHODS[config.kind].generator_type(config, schema, attributes)
