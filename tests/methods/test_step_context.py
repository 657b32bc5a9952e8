"""Randomness of a step: derived, distinct by purpose, and the same however many processes share it."""

import torch

from limner.methods import StepContext


def test_processes_draw_what_one_process_would() -> None:
    alone = StepContext(7, 0, seed=3).normal("z", 8, 5)
    shares = [StepContext(7, 0, seed=3, rank=rank, world=2).normal("z", 4, 5) for rank in range(2)]
    assert torch.equal(torch.cat(shares), alone)


def test_draws_repeat_for_one_purpose_and_differ_between_two() -> None:
    context = StepContext(7, 0, seed=3)
    assert torch.equal(context.uniform("a", 4), context.uniform("a", 4))
    assert not torch.equal(context.uniform("a", 4), context.uniform("b", 4))
    assert not torch.equal(context.uniform("a", 4), context._replace(step=8).uniform("a", 4))
    assert not torch.equal(context.uniform("a", 4), context._replace(seed=4).uniform("a", 4))
