"""The losses against their formulas written out, and the sign of every generator's gradient."""

import math

import pytest
import torch

from limner.methods.losses import GAN_LOSSES

REAL, FAKE = torch.tensor([2.0, -1.0]), torch.tensor([0.5, -3.0])


def _log_sigmoid(x: float) -> float:
    return -math.log1p(math.exp(-x))


def test_logistic_loss_is_the_cross_entropy_of_both_sides() -> None:
    expected = -sum(map(_log_sigmoid, REAL.tolist())) / 2 - sum(_log_sigmoid(-x) for x in FAKE.tolist()) / 2
    assert GAN_LOSSES["non-saturating"][0](REAL, FAKE).item() == pytest.approx(expected, rel=1e-5)


def test_hinge_loss_is_zero_beyond_the_margin() -> None:
    assert GAN_LOSSES["hinge"][0](torch.tensor([1.5]), torch.tensor([-1.5])).item() == 0
    assert GAN_LOSSES["hinge"][0](torch.tensor([0.0]), torch.tensor([0.0])).item() == 2


def test_relativistic_loss_compares_pairs() -> None:
    discriminate, generate = GAN_LOSSES["relativistic"]
    assert discriminate(REAL, REAL).item() == pytest.approx(math.log(2))
    shifted = discriminate(REAL + 5, FAKE + 5)
    assert shifted.item() == pytest.approx(discriminate(REAL, FAKE).item(), rel=1e-5)
    assert generate(REAL, FAKE).item() == pytest.approx(discriminate(FAKE, REAL).item())


def test_least_squares_and_wasserstein_by_hand() -> None:
    assert GAN_LOSSES["least-squares"][0](REAL, FAKE).item() == pytest.approx(0.5 * ((1 + 4) / 2 + (0.25 + 9) / 2))
    assert GAN_LOSSES["wasserstein"][0](REAL, FAKE).item() == pytest.approx(-1.25 - 0.5)


@pytest.mark.parametrize("name", GAN_LOSSES)
def test_every_generator_wants_its_pictures_to_score_higher(name: str) -> None:
    fake = torch.tensor([-0.5, 0.3], requires_grad=True)
    GAN_LOSSES[name][1](torch.zeros(2), fake).backward()
    assert (fake.grad < 0).all()


@pytest.mark.parametrize("name", GAN_LOSSES)
def test_every_discriminator_wants_real_above_fake(name: str) -> None:
    logits = torch.zeros(2, requires_grad=True), torch.zeros(2, requires_grad=True)
    GAN_LOSSES[name][0](*logits).backward()
    real, fake = logits[0].grad, logits[1].grad
    assert (real < fake).all()
