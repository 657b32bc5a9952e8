"""Schedules at the points that define them, and every optimiser descending a bowl."""

import pytest
import torch

from limner.configs.optimiser import OptimiserConfig, ScheduleConfig
from limner.methods.optimisers import build_optimiser, learning_rate_factor


def test_schedules_at_their_landmarks() -> None:
    cosine = ScheduleConfig(kind="cosine", pictures=1000, floor=0.1)
    assert [learning_rate_factor(cosine, p) for p in (0, 500, 1000, 5000)] == pytest.approx([1, 0.55, 0.1, 0.1])
    step = ScheduleConfig(kind="step", pictures=1000, gamma=0.5)
    assert [learning_rate_factor(step, p) for p in (0, 999, 1000, 2000)] == [1, 1, 0.5, 0.25]
    exponential = ScheduleConfig(kind="exponential", pictures=1000, gamma=0.25)
    assert learning_rate_factor(exponential, 500) == pytest.approx(0.5)
    root = ScheduleConfig(kind="inverse-root", pictures=1000)
    assert [learning_rate_factor(root, p) for p in (0, 1000, 4000, 100_000)] == pytest.approx([1, 1, 0.5, 0.1])


def test_warmup_rises_linearly_to_one() -> None:
    schedule = ScheduleConfig(warmup=100)
    assert [learning_rate_factor(schedule, p) for p in (0, 49, 99, 500)] == pytest.approx([0.01, 0.5, 1, 1])


@pytest.mark.parametrize("kind", ["sgd", "adam", "adamw", "rmsprop"])
def test_every_optimiser_descends(kind: str) -> None:
    weight = torch.nn.Parameter(torch.tensor([3.0, -2.0]))
    optimiser = build_optimiser(OptimiserConfig(kind=kind, lr=0.05), [weight])
    for _ in range(200):
        weight.grad = 2 * weight.detach()
        optimiser.step()
    assert weight.abs().max() < 0.2
