"""The contract of every kind of condition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from limner.conditions.attribute import Attribute


class ConditionKind:
    """What a condition of one kind is: the tensors that stand for its values, what a person may ask for, and its encoder.

    A value is a tensor of `dtype` and of the attribute's shape. The null value stands for a condition that is left out.
    """

    dtype: ClassVar[torch.dtype] = torch.float32

    def column(self, attribute: Attribute, values: Sequence[Any]) -> Tensor:
        """Returns a column of a dataset, as Python values one a picture, as (N, *shape)."""
        raise NotImplementedError

    def parse(self, attribute: Attribute, value: Any) -> Tensor:
        """Returns what a person asks for, (*shape); ConditionError when it cannot be had."""
        raise NotImplementedError

    def null_value(self, attribute: Attribute) -> Tensor:
        """Returns the null value (*shape), which stands for a condition that is left out."""
        return torch.full(attribute.shape, torch.nan, dtype=self.dtype)

    def fault(self, attribute: Attribute, values: Tensor) -> str | None:
        """Returns what is wrong with values (N, *shape) that a file holds, or None."""
        return None if bool(values.isfinite().all()) else "holds values that are not numbers"

    def text(self, attribute: Attribute, value: Tensor) -> str:
        """Returns a value (*shape) as a person reads it."""
        raise NotImplementedError

    def describe(self, attribute: Attribute) -> str:
        """Returns in words what may be asked for."""
        raise NotImplementedError

    def encoder(self, attribute: Attribute, features: int, std: float) -> nn.Module:
        """Returns a network (B, *shape) -> (B, features) that is zero for the null value.

        Its output starts with about the standard deviation `std`.
        """
        raise NotImplementedError
