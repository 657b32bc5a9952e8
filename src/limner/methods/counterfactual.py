"""Counterfactual pictures: what a model generates under two conditions says what changes; the rest of the picture stays."""

import torch
import torch.nn.functional as F
from torch import Tensor

from limner.methods.generator import Generator
from limner.networks.conditioning import Condition

NOISE_FLOOR = 0.06
"""Change of a pixel, in values from -1 to 1, below which it is suppressed: faint changes everywhere would be haze."""
EPSILON = 0.003
"""Local variance below which a generated picture says nothing about details."""
MAX_GAIN = 2.0
"""How much stronger, at most, details become where those of the generated picture do."""


def apply_change(images: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """Returns pictures (B, C, H, W) in [-1, 1] changed as two generated versions of them differ, `before` and `after`.

    What the model cannot generate of a picture counts as its noise: it stays where both versions are alike, grows with them where
    one is a stronger copy of the other, and goes where something else takes its place (local regression of one version on the
    other, as in the guided filter: He et al. 2010, "Guided image filtering"). Where the versions are equal nothing changes, to
    the bit.
    """
    change = after - before
    visible = 1 - torch.exp(-change.square().mean(1, keepdim=True) / NOISE_FLOOR**2)
    return (images + visible * change + (_detail_gain(before, after) - 1) * (images - before)).clamp(-1, 1)


def counterfactual_image(
    generator: Generator, images: Tensor, z: Tensor, condition: Condition, other: Condition
) -> Tensor:
    """Returns pictures (B, C, H, W) in [-1, 1], of z (B, latent_dim), as they would look under another condition than their own."""
    return apply_change(images, generator(z, condition), generator(z, other))


def _detail_gain(before: Tensor, after: Tensor) -> Tensor:
    """Returns the regression slope of `after` on `before`, times R^2, in a window around each pixel, (B, 1, H, W)."""
    of_before, of_after = before - _mean(before), after - _mean(after)
    covariance, var_before, var_after = (
        _mean((one * two).mean(1, keepdim=True)) + EPSILON
        for one, two in ((of_before, of_after), (of_before, of_before), (of_after, of_after))
    )
    covariance = covariance.clamp_min(0)
    slope = covariance / var_before
    return slope.clamp_max(MAX_GAIN) * (slope * (covariance / var_after)).clamp_max(1)


def _mean(maps: Tensor) -> Tensor:
    """Returns the mean of each pixel and its eight neighbours, (B, C, H, W)."""
    return F.avg_pool2d(F.pad(maps, (1, 1, 1, 1), mode="replicate"), 3, 1)
