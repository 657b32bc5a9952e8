"""Collapsed dimensions are not counted, at the threshold of the paper."""

import pytest
import torch

from limner.metrics import active_units


def test_dimensions_are_active_above_a_variance_of_a_hundredth() -> None:
    signs = torch.tensor([[-1.0], [1.0]]).repeat(50, 1) * 0.99**0.5  # of variance 1
    assert active_units(signs * torch.tensor([1.0, 0.11, 0.09, 0.0])) == 2
    assert active_units(signs * 0 + 5) == 0


def test_one_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        active_units(torch.zeros(1, 4))
