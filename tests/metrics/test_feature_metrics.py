"""Metrics of features: parity with the field's own code on ordinary and awkward sets, known values, and bad input."""

import importlib
import math

import prdc
import pytest
import torch
from torch import Tensor
from torchmetrics.image.fid import _compute_fid
from torchmetrics.image.kid import poly_mmd

from limner.metrics import frechet_distance, kernel_distance, precision_recall

Pair = tuple[Tensor, Tensor]
GOLDEN = [1.9901601730769016, 0.38992339544422316, 0.87, 0.8825, 0.8475, 0.93]


def _normal(count: int, dimension: int, seed: int, shift: float = 0.0) -> Tensor:
    drawn = torch.randn(count, dimension, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return drawn * torch.linspace(0.5, 2, dimension, dtype=torch.float64) + shift


def _whole(features: Tensor) -> Tensor:
    # whole numbers have exact distances, so that ties are ties for everyone
    return (features * 2).round()


PAIRS: dict[str, Pair] = {
    "normal": (_normal(400, 16, 1), _normal(400, 16, 2, shift=0.3)),
    "fewer than dimensions": (_normal(40, 64, 3), _normal(40, 64, 4, shift=0.2)),
    "rank-deficient": (
        _normal(200, 4, 5) @ _normal(4, 32, 6),
        _normal(200, 4, 7, shift=0.5) @ _normal(4, 32, 6),
    ),
    "duplicated": (_whole(_normal(100, 8, 8)).repeat(3, 1), _whole(_normal(60, 8, 9)).repeat(5, 1)),
    "collapsed": (_whole(_normal(200, 8, 10)), _whole(_normal(1, 8, 11)).repeat(200, 1)),
}


@pytest.fixture(params=PAIRS, ids=str)
def pair(request: pytest.FixtureRequest) -> Pair:
    return PAIRS[request.param]


def test_frechet_distance_agrees_with_torchmetrics(pair: Pair) -> None:
    moments = [part for features in pair for part in (features.mean(0), features.T.cov())]
    assert frechet_distance(*pair) == pytest.approx(float(_compute_fid(*moments)), rel=1e-6)


def test_kernel_distance_agrees_with_torchmetrics(pair: Pair) -> None:
    assert kernel_distance(*pair) == pytest.approx(float(poly_mmd(*pair)), rel=1e-6)


@pytest.mark.parametrize("k", [3, 5])
def test_neighbours_agree_with_prdc(pair: Pair, k: int) -> None:
    theirs = prdc.compute_prdc(pair[0].numpy(), pair[1].numpy(), k)
    assert precision_recall(*pair, k)._asdict() == pytest.approx(theirs, rel=1e-6)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = PAIRS["normal"]
    whole = precision_recall(*pair), kernel_distance(*pair)
    for module in ("precision_recall", "kernel"):
        monkeypatch.setattr(importlib.import_module(f"limner.metrics.{module}"), "BLOCK_ROWS", 37)
    assert precision_recall(*pair) == whole[0]
    assert kernel_distance(*pair) == pytest.approx(whole[1], rel=1e-12)


def test_frechet_distance_of_sets_with_known_moments() -> None:
    # one axis: means 0 and 3, variances 2 and 8, so 9 + (sqrt 8 - sqrt 2)^2
    first, second = torch.tensor([[-1.0], [1.0]]), torch.tensor([[1.0], [5.0]])
    assert frechet_distance(first, second) == pytest.approx(9 + (math.sqrt(8) - math.sqrt(2)) ** 2)


def test_golden_values() -> None:
    pair = PAIRS["normal"]
    found = [frechet_distance(*pair), kernel_distance(*pair), *precision_recall(*pair)]
    assert found == pytest.approx(GOLDEN, rel=1e-9)


def test_equal_sets_are_at_no_distance() -> None:
    features = PAIRS["normal"][0]
    assert frechet_distance(features, features) == pytest.approx(0, abs=1e-9)
    assert precision_recall(features, features)[:2] == (1.0, 1.0)


def test_two_draws_of_one_law_are_close_and_others_are_not() -> None:
    one, two, far = _normal(1000, 8, 20), _normal(1000, 8, 21), _normal(1000, 8, 22, shift=2)
    assert abs(kernel_distance(one, two)) < 0.05 < 1 < kernel_distance(one, far)
    assert precision_recall(one, two).density == pytest.approx(1, abs=0.1)
    assert precision_recall(one, two).coverage > 0.9 > 0.1 > precision_recall(one, far).coverage


@pytest.mark.parametrize("metric", [frechet_distance, kernel_distance, precision_recall])
def test_sets_that_are_too_small_or_differ_in_dimension_are_refused(metric: object) -> None:
    features = PAIRS["normal"][0]
    with pytest.raises(ValueError, match="two sets"):
        metric(features[:1], features)
    with pytest.raises(ValueError, match="two sets"):
        metric(features, features[:, :3])
