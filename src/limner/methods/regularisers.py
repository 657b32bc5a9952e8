"""Penalties on the discriminator's gradient with respect to pictures."""

from collections.abc import Callable

import torch
from torch import Tensor

Critic = Callable[[Tensor], Tensor]
"""Images (B, C, H, W) -> logits (B,)."""


def squared_gradient(logits: Tensor, images: Tensor) -> Tensor:
    """Mean of ||dD/dx||^2: R1 on real pictures, R2 on generated ones (Mescheder et al. 2018, arXiv 1801.04406, eq. 9).

    `images` (B, C, H, W) must require gradients and `logits` (B,) be computed from them.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.square().sum((1, 2, 3)).mean()


def interpolated_gradient(critic: Critic, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """Mean of (||dD/dx|| - 1)^2 between real and generated pictures (Gulrajani et al. 2017, arXiv 1704.00028, eq. 3).

    `mix` is uniform in [0, 1), (B, 1, 1, 1).
    """
    between = torch.lerp(real, fake, mix).requires_grad_()
    (gradient,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return (gradient.flatten(1).norm(dim=1) - 1).square().mean()
