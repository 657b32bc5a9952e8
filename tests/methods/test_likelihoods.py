"""Likelihoods: probabilities that sum to one, and the formulas on which bits per dimension rest."""

import math

import pytest
import torch

from limner.methods.generator import Posterior, kl_divergence
from limner.methods.likelihoods import GAUSSIAN_SCALE, LIKELIHOODS

LEVELS = (torch.arange(256) / 127.5 - 1).view(256, 1, 1, 1)


@pytest.mark.parametrize(("mean", "log_scale"), [(0.0, -1.0), (0.9, -3.0), (-1.2, -5.0), (0.0, -7.0), (0.3, 1.0)])
def test_probabilities_of_the_256_levels_sum_to_one(mean: float, log_scale: float) -> None:
    output = torch.tensor([mean, log_scale]).view(1, 2, 1, 1).expand(256, -1, -1, -1)
    nll = LIKELIHOODS["discretised-logistic"].nll(output, LEVELS)
    assert torch.exp(-nll).sum().item() == pytest.approx(1, abs=1e-4)


def test_a_perfect_guess_costs_nothing_and_noise_costs_eight_bits() -> None:
    sure = torch.cat([LEVELS[100:101], torch.full((1, 1, 1, 1), -20.0)], 1)
    likelihood = LIKELIHOODS["discretised-logistic"]
    assert likelihood.nll(sure, LEVELS[100:101]).item() < 0.1
    flat = torch.tensor([0.0, 2.0]).view(1, 2, 1, 1).expand(256, -1, -1, -1)
    inner = likelihood.nll(flat, LEVELS)[1:-1]
    assert (inner > math.log(256)).all()


def test_bernoulli_and_gaussian_by_hand() -> None:
    zero = torch.zeros(1, 1, 2, 2)
    assert LIKELIHOODS["bernoulli"].nll(zero, torch.ones(1, 1, 2, 2)).item() == pytest.approx(4 * math.log(2))
    density = 4 * math.log(GAUSSIAN_SCALE * math.sqrt(2 * math.pi))
    assert LIKELIHOODS["gaussian"].nll(zero, zero).item() == pytest.approx(density)


def test_kl_divergence_agrees_with_torch() -> None:
    mean, log_variance = torch.randn(2, 7, 5, generator=torch.Generator().manual_seed(0)).unbind()
    posterior = torch.distributions.Normal(mean, torch.exp(log_variance / 2))
    expected = torch.distributions.kl_divergence(posterior, torch.distributions.Normal(0.0, 1.0))
    torch.testing.assert_close(kl_divergence(Posterior(mean, log_variance)), expected)


def _rgba(colour: torch.Tensor, alpha: torch.Tensor, rest: torch.Tensor) -> torch.Tensor:
    return torch.stack([colour, rest, rest, alpha], 1)[..., None, None]


def test_the_laplace_density_of_rgba_integrates_to_one() -> None:
    values = torch.linspace(-6, 6, 1201, dtype=torch.float64)
    step, zero = 0.01, torch.zeros(1, dtype=torch.float64)
    nll = LIKELIHOODS["laplace"].nll
    total = 0.0
    for alpha in values[::10]:
        alphas = alpha.expand(len(values))
        one = torch.exp(-nll(torch.zeros(1, 4, 1, 1), _rgba(values, alphas, zero.expand(len(values)))))
        middle = torch.exp(-nll(torch.zeros(1, 4, 1, 1), _rgba(zero, alpha[None], zero)))[0]
        # the three colours are independent of one another, given alpha
        total += 10 * step * float(middle * (one.sum() * step / middle) ** 3)
    assert total == pytest.approx(1, abs=5e-3)


def test_the_likeliest_contour_of_rgba_is_no_darker_on_white_than_what_may_be_there() -> None:
    """Six in ten times there is a thing of a colour from 0.2 to 1, else nothing."""
    there = torch.arange(100) < 60
    colours = torch.where(there, 0.2 + 0.8 * (torch.arange(100) % 60) / 59, 0.0)
    pictures = torch.stack([colours, colours, colours, there.float()], 1)[..., None, None] * 2 - 1
    guesses = torch.cartesian_prod(torch.linspace(0, 1, 51), torch.linspace(0, 1, 51))
    outputs = torch.stack([guesses[:, 0]] * 3 + [guesses[:, 1]], 1)[..., None, None] * 2 - 1
    outputs = outputs.clamp(-0.9999, 0.9999).atanh()
    costs = torch.stack([LIKELIHOODS["laplace"].nll(one.expand(100, -1, -1, -1), pictures).mean() for one in outputs])
    colour, alpha = guesses[costs.argmin()]
    on_white = torch.where(there, colours, 1.0)
    assert float(colour + 1 - alpha) == pytest.approx(float(on_white.median()), abs=0.03)
