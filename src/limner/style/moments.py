"""Means and covariances of what a network sees, over places or parts of them, and how far two such pairs lie apart."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

RIDGE = 1e-5
"""Fraction of the mean variance that is added to a product of covariances, so that its root has a gradient at lower rank."""


class Moments(NamedTuple):
    """Mean (C,) and covariance (C, C) of features."""

    mean: Tensor
    covariance: Tensor

    @property
    def power(self) -> Tensor:
        """The mean square of the features, summed over channels."""
        return self.mean.square().sum() + self.covariance.diagonal().sum()


class Sums(NamedTuple):
    """What moments are made of, and what adds up over the tiles of a picture: (R,), (R, C) and (R, C, C) for R regions."""

    mass: Tensor
    first: Tensor
    second: Tensor

    def moments(self, region: int) -> Moments:
        """Returns the moments of a region."""
        mass = self.mass[region].clamp_min(1e-6)
        mean = self.first[region] / mass
        return Moments(mean, self.second[region] / mass - mean[:, None] * mean)


def gathered(features: Tensor, regions: Tensor | None = None) -> Sums:
    """Returns the sums of features (1, C, H, W) over each region, weights (R, H, W) in [0, 1]; None is one region of all."""
    flat = features[0].flatten(1)
    if regions is None:
        mass = torch.full((1,), float(flat.shape[1]), device=flat.device)
        return Sums(mass, flat.sum(1)[None], (flat @ flat.T)[None])
    weighted = [flat * region.flatten() for region in regions]
    return Sums(
        regions.sum((1, 2)),
        torch.stack([one.sum(1) for one in weighted]),
        torch.stack([one @ flat.T for one in weighted]),
    )


def mixed(parts: Sequence[tuple[float, Moments]]) -> Moments:
    """Returns the weighted mean of moments; the weights sum to 1."""
    return Moments(
        sum((weight * one.mean for weight, one in parts), start=torch.zeros(())),
        sum((weight * one.covariance for weight, one in parts), start=torch.zeros(())),
    )


class Target(NamedTuple):
    """Moments to be reached, with the root of their covariance."""

    moments: Moments
    root: Tensor


def target(moments: Moments) -> Target:
    """Returns moments as a target."""
    # in double precision: single does not always converge for covariances of lacking rank
    values, vectors = torch.linalg.eigh(moments.covariance.double())
    return Target(moments, ((vectors * values.clamp_min(0).sqrt()) @ vectors.T).float())


def wasserstein(moments: Moments, aim: Target) -> Tensor:
    """Returns the squared 2-Wasserstein distance of two Gaussians, relative to the target's power, with a gradient.

    Olkin and Pukelsheim 1982: |m - n|^2 + tr(S + T - 2 (T^1/2 S T^1/2)^1/2).
    """
    product = (aim.root @ moments.covariance @ aim.root).double()
    ridge = RIDGE * aim.moments.covariance.diagonal().mean().square() + 1e-12
    values = torch.linalg.eigvalsh(product + ridge * torch.eye(len(product), device=product.device))
    roots = values.clamp_min(1e-12).sqrt().float()
    trace = (moments.covariance + aim.moments.covariance).diagonal().sum() - 2 * roots.sum()
    return ((moments.mean - aim.moments.mean).square().sum() + trace) / aim.moments.power
