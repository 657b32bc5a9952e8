"""Purely random pictures: the floor that every metric must tell from a trained model."""

import math

import torch
from torch import Tensor

from limner.conditions.attribute import Attribute
from limner.configs.noise import NoiseConfig
from limner.configs.optimiser import OptimiserConfig
from limner.data.dataset import Batch
from limner.data.schema import Schema
from limner.methods.generator import Generator
from limner.methods.method import Method, Scalars
from limner.methods.step_context import StepContext
from limner.networks.conditioning import Condition


class NoiseGenerator(Generator):
    """Every channel of every pixel uniform in [-1, 1], independent of all others."""

    def __init__(self, config: NoiseConfig, schema: Schema, attributes: tuple[Attribute, ...]) -> None:
        super().__init__()
        self.shape = schema.shape
        self.latent_dim = math.prod(self.shape)

    def decode(self, w: Tensor, condition: Condition) -> Tensor:
        # erf(z / sqrt 2) = 2 * Phi(z) - 1 makes a standard normal uniform on [-1, 1]
        return torch.erf(w / math.sqrt(2)).unflatten(1, self.shape)


class Noise(Method):
    """Learns nothing; reports how far the picture mean of a batch lies from that of noise, which is 0."""

    config_type, generator_type = NoiseConfig, NoiseGenerator

    def __init__(
        self,
        config: NoiseConfig,
        optimiser: OptimiserConfig,
        schema: Schema,
        attributes: tuple[Attribute, ...],
        num_pictures: int,
    ) -> None:
        super().__init__(config, optimiser, schema, attributes, num_pictures)
        self.optimisers = {}

    def step(self, batch: Batch, context: StepContext) -> Scalars:
        return {"mean": batch.images.mean()}
