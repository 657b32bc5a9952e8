"""Comparing conditions: where values are known, and how much two of them differ."""

import torch
from torch import Tensor

from limner.conditions.attribute import Attribute


def is_known(attribute: Attribute, values: Tensor) -> Tensor:
    """Returns where values (N, *shape) of an attribute are known, bool (N,)."""
    known = values >= 0 if attribute.classes else values.isfinite()
    return known.flatten(1).all(1) if known.ndim > 1 else known


def difference(attribute: Attribute, one: Tensor, other: Tensor) -> Tensor:
    """Returns how much values (N, *shape) differ, (N,) in [0, 1]: of numbers in standard deviations, at most 1; else 0 or 1.

    What is unknown differs from nothing.
    """
    if attribute.kind == "number":
        differ = ((one - other).abs() / max(attribute.std, 1e-8)).clamp(max=1)
    else:
        differ = (one != other).reshape(len(one), -1).any(1).float()
    return torch.where(is_known(attribute, one) & is_known(attribute, other), differ, 0.0)
