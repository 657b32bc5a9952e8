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
