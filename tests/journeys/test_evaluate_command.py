"""Evaluating models on the command line; and every wrong turn is one line."""

import json
from pathlib import Path

import pytest

from command_line import SMALL, limner
from limner.data import garden


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("garden")
    garden.make(folder / "pictures", 200, size=32, seed=0)
    limner("prepare", folder / "pictures", folder / "dataset")
    return folder / "dataset"


@pytest.fixture(scope="module")
def run(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "gan"
    limner("train", dataset, "--recipe", "gan", "--out", out, "--steps", "12", *SMALL)
    return out


def test_two_models_side_by_side(dataset: Path, run: Path, tmp_path: Path) -> None:
    noise = tmp_path / "noise"
    limner("train", dataset, "--recipe", "noise", "--out", noise, "--steps", "2")
    only = ("--only", "distances,generalisation")
    said = limner("evaluate", run, noise, "--data", dataset, "--n", "60", *only, "--out", tmp_path / "report")
    header = said.splitlines()[0].split()
    assert "↓ lower is better" in said
    assert header == ["gan", "noise", "training", "pictures"]
    assert "FD-limner ↓" in said
    assert "note: FD-limner: the figure is far too high, because the smaller of the two sets has 40 pictures" in said
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert [model["name"] for model in report["models"]] == ["gan", "noise", "training pictures"]
    assert "Does it copy?" in (tmp_path / "report" / "report.html").read_text()


def test_without_data_the_run_s_own_dataset_is_taken_and_named(dataset: Path, run: Path, tmp_path: Path) -> None:
    own = limner("evaluate", run, "--n", "60", "--only", "generalisation", "--out", tmp_path / "own")
    assert own.splitlines()[0] == (
        f"dataset: pictures ({dataset.resolve()}), which {run} was trained on; --data DATASET compares with others."
    )
    given = limner(
        "evaluate", run, "--data", dataset, "--n", "60", "--only", "generalisation", "--out", tmp_path / "given"
    )
    assert own.splitlines()[1:-1] == given.splitlines()[:-1]
    assert "name a dataset with --data" in limner("evaluate", "garden", "--n", "60", "--out", tmp_path / "no", code=2)


def test_wrong_turns_are_one_line(dataset: Path, run: Path, tmp_path: Path, shared: Path) -> None:
    evaluate = ("evaluate", run, "--data", dataset, "--n", "60", "--out", tmp_path / "report")
    assert "no such model" in limner("evaluate", tmp_path / "nothing", "--data", dataset, code=1)
    assert "no such file or folder" in limner("evaluate", run, "--data", tmp_path / "nothing", code=1)
    assert "did you mean 'fidelity'" in limner(*evaluate, "--only", "fidelty", code=2)
    assert "there is no extractor 'vgg'" in limner(*evaluate, "--features", "vgg", code=2)
    assert "limner weights" in limner(*evaluate, "--features", "inception-v3", code=1)
    assert "given twice" in limner("evaluate", run, run / "model", "--data", dataset, code=2)
    assert "is no evaluation: give a new folder" in limner(*evaluate[:-1], dataset, code=2)
    assert "is no evaluation: give a new folder" in limner(*evaluate[:-1], dataset, "--overwrite", code=2)
    assert "cannot be written" in limner(*evaluate[:-1], "/proc/report", code=2)
    assert "none of these models is a VAE" in limner(*evaluate, "--only", "likelihood", code=2)
    small = tmp_path / "small"
    limner("prepare", shared / "data" / "styles", small, "--size", "16")
    assert "generates 32x32 colour pictures, but those of" in limner("evaluate", run, "--data", small, code=2)
    assert not (tmp_path / "report").exists()


def test_long_work_refuses_what_cannot_be_done(dataset: Path, tmp_path: Path) -> None:
    assert "too few for 90 folds" in limner("crossval", dataset, "--folds", "90", "--out", tmp_path / "c", code=1)
    assert "give a number above 0" in limner("crossval", dataset, "--minutes", "nan", "--out", tmp_path / "c", code=2)
    assert "nothing to search" in limner("tune", dataset, "--recipe", "noise", "--out", tmp_path / "t", code=2)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    assert "exists: give another --out" in limner("crossval", dataset, "--out", tmp_path / "full", code=1)
    assert "exists: give another --out" in limner("tune", dataset, "--out", tmp_path / "full", code=1)
