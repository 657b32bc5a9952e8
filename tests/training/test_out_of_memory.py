"""Memory that runs out while training: a run that has learned nothing goes, one that has learned something stays."""

from pathlib import Path

import pytest

from limner.data import Dataset
from limner.memory import OutOfMemoryError
from limner.recipes import Recipe
from limner.training import train
from limner.training.trainer import Trainer


def _runs_out_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    advance = Trainer.advance

    def fails(trainer: Trainer) -> None:
        if trainer.step == step:
            raise RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory")
        advance(trainer)

    monkeypatch.setattr(Trainer, "advance", fails)


@pytest.mark.parametrize("step", [0, 3])
def test_a_run_stays_when_it_has_learned_something(
    dataset: Dataset, recipe: Recipe, run: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    with monkeypatch.context() as patched:
        _runs_out_at(step, patched)
        with pytest.raises(OutOfMemoryError, match=r"batch of 8 does not fit in memory: lower batch \(--set batch"):
            train(dataset, recipe, run, steps=4, save_every=2)
    assert run.exists() == (step > 0)
    assert train(dataset, recipe if step == 0 else None, run, steps=4, resume=step > 0).about["training"]["step"] == 4
