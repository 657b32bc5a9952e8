"""A number as a condition, in the attribute's own unit."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from limner.conditions.attribute import Attribute
from limner.conditions.kind import ConditionKind
from limner.conditions.values import asked_number


class Number(ConditionKind):
    """float32 () in the attribute's own unit; not-a-number is the null value."""

    def column(self, attribute: Attribute, values: Sequence[Any]) -> Tensor:
        """Returns the numbers, with the mean, not the null value, where one is missing: only dropout makes null values."""
        numbers = np.array(values, dtype=np.float64)
        return torch.from_numpy(np.where(np.isnan(numbers), attribute.mean, numbers).astype(np.float32))

    def parse(self, attribute: Attribute, value: Any) -> Tensor:
        plain = value.item() if isinstance(value, Tensor) and value.ndim == 0 else value
        return torch.tensor(asked_number(attribute, plain), dtype=self.dtype)

    def text(self, attribute: Attribute, value: Tensor) -> str:
        return f"{value.item():g}"

    def describe(self, attribute: Attribute) -> str:
        return f"a number from {attribute.minimum:g} to {attribute.maximum:g}"

    def encoder(self, attribute: Attribute, features: int, std: float) -> nn.Module:
        return NumberEncoder(attribute.mean, attribute.std, features, std)


class NumberEncoder(nn.Module):
    """Numbers float32 (B,) -> (B, features), a learned direction times the standardised number; zeros where it is not a number."""

    def __init__(self, mean: float, number_std: float, features: int, std: float) -> None:
        super().__init__()
        self.mean, self.number_std = mean, max(number_std, 1e-8)
        self.direction = nn.Linear(1, features)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=std)

    def forward(self, values: Tensor) -> Tensor:
        known = ~values.isnan()
        standard = (values.float().nan_to_num(self.mean) - self.mean) / self.number_std
        vectors: Tensor = self.direction(standard[:, None])
        return vectors * known[:, None]
