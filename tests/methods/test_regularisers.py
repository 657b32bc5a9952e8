"""Penalties against gradients known in closed form."""

import pytest
import torch

from limner.methods.regularisers import interpolated_gradient, squared_gradient

PICTURES = torch.randn(5, 3, 4, 4, generator=torch.Generator().manual_seed(0))


def test_squared_gradient_of_a_linear_judge_is_its_squared_norm() -> None:
    weight = torch.linspace(-1, 1, 48).view(3, 4, 4).requires_grad_()
    pictures = PICTURES.clone().requires_grad_()
    penalty = squared_gradient((pictures * weight).sum((1, 2, 3)), pictures)
    assert penalty.item() == pytest.approx(weight.square().sum().item(), rel=1e-5)
    penalty.backward()
    torch.testing.assert_close(weight.grad, 2 * weight.detach())


def test_squared_gradient_of_a_quadratic_judge_is_four_times_the_squared_picture() -> None:
    pictures = PICTURES.clone().requires_grad_()
    penalty = squared_gradient(pictures.square().sum((1, 2, 3)), pictures)
    assert penalty.item() == pytest.approx(4 * PICTURES.square().sum((1, 2, 3)).mean().item(), rel=1e-5)


@pytest.mark.parametrize("slope", [0.5, 1.0, 2.0])
def test_interpolated_gradient_holds_the_norm_at_one(slope: float) -> None:
    direction = torch.ones(3, 4, 4) / 48**0.5 * slope
    mix = torch.full((5, 1, 1, 1), 0.3)
    penalty = interpolated_gradient(lambda p: (p * direction).sum((1, 2, 3)), PICTURES, -PICTURES, mix)
    assert penalty.item() == pytest.approx((slope - 1) ** 2, abs=1e-5)
