"""Two processes under torchrun learn what one does from the same global batch."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from limner.data import Dataset
from limner.errors import UsageError
from limner.recipes import Recipe, apply_settings, to_yaml
from limner.training import train
from limner.training.history import read_history
from limner.training.processes import Processes


@pytest.mark.slow
def test_two_processes_agree_with_one(dataset: Dataset, recipe: Recipe, tmp_path: Path) -> None:
    # dropout is drawn by each process for itself and is the one thing that cannot agree
    shared = apply_settings(recipe, ["method.discriminator.dropout=0"])
    (tmp_path / "recipe.yaml").write_text(to_yaml(shared))
    alone = train(dataset, shared, tmp_path / "one", steps=40, seed=1)
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "-m", "limner", "train"]
    command += [str(dataset.path), "--recipe", str(tmp_path / "recipe.yaml"), "--out", str(tmp_path / "two")]
    finished = subprocess.run(
        [*command, "--steps", "40", "--seed", "1"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert finished.returncode == 0, finished.stderr
    one, two = (read_history(tmp_path / name / "history.jsonl") for name in ("one", "two"))
    assert [row["step"] for row in one] == [row["step"] for row in two] == [20, 40]
    for row, other in zip(one, two, strict=True):
        assert other["discriminator"] == pytest.approx(row["discriminator"], rel=2e-3)
        assert other["generator"] == pytest.approx(row["generator"], rel=2e-3)
    assert alone.about["training"]["pictures"] == 320


def test_devices_that_are_not_here_are_refused() -> None:
    with pytest.raises(UsageError, match="choose from"):
        Processes("gpu")
