"""What goes wrong is noticed: not-a-number rolls back, a saturated discriminator and collapse are named, early stopping stops."""

import json
from pathlib import Path

import pytest

from limner.data import Dataset
from limner.errors import DataError, RecipeError, UsageError
from limner.recipes import Recipe, apply_settings, find_recipe
from limner.training import train
from limner.training.alarms import WINDOW, raised
from limner.training.budget import Budget
from limner.training.held_out import HeldOut
from limner.training.history import read_history


def _rows(**values: float) -> list[dict[str, float]]:
    return [{"step": step, "pictures": step * 8, **values} for step in range(WINDOW)]


def test_healthy_training_raises_nothing() -> None:
    assert raised(_rows(pairwise_accuracy=0.8, std_ratio=0.9, kl=20.0)) == {}
    assert raised(_rows(pairwise_accuracy=1.0)[:5]) == {}


def test_rows_of_held_out_measures_do_not_silence_an_alarm() -> None:
    rows = [
        row
        for pair in zip(_rows(pairwise_accuracy=1.0), _rows(held_out_negative_elbo=3.0), strict=True)
        for row in pair
    ]
    assert list(raised(rows)) == ["saturated discriminator"]


def test_a_measure_that_a_method_lacks_is_refused(dataset: Dataset, recipe: Recipe, run: Path) -> None:
    wrong = apply_settings(recipe, ["stopping.measure=negative_elbo", "stopping.patience=2"])
    with pytest.raises(RecipeError, match="only a VAE without a flow has an ELBO"):
        train(dataset, wrong, run, steps=2)


@pytest.mark.parametrize(
    ("values", "alarm", "advice"),
    [
        ({"pairwise_accuracy": 1.0, "std_ratio": 1.0}, "saturated discriminator", "discriminator_lr"),
        ({"pairwise_accuracy": 0.7, "std_ratio": 0.05}, "mode collapse", "lower lr"),
        ({"kl": 0.01}, "posterior collapse", "beta"),
    ],
)
def test_trouble_is_named_with_what_to_change(values: dict[str, float], alarm: str, advice: str) -> None:
    found = raised(_rows(**values))
    assert list(found) == [alarm]
    assert advice.lower() in found[alarm].lower()


def test_early_stopping_keeps_the_best_model(dataset: Dataset, run: Path) -> None:
    settings = ["batch=8", "stopping.patience=2", "stopping.every=160", "lr=5e-3"]
    model = train(dataset, apply_settings(find_recipe("mlp-vae"), settings), run, pictures=100_000)
    measured = [row for row in read_history(run / "history.jsonl") if "held_out_negative_elbo" in row]
    best = min(measured, key=lambda row: row["held_out_negative_elbo"])
    assert measured[-1]["pictures"] < 100_000
    assert len(measured) >= 3
    assert best is measured[-3]
    assert model.about["training"]["pictures"] == best["pictures"]


def test_early_stopping_of_a_gan_measures_its_samples(dataset: Dataset, recipe: Recipe, run: Path) -> None:
    train(dataset, apply_settings(recipe, ["stopping.patience=1", "stopping.every=80"]), run, pictures=320)
    measured = [row["held_out_frechet"] for row in read_history(run / "history.jsonl") if "held_out_frechet" in row]
    assert len(measured) >= 2
    assert all(value > 0 for value in measured)


@pytest.mark.slow
def test_the_best_model_is_kept_though_training_goes_on(dataset: Dataset, run: Path) -> None:
    settings = ["batch=8", "stopping.every=160", "lr=5e-3"]
    model = train(dataset, apply_settings(find_recipe("mlp-vae"), settings), run, pictures=4000)
    measured = [row for row in read_history(run / "history.jsonl") if "held_out_negative_elbo" in row]
    best = min(measured, key=lambda row: row["held_out_negative_elbo"])
    assert len(measured) == 25
    # the last model is measured once more when it is left, and kept when it is as good
    assert model.about["training"]["pictures"] in (best["pictures"], 4000)
    last = train(
        dataset,
        apply_settings(find_recipe("mlp-vae"), [*settings[:1], "stopping.every=0", "lr=5e-3"]),
        run.with_name("last"),
        pictures=4000,
    )
    assert last.about["training"]["pictures"] == 4000
    held_out = HeldOut(dataset, (), 0)
    assert held_out.measure("negative_elbo", model.generator) <= held_out.measure("negative_elbo", last.generator)


def test_few_held_out_pictures_measure_nothing(dataset: Dataset, recipe: Recipe, run: Path) -> None:
    few = dataset.resplit(["validation"] * 8 + ["train"] * 152)
    train(few, apply_settings(recipe, ["stopping.every=16"]), run, pictures=64)
    assert not any("held_out_frechet" in row for row in read_history(run / "history.jsonl"))
    with pytest.raises(DataError, match="at least 16 held-out"):
        train(few, apply_settings(recipe, ["stopping.patience=1"]), run.with_name("other"), pictures=64)


def test_budgets_end_at_whichever_limit_comes_first(recipe: Recipe) -> None:
    budget = Budget.of(recipe, steps=10, pictures=1000, minutes=1)
    assert not budget.spent(9, 999, 59)
    assert budget.spent(10, 0, 0)
    assert budget.spent(0, 1000, 0)
    assert budget.spent(0, 0, 60)
    assert budget.progress(5, 900, 6) == (900, 1000, "pictures")
    assert Budget.of(recipe, None, None, None).pictures == recipe.pictures
    with pytest.raises(UsageError, match="--minutes -1"):
        Budget.of(recipe, None, None, -1)


def test_history_is_plain_json_and_tensorboard(dataset: Dataset, recipe: Recipe, run: Path) -> None:
    train(dataset, recipe, run, steps=40)
    rows = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
    assert {"step", "pictures", "seconds", "discriminator", "generator", "pairwise_accuracy", "std_ratio"} <= rows[
        0
    ].keys()
    assert list((run / "tensorboard").glob("events*"))
    assert list((run / "grids").glob("*.png"))
