"""What Limner itself wrote is told from pictures to train on: runs, models, and grids of samples."""

from pathlib import Path

import numpy as np
import pytest

from command_line import limner
from limner.data import open_dataset, prepare
from limner.data.report import read_report
from limner.errors import DataError
from limner.pictures import provenance_record, save
from limner.pictures.provenance import is_composite
from small_models import small_model


def pixels(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (16, 16, 3), np.uint8)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A folder as `limner train` leaves it, with grids of samples."""
    folder = tmp_path / "run"
    small_model("gan").save(folder / "model")
    (folder / "recipe.yaml").write_text("{}")
    (folder / "run.json").write_text("{}")
    for step in range(3):
        (folder / "grids").mkdir(exist_ok=True)
        save(pixels(step), folder / "grids" / f"pictures-{step}.png", provenance_record("training"))
    return folder


def test_a_run_and_a_model_are_no_pictures(run: Path, tmp_path: Path) -> None:
    for folder, what in ((run, "a training run"), (run / "model", "a model")):
        for words in (["prepare", folder, tmp_path / "out"], ["train", folder, "--out", tmp_path / "out"]):
            line = limner(*words, code=1)
            assert f"{folder} is {what}, not a folder of pictures" in line
            assert f"limner train PICTURES --from {folder}" in line
        with pytest.raises(DataError, match="not a folder of pictures"):
            open_dataset(folder)
    assert not (tmp_path / "out").exists()


def test_a_folder_of_grids_alone_is_refused(run: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"3 sample grid.*give the folder of the pictures themselves"):
        prepare(run / "grids", tmp_path / "out")


def test_a_grid_among_pictures_is_set_aside_and_has_no_say_in_the_size(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / "in").mkdir(exist_ok=True)
        save(pixels(number), tmp_path / "in" / f"{number}.png", provenance_record("sample", n=64, index=number))
    save(np.tile(pixels(9), (4, 4, 1)), tmp_path / "in" / "samples.webp", provenance_record("grid", n=16))
    dataset = prepare(tmp_path / "in", tmp_path / "out")
    assert (len(dataset), dataset.schema.height) == (5, 16)
    assert read_report(tmp_path / "out").set_aside == {"sample grid": 1}


@pytest.mark.parametrize(
    ("made", "several"),
    [
        (provenance_record("grid"), True),
        (provenance_record("causal sample", n=4), True),
        (provenance_record("causal sample", n=4, index=2), False),
        (provenance_record("counterfactual", pictures=["a"]), True),
        (provenance_record("counterfactual", pictures=["a"], of="a"), False),
        (provenance_record("edit"), False),
        ({"kind": "grid"}, False),  # of another program
    ],
)
def test_which_pictures_show_several(made: dict, several: bool, tmp_path: Path) -> None:
    for suffix in (".png", ".webp", ".jpg"):
        save(pixels(0), tmp_path / f"it{suffix}", made)
        assert is_composite((tmp_path / f"it{suffix}").read_bytes()) == several
    save(pixels(0), tmp_path / "plain.png")
    assert not is_composite((tmp_path / "plain.png").read_bytes())
    assert not is_composite(b"limner")
