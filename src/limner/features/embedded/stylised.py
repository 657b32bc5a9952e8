"""Pictures that are stylised through the network while it learns, so that it is right about what its gradients lead to.

A network that only saw pictures as they are is wrong about pictures that were optimised for it, as style transfer does.
"""

import numpy as np
import torch
from torch import Tensor

from limner.features.embedded.crops import Squares, resized
from limner.features.embedded.distillation import DEPTHS, style_distance
from limner.features.embedded.feed import Step
from limner.features.embedded.network import Network
from limner.images import from_uint8

SIDE, HELD, SHOWN = 64, 64, 8
"""Side of the pictures, how many are held, and how many of them a step improves and shows."""
IMPROVED, RATE = 2, 0.03
"""Steps down the gradient a time, and the root mean square by which one changes a picture."""
RENEWED = 0.08
"""Share of the pictures that are begun anew when their turn comes."""


class Stylised:
    """Pictures on their way to the style of others; they are begun anew when a training goes on."""

    def __init__(self, squares: Squares, seed: int) -> None:
        self.squares, self.draw, self.turn = squares, np.random.default_rng([seed, 1]), 0
        self.styles = self._some(HELD)
        self.images = recoloured(self._some(HELD), self.styles)

    def _some(self, count: int) -> Tensor:
        rows = self.draw.integers(len(self.squares.pictures), size=count)
        return resized(from_uint8(self.squares.pictures[rows].numpy()), SIDE)

    def added_to(self, step: Step, network: Network) -> Step:
        """Returns a step with some of the pictures and their styles as well, once improved; one of another side as it is."""
        if step.images.shape[-1] != SIDE:
            return step
        rows = (np.arange(SHOWN) + SHOWN * self.turn) % HELD
        self.turn += 1
        for row in rows[self.draw.random(SHOWN) < RENEWED]:
            self.styles[row : row + 1] = self._some(1)
            self.images[row : row + 1] = recoloured(self._some(1), self.styles[row : row + 1])
        self.images[rows] = improved(network, self.images[rows], self.styles[rows])
        count = len(step.images)
        images = torch.cat([step.images, self.images[rows], self.styles[rows]]).contiguous(
            memory_format=torch.channels_last
        )
        partners = torch.cat([step.partners, count + SHOWN + torch.arange(SHOWN), count + torch.arange(SHOWN)])
        none = torch.full((2 * SHOWN,), -1)
        labels = {name: torch.cat([values, none]) for name, values in step.labels.items()}
        return Step(images, partners, step.rows, labels)


def improved(network: Network, images: Tensor, styles: Tensor) -> Tensor:
    """Returns pictures (B, 3, S, S) a little nearer to the Gram matrices of styles, as the network sees them."""
    own = torch.arange(len(images))
    for _ in range(IMPROVED):
        changed = images.clone().requires_grad_()
        with torch.autocast("cpu", torch.bfloat16):
            seen = network(torch.cat([changed, styles]).contiguous(memory_format=torch.channels_last))
        partners = torch.cat([own + len(images), own + len(images)])
        distances = [style_distance(seen[depth].float(), partners)[: len(images)].sum() for depth in DEPTHS]
        (slope,) = torch.autograd.grad(torch.stack(distances).sum(), changed)
        scale = slope.square().mean((1, 2, 3), keepdim=True).sqrt() + 1e-12
        images = (images - RATE * slope / scale).clamp(-1, 1)
    return images


def recoloured(images: Tensor, donors: Tensor) -> Tensor:
    """Returns pictures (B, 3, S, S) with the means and covariances of the colours of donors."""
    (mean, root), (other, aim) = _colours(images), _colours(donors)
    centred = images.flatten(2) - mean
    return (aim @ torch.linalg.pinv(root) @ centred + other).view_as(images).clamp(-1, 1)


def _colours(images: Tensor) -> tuple[Tensor, Tensor]:
    """The mean (B, 3, 1) and the root of the covariance (B, 3, 3) of colours."""
    flat = images.flatten(2)
    mean = flat.mean(2, keepdim=True)
    covariance = (flat - mean) @ (flat - mean).transpose(1, 2) / flat.shape[2]
    values, vectors = torch.linalg.eigh(covariance + 1e-4 * torch.eye(3))
    return mean, (vectors * values.clamp(min=0).sqrt()[:, None]) @ vectors.transpose(1, 2)
