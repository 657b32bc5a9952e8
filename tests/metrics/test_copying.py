"""Copying: known cases for every measure, agreement with scipy on ties, and planted copies that must all be found."""

import math
from collections.abc import Callable

import pytest
import torch
from scipy.stats import mannwhitneyu
from torch import Tensor

from limner import metrics
from limner.metrics import authentic, closeness, k_means, nearest_neighbours, probability_below, z_score


def _drawn(count: int, seed: int, dimension: int = 8) -> Tensor:
    drawn = torch.randn(count, dimension, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return drawn * torch.linspace(0.5, 2, dimension, dtype=torch.float64)


def copying_statistic(train: Tensor, held_out: Tensor, generated: Tensor, cells: int = 10) -> float:
    centres = k_means(train, cells)
    of_generated, of_held_out = (nearest_neighbours(pictures, centres)[1] for pictures in (generated, held_out))
    return metrics.copying_statistic(
        closeness(train, generated).distance, closeness(train, held_out).distance, of_generated, of_held_out
    )


def closer_probability(train: Tensor, held_out: Tensor, generated: Tensor) -> float:
    return metrics.closer_probability(closeness(train, generated).distance, closeness(train, held_out).distance)


def are_copies(train: Tensor, held_out: Tensor, generated: Tensor) -> Tensor:
    return metrics.are_copies(closeness(train, generated), closeness(train, held_out))


def authenticity(train: Tensor, generated: Tensor) -> float:
    return float(authentic(closeness(train, generated)).double().mean())


TRAIN, HELD_OUT, FRESH = _drawn(1000, 1), _drawn(500, 2), _drawn(600, 3)
COPIES = TRAIN[:600] + 0.01 * _drawn(600, 4)


@pytest.mark.parametrize("ties", [False, True])
def test_ranks_agree_with_scipy(ties: bool) -> None:
    first, second = FRESH[:50, 0], HELD_OUT[:70, 0] + 0.2
    if ties:
        first, second = first.round(), second.round()
    theirs = mannwhitneyu(first, second, use_continuity=False, method="asymptotic", alternative="less")
    assert probability_below(first, second) == pytest.approx(1 - theirs.statistic / (50 * 70))
    assert 0.5 * math.erfc(-z_score(first, second) / math.sqrt(2)) == pytest.approx(theirs.pvalue)


def test_ranks_of_equal_numbers() -> None:
    same = torch.zeros(30)
    assert probability_below(same, same) == 0.5
    assert z_score(same, same) == 0
    assert probability_below(same, same + 1) == 1
    with pytest.raises(ValueError, match="at least one"):
        probability_below(same, same[:0])


def test_statistic_of_one_cell_is_the_z_score_of_distances() -> None:
    train, held_out = torch.tensor([[0.0], [100.0]]), torch.arange(1.0, 41).unsqueeze(1)
    generated = held_out / 100
    # every generated one is closer: U = 0, z = -(nm/2) / sqrt(nm (n + m + 1) / 12)
    by_hand = -(40 * 40 / 2) / math.sqrt(40 * 40 * 81 / 12)
    assert copying_statistic(train, held_out, generated, cells=1) == pytest.approx(by_hand)
    assert copying_statistic(train, held_out, held_out, cells=1) == 0


def test_statistic_weighs_cells_by_held_out_share_and_leaves_small_ones_out() -> None:
    # two cells, at 0 and at 1000, with 40 and 80 held-out pictures; copies in the first, alike in the second
    train = torch.tensor([[0.0], [1000.0]])
    near, far = torch.arange(1.0, 41).unsqueeze(1), torch.arange(1.0, 81).unsqueeze(1)
    held_out, generated = torch.cat([near, far + 1000]), torch.cat([near / 100, far + 1000])
    z = -(40 * 40 / 2) / math.sqrt(40 * 40 * 81 / 12)
    assert copying_statistic(train, held_out, generated, cells=2) == pytest.approx(z / 3)
    assert copying_statistic(train, held_out, torch.cat([near / 100, far[:19] + 1000]), cells=2) == pytest.approx(z)


def test_statistic_tells_copies_fresh_and_far_pictures_apart() -> None:
    assert copying_statistic(TRAIN, HELD_OUT, COPIES) < -3
    assert abs(copying_statistic(TRAIN, HELD_OUT, FRESH)) < 2
    assert copying_statistic(TRAIN, HELD_OUT, FRESH * 2) > 3
    assert copying_statistic(TRAIN, HELD_OUT, TRAIN) < -3


def test_statistic_of_a_collapsed_set_is_a_number() -> None:
    assert copying_statistic(TRAIN, HELD_OUT, TRAIN[:1].repeat(300, 1)) < -3
    assert copying_statistic(TRAIN, HELD_OUT, HELD_OUT[:1].repeat(3, 1)) == pytest.approx(0, abs=3)
    assert copying_statistic(TRAIN, TRAIN[:100], TRAIN) == 0


def test_share_closer() -> None:
    assert closer_probability(TRAIN, HELD_OUT, FRESH) == pytest.approx(0.5, abs=0.06)
    assert closer_probability(TRAIN, HELD_OUT, TRAIN) == 1
    assert closer_probability(TRAIN, HELD_OUT, FRESH + 50) == 0
    assert closer_probability(TRAIN, HELD_OUT, HELD_OUT) == 0.5


def test_authenticity_by_hand() -> None:
    # 10 is 2 from 12; a picture at 9 is 1 distance, at 7 it is 3 distance; 12 is 2 from 10, and so is 14: not further
    train, generated = torch.tensor([[10.0], [12.0], [50.0]]), torch.tensor([[9.0], [7.0], [14.0], [10.0]])
    assert authenticity(train, generated) == 0.25


def test_authenticity_of_copies_and_of_fresh_pictures() -> None:
    assert authenticity(TRAIN, COPIES) == 0
    assert authenticity(TRAIN, FRESH) > 0.4
    assert authenticity(TRAIN.repeat(2, 1), FRESH) == authenticity(TRAIN, FRESH)


@pytest.mark.parametrize("dimension", [2, 8, 64])
def test_all_planted_copies_are_flagged_and_few_fresh_pictures(dimension: int) -> None:
    train, held_out, fresh = _drawn(2000, 5, dimension), _drawn(1000, 6, dimension), _drawn(2000, 7, dimension)
    noise = {2: 1e-5, 8: 0.005, 64: 0.05}[dimension]
    assert are_copies(train, held_out, train[:500]).all()
    # copies of the loneliest and of the most crowded alike, save the few closer to each other than the noise
    assert are_copies(train, held_out, train[:500] + noise * _drawn(500, 8, dimension)).double().mean() >= 0.998
    assert are_copies(train, held_out, fresh).double().mean() <= 0.02


def test_copies_are_flagged_in_sets_with_duplicates_and_leaks() -> None:
    doubled = torch.cat([TRAIN, TRAIN[:200]])
    assert are_copies(doubled, HELD_OUT, COPIES).all()
    leaky = torch.cat([HELD_OUT, TRAIN[:50]])
    assert are_copies(TRAIN, leaky, TRAIN).all()
    assert not are_copies(TRAIN, leaky, FRESH).any()


@pytest.mark.parametrize("measure", [copying_statistic, closer_probability, are_copies])
def test_empty_sets_are_refused(measure: Callable[..., object]) -> None:
    for train, held_out, generated in (
        (TRAIN, HELD_OUT[:0], FRESH),
        (TRAIN[:0], HELD_OUT, FRESH),
        (TRAIN[:1], HELD_OUT, FRESH),
    ):
        with pytest.raises(ValueError, match=r"needed|neighbour|at least one|clusters"):
            measure(train, held_out, generated)
