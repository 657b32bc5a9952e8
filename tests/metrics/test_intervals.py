"""Intervals hold the truth as often as they say, wherever distributions are known; and they repeat by seed."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch
from torch import Tensor
from torchmetrics.image.fid import _compute_fid

from limner.metrics import (
    Interval,
    authentic,
    bootstrap,
    change_interval,
    closeness,
    frechet_distance,
    frechet_interval,
    jackknife,
    kernel_distance,
    kernel_interval,
    mean_interval,
    precision_recall,
    proportion_interval,
)


class Law(NamedTuple):
    """A Gaussian: its mean (D,) and a root (D, D) of its covariance."""

    mean: Tensor
    root: Tensor

    def drawn(self, count: int, seed: int) -> Tensor:
        random = torch.Generator().manual_seed(seed)
        return torch.randn(count, len(self.mean), generator=random, dtype=torch.float64) @ self.root.T + self.mean


def _laws(kind: str, dimension: int) -> tuple[Law, Law]:
    random = torch.Generator().manual_seed(dimension)
    turns = [torch.linalg.qr(torch.randn(dimension, dimension, generator=random).double()).Q for _ in range(2)]
    scales, zero = torch.linspace(0.3, 2, dimension, dtype=torch.float64), torch.zeros(dimension, dtype=torch.float64)
    first = Law(zero, turns[0] * scales)
    second = {
        "equal": first,
        "near": Law(zero + 0.02, turns[0] * scales * 1.1),
        "shifted": Law(zero + 0.1, first.root),
        "turned": Law(zero, turns[1] * scales),
        "far": Law(zero + 0.5, turns[1] * scales.flip(0) * 1.5),
    }
    return first, second[kind]


def _true_frechet(first: Law, second: Law) -> float:
    return float(_compute_fid(first.mean, first.root @ first.root.T, second.mean, second.root @ second.root.T))


def _true_kernel(first: Law, second: Law) -> float:
    # (x.y / D + 1)^3 compares the first three moments, so that its discrepancy is the sum of their weighted gaps
    gaps = [(one - two).square().sum() for one, two in zip(_moments(first), _moments(second), strict=True)]
    return float(
        sum(
            weight * gap / len(first.mean) ** (i + 1)
            for i, (weight, gap) in enumerate(zip((3, 3, 1), gaps, strict=True))
        )
    )


def _moments(distribution: Law) -> tuple[Tensor, Tensor, Tensor]:
    mean, covariance = distribution.mean, distribution.root @ distribution.root.T
    mixed = torch.einsum("i,jk->ijk", mean, covariance)
    third = torch.einsum("i,j,k->ijk", mean, mean, mean) + mixed + mixed.permute(1, 0, 2) + mixed.permute(2, 1, 0)
    return mean, covariance + mean.outer(mean), third


MEASURES: dict[str, tuple[Callable[..., Interval], Callable[[Law, Law], float]]] = {
    "frechet": (frechet_interval, _true_frechet),
    "kernel": (kernel_interval, _true_kernel),
}


def _held(measure: str, kind: str, dimension: int, count: int, repeats: int) -> int:
    """In how many draws the interval holds the truth."""
    interval, true = MEASURES[measure]
    first, second = _laws(kind, dimension)
    truth, covered = true(first, second), 0
    for seed in range(repeats):
        found = interval(first.drawn(count, 2 * seed), second.drawn(count, 2 * seed + 1))
        assert found.low <= found.value <= found.high
        covered += found.low <= truth + 1e-9 and truth <= found.high + 1e-9
    return covered


@pytest.mark.parametrize("kind", ["equal", "near", "turned"])
@pytest.mark.parametrize("measure", MEASURES)
def test_distances_are_held_in_nine_of_ten_draws(measure: str, kind: str) -> None:
    assert _held(measure, kind, 16, 400, 40) >= 36


@pytest.mark.slow
@pytest.mark.parametrize("count", [500, 2000])
@pytest.mark.parametrize("dimension", [8, 32, 64])
@pytest.mark.parametrize("kind", ["equal", "near", "shifted", "turned", "far"])
@pytest.mark.parametrize("measure", MEASURES)
def test_distances_are_held_in_ninety_of_a_hundred_draws(measure: str, kind: str, dimension: int, count: int) -> None:
    assert _held(measure, kind, dimension, count, 100) >= 90


def test_frechet_value_is_freed_of_most_of_the_bias() -> None:
    first, second = _laws("turned", 32)
    truth = _true_frechet(first, second)
    draws = [(first.drawn(400, seed), second.drawn(400, seed + 50)) for seed in range(20)]
    bias = sum(frechet_distance(*pair) for pair in draws) / 20 - truth
    left = sum(frechet_interval(*pair).value for pair in draws) / 20 - truth
    assert abs(left) < bias / 4


def test_frechet_interval_of_sets_that_are_one_or_lie_in_a_plane() -> None:
    first = _laws("near", 16)[0].drawn(300, 0)
    same = frechet_interval(first, first)
    assert same.low == same.value == 0
    flat, apart = first.clone(), first.clone()
    flat[:, 8:], apart[:, 8:] = 0, 0
    apart[:, 0] += 3
    found = frechet_interval(flat, apart)
    assert found.low < 9 < found.high
    assert frechet_interval(first[:20].repeat(1, 4), first[20:40].repeat(1, 4)).high >= 0  # fewer than dimensions
    collapsed = frechet_interval(first, first[:1].repeat(300, 1))
    assert collapsed.low < frechet_distance(first, first[:1].repeat(300, 1)) < collapsed.high * 1.1


def test_kernel_value_is_the_kernel_distance_and_seeds_repeat() -> None:
    first, second = _laws("near", 8)
    pair = first.drawn(200, 0), second.drawn(300, 1)
    assert kernel_interval(*pair).value == kernel_distance(*pair)
    assert frechet_interval(*pair, seed=3) == frechet_interval(*pair, seed=3) != frechet_interval(*pair, seed=4)


def test_wilson_bounds_of_known_shares() -> None:
    # Newcombe 1998, table I
    assert proportion_interval(81, 263) == pytest.approx((0.3080, 0.2553, 0.3662), abs=5e-5)
    assert proportion_interval(0, 20) == pytest.approx((0, 0, 0.1611), abs=5e-5)
    assert proportion_interval(1, 29) == pytest.approx((0.0345, 0.0061, 0.1718), abs=5e-5)
    assert proportion_interval(20, 20).high == 1


def test_shares_of_made_pictures_are_held_given_the_real_ones() -> None:
    distribution, _ = _laws("near", 8)
    real = distribution.drawn(150, 0)
    draws = [distribution.drawn(100, 1 + seed) for seed in range(300)]
    for share in (
        lambda generated: precision_recall(real, generated).precision,
        lambda generated: float(authentic(closeness(real, generated)).double().mean()),
    ):
        shares = [share(generated) for generated in draws]
        truth = sum(shares) / len(shares)  # that of 30,000 pictures
        found = [proportion_interval(round(value * 100), 100) for value in shares]
        assert sum(one.low <= truth <= one.high for one in found) >= 270


def test_bootstrap_of_a_mean_agrees_with_its_standard_error() -> None:
    items = torch.randn(400, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = bootstrap(lambda drawn: float(drawn.mean()), items)
    error = float(items.std()) / 20
    assert found.value == float(items.mean())
    assert (found.value - found.low, found.high - found.value) == pytest.approx((1.96 * error, 1.96 * error), rel=0.12)
    assert bootstrap(lambda drawn: float(drawn.mean()), items) == found


def test_bootstrap_holds_the_gap_of_two_means() -> None:
    def gap(one: Tensor, two: Tensor) -> float:
        return float(one.mean() - two.mean())

    random, covered = torch.Generator().manual_seed(1), 0
    for seed in range(100):
        one, two = torch.rand(60, generator=random) + 1, torch.rand(80, generator=random)
        found = bootstrap(gap, one, two, resamples=200, seed=seed)
        covered += found.low <= 1 <= found.high
    assert covered >= 90


def test_bootstrap_keeps_rows_together() -> None:
    pairs = torch.arange(50.0).unsqueeze(1).repeat(1, 2)
    found = bootstrap(lambda drawn: float((drawn[:, 0] == drawn[:, 1]).double().mean()), pairs, resamples=40)
    assert found == (1, 1, 1)


def test_impossible_input_is_refused() -> None:
    items = torch.rand(30, 4)
    for interval in (frechet_interval, kernel_interval):
        with pytest.raises(ValueError, match="two sets"):
            interval(items[:1], items)
        with pytest.raises(ValueError, match="two sets"):
            interval(items, items[:, :2])
    with pytest.raises(ValueError, match="at least 1 item"):
        bootstrap(lambda drawn: 0.0, items[:0])
    with pytest.raises(ValueError, match="proportion"):
        proportion_interval(3, 2)


def test_interval_of_a_mean() -> None:
    # mean 3, standard deviation sqrt(2.5), standard error sqrt(0.5)
    assert mean_interval(torch.arange(1.0, 6)) == pytest.approx((3, 3 - 1.959964 * 0.5**0.5, 3 + 1.959964 * 0.5**0.5))
    assert mean_interval(torch.tensor([True, False, False, False])) == proportion_interval(1, 4)
    assert change_interval(torch.arange(1.0, 6)) == mean_interval(torch.arange(1.0, 6))
    assert change_interval(torch.zeros(5)) == (0, 0, 0)
    with pytest.raises(ValueError, match="at least 2 values"):
        mean_interval(torch.ones(1))


def test_a_jackknife_covers_the_mean_and_spread_of_a_normal_law() -> None:
    hits = torch.zeros(2)
    for draw in range(100):
        values = torch.randn(200, generator=torch.Generator().manual_seed(draw), dtype=torch.float64)
        found = jackknife(lambda rows, values=values: [values[rows].mean(), values[rows].std()], len(values), draw)
        hits += torch.tensor([low <= truth <= high for (_, low, high), truth in zip(found, (0, 1), strict=True)])
    assert (hits >= 90).all(), hits


def test_a_jackknife_is_told_how_few_rows_are_too_few() -> None:
    with pytest.raises(ValueError, match="at least 20 rows"):
        jackknife(lambda rows: [0.0], 19)
