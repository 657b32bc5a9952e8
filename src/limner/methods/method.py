"""The contract between a method and the training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from limner.conditions.attribute import Attribute
from limner.config import SearchSpace
from limner.configs.method import MethodConfig
from limner.configs.optimiser import OptimiserConfig
from limner.data.dataset import Batch
from limner.data.schema import Schema
from limner.methods.generator import Generator
from limner.methods.optimisers import with_strides_of
from limner.methods.step_context import StepContext

Scalars = dict[str, Tensor]


def _keep_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """What a single process does with its gradients before an optimiser steps: nothing."""


class Method(nn.Module):
    """What is minimised, and the generator that is kept of it; the training loop knows nothing more than this.

    A subclass sets the class attributes, builds its networks and `optimisers` in its constructor, and implements `step`.
    """

    config_type: ClassVar[type[MethodConfig]]
    generator_type: ClassVar[type[Generator]]
    """Constructed as `generator_type(config, schema, attributes)`."""
    search_space: ClassVar[SearchSpace] = {}
    """What `limner tune` searches, in addition to what all recipes have in common."""

    generator: Generator
    optimisers: Mapping[str, torch.optim.Optimizer]
    average_gradients: Callable[[Iterable[nn.Parameter]], None] = staticmethod(_keep_gradients)
    """Called before each optimiser steps; several processes put their average here."""

    def __init__(
        self,
        config: MethodConfig,
        optimiser: OptimiserConfig,
        schema: Schema,
        attributes: tuple[Attribute, ...],
        num_pictures: int,
    ) -> None:
        """Builds fresh networks for a schema, conditional on `attributes`, with `num_pictures` to learn from."""
        super().__init__()
        self.generator = self.generator_type(config, schema, attributes)

    def step(self, batch: Batch, context: StepContext) -> Scalars:
        """One optimisation of all networks on a batch; returns detached scalars by name."""
        raise NotImplementedError

    def compile_networks(self) -> None:
        """Compiles what can be compiled, in place; for a GPU, where that is faster. Nothing unless a method knows better."""

    def optimise(self, name: str, loss: Tensor, network: nn.Module) -> None:
        """Descends `loss` with respect to the parameters of `network` alone, with its optimiser."""
        parameters = list(network.parameters())
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.grad = with_strides_of(parameter, gradient)
        self.average_gradients(parameters)
        self.optimisers[name].step()
