"""A run starts and resumes only on the pictures that were prepared."""

import shutil
from pathlib import Path

import pytest

from limner.data import Dataset, verification, write_dataset
from limner.errors import DataError
from limner.evaluation import evaluate
from limner.recipes import Recipe
from limner.training import train


@pytest.fixture
def own(dataset: Dataset, tmp_path: Path) -> Path:
    shutil.copytree(dataset.path, tmp_path / "own")
    return tmp_path / "own"


def _flip(folder: Path, at: int) -> None:
    content = bytearray((folder / "pictures.npy").read_bytes())
    content[at] ^= 1
    (folder / "pictures.npy").write_bytes(content)


def test_damaged_pictures_start_no_run_and_leave_nothing(own: Path, recipe: Recipe, run: Path) -> None:
    _flip(own, -1)
    with pytest.raises(DataError, match="is not what was written; prepare it again"):
        train(own, recipe, run, steps=2)
    assert not run.exists()


def test_damaged_pictures_are_found_when_a_run_resumes_or_is_judged(own: Path, recipe: Recipe, run: Path) -> None:
    model = train(own, recipe, run, steps=2)
    _flip(own, -1)
    with pytest.raises(DataError, match="npy: block"):
        train(own, None, run, steps=4, resume=True)
    with pytest.raises(DataError, match="npy: block"):
        evaluate({"it": model}, own, n=10)
    _flip(own, -1)
    assert train(own, None, run, steps=4, resume=True).about["training"]["step"] == 4


def test_verify_finds_what_the_quick_check_does_not_read(
    dataset: Dataset, recipe: Recipe, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "BLOCK", 2**10)
    monkeypatch.setattr(verification, "SAMPLED", 0)
    own = write_dataset(tmp_path / "own", dataset.pictures, {}).path
    _flip(own, 3000)
    train(own, recipe, run, steps=2)
    with pytest.raises(DataError, match="block 3 of"):
        train(own, recipe, tmp_path / "second", steps=2, verify=True)
