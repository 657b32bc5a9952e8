"""The distance is zero for equal sets, grows with a shift, and tells noise from pictures."""

import torch

from limner.metrics import sliced_wasserstein

RANDOM = torch.Generator().manual_seed(0)
SMOOTH = torch.nn.functional.interpolate(torch.rand(64, 1, 4, 4, generator=RANDOM) * 2 - 1, 32, mode="bilinear")
NOISE = torch.rand(64, 1, 32, 32, generator=RANDOM) * 2 - 1


def test_equal_sets_in_any_order_are_at_distance_zero() -> None:
    assert sliced_wasserstein(SMOOTH, SMOOTH.flip(0)) < 1e-5


def test_a_brighter_copy_lies_further_the_brighter_it_is() -> None:
    near, far = (sliced_wasserstein(SMOOTH, SMOOTH + shift) for shift in (0.1, 0.3))
    assert 0 < near < far


def test_noise_lies_further_from_pictures_than_pictures_do() -> None:
    assert sliced_wasserstein(SMOOTH[:32], NOISE[:32]) > 1.5 * sliced_wasserstein(SMOOTH[:32], SMOOTH[32:])
