"""Nearest neighbours and clusters against the plain computation, with copies, blocks and bad input."""

import importlib

import pytest
import torch

from limner.metrics import k_means, nearest_neighbours

RANDOM = torch.Generator().manual_seed(0)
FIRST, SECOND = (torch.randn(count, 6, generator=RANDOM, dtype=torch.float64) + 100 for count in (90, 70))


@pytest.mark.parametrize("rows", [7, 2048])
def test_it_agrees_with_all_distances(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(importlib.import_module("limner.metrics.neighbours"), "BLOCK_ROWS", rows)
    distances, places = nearest_neighbours(FIRST, SECOND)
    theirs = torch.cdist(FIRST, SECOND, compute_mode="donot_use_mm_for_euclid_dist").min(1)
    torch.testing.assert_close(distances, theirs.values)
    assert torch.equal(places, theirs.indices)
    others = torch.cdist(FIRST, FIRST, compute_mode="donot_use_mm_for_euclid_dist").fill_diagonal_(torch.inf).min(1)
    for twice in (FIRST, torch.cat([FIRST, FIRST])):
        distances, places = nearest_neighbours(FIRST, twice, different=True)
        torch.testing.assert_close(distances, others.values)
        assert torch.equal(places % len(FIRST), others.indices)


def test_copies_are_at_exactly_zero() -> None:
    distances, places = nearest_neighbours(SECOND.flip(0).float(), SECOND.float())
    assert not distances.any()
    assert torch.equal(places, torch.arange(70).flip(0))


def test_no_pictures_have_no_neighbours() -> None:
    distances, places = nearest_neighbours(FIRST[:0], SECOND)
    assert distances.shape == places.shape == (0,)


def test_sets_without_neighbours_are_refused() -> None:
    with pytest.raises(ValueError, match="no neighbour"):
        nearest_neighbours(FIRST[:1], FIRST[:1], different=True)
    with pytest.raises(ValueError, match="no neighbour"):
        nearest_neighbours(FIRST, SECOND[:0])
    with pytest.raises(ValueError, match="two sets"):
        nearest_neighbours(FIRST, SECOND[:, :3])


def test_clusters_that_lie_apart_are_found_and_a_seed_finds_the_same() -> None:
    truth = torch.eye(6, dtype=torch.float64)[:4] * 30 + 100
    points = (truth.repeat(25, 1) + FIRST.new_empty(100, 6).uniform_(-1, 1, generator=RANDOM)).float()
    centres = k_means(points, 4)
    means = points.double().view(25, 4, 6).mean(0)
    torch.testing.assert_close(centres[nearest_neighbours(means, centres)[1]], means)
    assert torch.equal(k_means(points, 4), centres)


def test_more_clusters_than_different_points() -> None:
    points = torch.tensor([[0.0], [0.0], [1.0]])
    assert set(k_means(points, 3).flatten().tolist()) == {0.0, 1.0}
    with pytest.raises(ValueError, match="clusters"):
        k_means(points, 4)
