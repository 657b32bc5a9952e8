"""Comparing conditions: numbers by their spread, labels by being another, and nothing by what is unknown."""

import torch

from limner.conditions.attribute import Attribute
from limner.conditions.compare import difference

KIND = Attribute(name="kind", kind="label", classes=("a", "b", "c"))
AGE = Attribute(name="age", kind="number", minimum=0, maximum=1, mean=0.5, std=0.2)


def test_labels_differ_wholly_and_numbers_by_standard_deviations() -> None:
    kinds = difference(KIND, torch.tensor([0, 1, 2, -1]), torch.tensor([0, 2, -1, 1]))
    assert kinds.tolist() == [0, 1, 0, 0]
    ages = difference(AGE, torch.tensor([0.5, 0.5, 0.5, torch.nan]), torch.tensor([0.5, 0.6, 0.9, 0.1]))
    assert torch.allclose(ages, torch.tensor([0, 0.5, 1, 0]))
