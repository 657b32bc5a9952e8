"""From pictures to samples on the command line, as a newcomer would go; and every wrong turn is one line."""

import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from command_line import SMALL, limner
from limner.data import garden
from limner.model import load
from limner.pictures import read_provenance
from limner.recipes import RECIPES


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source") / "garden"
    garden.make(folder, 120, size=32, seed=0)
    return folder


@pytest.fixture(scope="module")
def run(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "gan"
    limner("train", pictures, "--recipe", "gan", "--out", out, "--steps", "12", *SMALL)
    return out


def test_the_next_command_that_garden_says_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = limner("garden", "my flowers", "--n", "40", "--size", "16")
    program, *command = shlex.split(said.partition("Next: ")[2])
    assert (program, command[:2]) == ("limner", ["train", "my flowers"])
    limner(*command, "--steps", "1", "--model-size", "small")
    assert load(tmp_path / "run").recipe.name == "vae"


def test_a_run_leaves_a_model_that_generates(run: Path) -> None:
    model = load(run)
    assert model.sample(4).shape == (4, 32, 32, 3)
    card = (run / "model" / "README.md").read_text()
    assert all(word in card for word in ("samples.png", "curves.svg", "AI-generated", "hinge"))
    assert {file.name for file in (run / "model").iterdir()} == {
        "config.json",
        "model.safetensors",
        "README.md",
        "samples.png",
        "curves.svg",
    }


def test_sample_replay_walk_and_supplement(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = load(run).attributes[0].name
    wanted = load(run).attributes[0].classes[1]
    limner("sample", run, "--n", "6", "--seed", "3", "--out", tmp_path / "s.png", "--condition", f"{name}={wanted}")
    assert read_provenance(tmp_path / "s.png")["condition"] == {name: wanted}
    monkeypatch.chdir(tmp_path)
    assert "the same pixels" in limner("replay", tmp_path / "s.png")
    assert "the same pixels" in limner("replay", run / "model" / "samples.png")
    replayed = np.asarray(Image.open(tmp_path / "s-replay.png"))
    assert np.array_equal(replayed, np.asarray(Image.open(tmp_path / "s.png")))
    limner("sample", run, "--walk", tmp_path / "walk.gif")
    limner("sample", run, "--n", "70", "--out", tmp_path / "more")
    limner("prepare", tmp_path / "more", tmp_path / "dataset", "--keep-duplicates")
    limner(
        "train",
        tmp_path / "dataset",
        "--recipe",
        "mlp-vae",
        "--out",
        tmp_path / "vae",
        "--steps",
        "3",
        "--set",
        "batch=8",
    )


def test_an_exported_model_generates_elsewhere(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "cache"))
    assert "within" in limner("export", run, "--to", "onnx", "--out", tmp_path / "model.onnx")
    limner("sample", run, "--runtime", "auto", "--n", "3", "--out", tmp_path / "s.png")
    assert read_provenance(tmp_path / "s.png")["model"]["runtime"] == "onnx"
    assert "the same pixels" in limner("replay", tmp_path / "s.png", "--out", tmp_path / "again.png")


def test_a_printed_recipe_trains(pictures: Path, tmp_path: Path) -> None:
    assert len(limner("recipes").splitlines()) == len(RECIPES)
    (tmp_path / "mine.yaml").write_text(limner("recipes", "mlp-gan", "--set", "batch=8"))
    limner("train", pictures, "--recipe", tmp_path / "mine.yaml", "--out", tmp_path / "run", "--steps", "3")
    assert load(tmp_path / "run").recipe.batch == 8


def test_a_run_goes_on_without_naming_its_data(run: Path) -> None:
    limner("train", "--resume", "--out", run, "--steps", "14")
    assert load(run).about["training"]["step"] == 14


def test_wrong_turns_are_one_line(pictures: Path, run: Path, tmp_path: Path) -> None:
    turns: list[tuple[list[str | Path], int, str]] = [
        (["train", tmp_path / "absent", "--out", tmp_path / "r"], 1, "absent"),
        (["train", "--out", tmp_path / "r"], 2, "give the pictures"),
        (["train", pictures, "--recipe", "gann", "--out", tmp_path / "r"], 2, "did you mean 'gan'"),
        (["train", pictures, "--out", tmp_path / "r", "--set", "losss=x"], 2, "did you mean 'loss'"),
        (["train", pictures, "--out", tmp_path / "r", "--set", "batch=100000"], 2, "batch"),
        (["train", pictures, "--out", tmp_path / "r", "--set", "batch=2000"], 1, "fewer than one batch"),
        (["train", pictures, "--out", tmp_path / "r2", "--steps", "0"], 2, "--steps 0"),
        (["train", pictures, "--out", tmp_path / "r", "--minutes", "nan"], 2, "--minutes nan"),
        (["train", pictures, "--out", tmp_path / "r", "--seed", "-1"], 2, "--seed -1"),
        (["train", pictures, "--out", tmp_path / "r", "--save-every", "0"], 2, "--save-every 0"),
        (["train", pictures, "--out", tmp_path / "r", "--set", "condition=nosuch"], 2, "nosuch"),
        (["train", pictures, "--out", run], 1, "exists: continue it with --resume"),
        (["train", pictures, "--out", pictures / "metadata.csv" / "r"], 1, "metadata.csv"),
        (["train", pictures, "--out", tmp_path / "r", "--device", "tpu"], 2, "choose from"),
        (["train", "--resume", "--out", tmp_path / "none"], 1, "no run"),
        (["sample", tmp_path / "absent"], 1, "no such model"),
        (["sample", run, "--condition", "colour_of_moon=blue", "--out", tmp_path / "x.png"], 2, "no condition"),
        (["sample", run, "--truncation", "2", "--out", tmp_path / "x.png"], 2, "truncation"),
        (["sample", run, "--out", tmp_path / "x.docx"], 2, "end its name in .png"),
        (["sample", run, "--device", "tpu"], 2, "choose from"),
        (["sample", run, "--condition", "a=1", "--condition", "a=2"], 2, "asked for twice"),
        (["sample", run, "--walk", tmp_path / "w.gif", "--n", "9"], 2, "--walk makes none"),
        (["sample", run, "--runtime", "onxx", "--out", tmp_path / "x.png"], 2, "did you mean 'onnx'"),
        (["export", tmp_path / "absent", "--out", tmp_path / "x.onnx"], 1, "no such model"),
        (["export", run, "--out", tmp_path / "x.png"], 2, "end its name in .onnx"),
        (["export", run, "--to", "torchscript"], 2, "the format is onnx"),
        (["replay", tmp_path / "absent.png"], 1, "absent.png"),
        (["replay", run / "model" / "samples.png", "--out", run / "model" / "samples.png"], 2, "the picture itself"),
        (["recipes", "--set", "lr=3"], 2, "give its name"),
        (["recipes", "nothing"], 2, "no recipe"),
    ]
    for arguments, code, words in turns:
        assert words in limner(*arguments, code=code, progress="prepare: "), arguments
    assert not (tmp_path / "r").exists()
    assert not (tmp_path / "r2").exists()
    assert not (tmp_path / "x.png").exists()
