"""Stopping and going on: N + M steps in one go equal N, stop, resume, M, bit for bit."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from limner.data import Dataset
from limner.errors import RunError
from limner.recipes import Recipe, apply_settings, find_recipe
from limner.training import train
from limner.training.checkpoint import Checkpoints
from limner.training.history import read_history
from limner.training.state import flatten

GAN = ["method.generator.widths=[16, 8, 8]", "method.discriminator.widths=[8, 8, 16]"]
VAE = ["method.encoder.widths=[8, 8, 16]", "method.decoder.widths=[16, 8, 8]"]
SMALL = {
    "gan": GAN,
    "vae": VAE,
    "causal-vae": [*VAE, "method.counterfactual_loss.after=40"],
    "dcgan": GAN,
    "dense-conv-gan": ["method.generator.widths=[16, 8, 8, 8]", GAN[1]],
}


def _final(run: Path) -> tuple[dict[str, torch.Tensor], str]:
    state, warnings = Checkpoints(run / "checkpoints").load()
    assert state is not None
    assert warnings == []
    del state["seconds"]  # of wall-clock, which nobody can repeat
    return flatten(state)


@pytest.mark.parametrize("name", ["r3gan", *SMALL])
def test_a_resumed_run_is_bit_for_bit_the_uninterrupted_one(
    name: str, dataset: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    settings = ["batch=8", "augment.flip=0.5", *SMALL.get(name, [])]
    quick = recipe if name == "r3gan" else apply_settings(find_recipe(name), settings)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(dataset, quick, whole, steps=25, seed=3)
    train(dataset, quick, parts, steps=11, seed=3)
    train(dataset, None, parts, steps=18, resume=True)
    train(dataset, None, parts, steps=25, resume=True)
    (tensors, text), (resumed, same_text) = _final(whole), _final(parts)
    assert text == same_text
    assert tensors.keys() == resumed.keys()
    assert all(torch.equal(tensors[key], resumed[key]) for key in tensors)
    samples = [np.asarray(Image.open(run / "model" / "samples.png")) for run in (whole, parts)]
    assert np.array_equal(*samples)


def test_another_seed_gives_another_run(dataset: Dataset, recipe: Recipe, tmp_path: Path) -> None:
    first, second = (train(dataset, recipe, tmp_path / str(seed), steps=2, seed=seed) for seed in (1, 2))
    assert first.digest != second.digest


def test_history_has_each_step_once_after_a_resume(dataset: Dataset, recipe: Recipe, run: Path) -> None:
    train(dataset, recipe, run, steps=20)
    with (run / "history.jsonl").open("a") as file:
        file.write('{"step": 40, "pictures": 320, "seconds": 9.0}\n{"step": 6')
    train(dataset, None, run, steps=60, resume=True)
    assert [row["step"] for row in read_history(run / "history.jsonl")] == [20, 40, 60]


def test_a_run_that_exists_is_not_overwritten(dataset: Dataset, recipe: Recipe, run: Path) -> None:
    train(dataset, recipe, run, steps=2)
    with pytest.raises(RunError, match="exists: continue it with --resume"):
        train(dataset, recipe, run, steps=2)


def test_nothing_to_resume_and_other_pictures_recipes_and_seeds_are_refused(
    dataset: Dataset, recipe: Recipe, run: Path, tmp_path: Path
) -> None:
    from limner.data import write_dataset

    with pytest.raises(RunError, match="holds no run"):
        train(dataset, None, run, resume=True)
    train(dataset, recipe, run, steps=2)
    other = write_dataset(tmp_path / "other", dataset.pictures[:50], {"species": dataset.captions("species")[:50]})
    with pytest.raises(RunError, match="other pictures"):
        train(other, None, run, resume=True)
    with pytest.raises(RunError, match=r"another recipe, its recipe\.yaml"):
        train(dataset, "vae", run, resume=True)
    with pytest.raises(RunError, match=r"another recipe, its recipe\.yaml"):
        train(dataset, recipe, run, settings=["lr=0.5"], resume=True)
    with pytest.raises(RunError, match="has seed 0"):
        train(dataset, None, run, seed=7, resume=True)
    assert train(dataset, recipe, run, steps=3, seed=0, resume=True).about["training"]["step"] == 3
