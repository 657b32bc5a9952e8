"""The contract between a method and the training loop."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from limner.data.dataset import Batch
from limner.methods.moment import Moment
from limner.methods.optimisers import laid_out_as
from limner.methods.painter import Painter
from limner.networks.conditioning import Condition

Scalars = dict[str, Tensor]


def _keep_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """What a single process does with its gradients before an optimiser steps: nothing."""


class Method(nn.Module):
    """What is minimised and how to sample from it; the training loop knows nothing more than this."""

    painter: Painter
    optimisers: Mapping[str, torch.optim.Optimizer]
    average_gradients: Callable[[Iterable[nn.Parameter]], None] = staticmethod(_keep_gradients)
    """Called before each optimiser steps; several processes put their average here."""

    def step(self, batch: Batch, moment: Moment) -> Scalars:
        """One optimisation of all networks on a batch; returns detached scalars by name."""
        raise NotImplementedError

    def sample(self, generators: Sequence[torch.Generator], condition: Condition) -> Tensor:
        """Returns one picture a generator, (n, C, H, W) in [-1, 1]."""
        return self.painter.sample(generators, condition)

    def compile_networks(self) -> None:
        """Compiles what can be compiled, in place; for a GPU, where that is faster. Nothing unless a method knows better."""

    def optimise(self, name: str, loss: Tensor, network: nn.Module) -> None:
        """Descends `loss` with respect to the parameters of `network` alone, with its optimiser."""
        parameters = list(network.parameters())
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.grad = laid_out_as(parameter, gradient)
        self.average_gradients(parameters)
        self.optimisers[name].step()
