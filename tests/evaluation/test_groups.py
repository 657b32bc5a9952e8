"""Groups of measures against what is known of a model: a VAE's ELBO, the cost of a model, by class, the classifier."""

from pathlib import Path

import numpy as np
import pytest
import torch

from generators import noise, parrot
from limner.data import Dataset, write_dataset
from limner.errors import UsageError
from limner.evaluation import evaluate
from limner.evaluation.classifier import train_classifier
from limner.model import Model
from limner.recipes import apply_settings, find_recipe
from limner.training import train

QUICK = ["method.encoder.widths=[8, 16]", "method.decoder.widths=[16, 8]", "method.latent_dim=8", "batch=16", "lr=3e-3"]


@pytest.fixture(scope="module")
def vae(flowers: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small VAE, trained for some steps."""
    run = tmp_path_factory.mktemp("vae") / "run"
    train(flowers, apply_settings(find_recipe("elbo-vae"), QUICK), run, steps=60)
    return run


def test_a_vae_is_judged_by_its_likelihood(flowers: Dataset, vae: Path) -> None:
    evaluation = evaluate([vae], flowers, n=40, only=("likelihood",))
    elbo, tighter = (
        evaluation.value("run", f"{name}, bits per dimension")
        for name in ("negative ELBO", "importance-weighted bound")
    )
    assert 2 < tighter <= elbo < 9
    assert 0 < evaluation.value("run", "reconstruction error") < 0.25
    assert 0 <= evaluation.value("run", "active units") <= 8
    for name in ("MIG", "SAP", "DCI disentanglement", "DCI completeness", "DCI informativeness"):
        assert 0 <= evaluation.value("run", name) <= 1
    assert all(m.low < m.value < m.high for m in evaluation.models[0].groups["likelihood"].measures if m.low != m.high)


def test_a_vae_with_a_learned_prior_states_no_elbo(flowers: Dataset, tmp_path: Path) -> None:
    quick = [*QUICK, "adversary.network.widths=[8, 16]", "flow.width=16"]
    train(flowers, apply_settings(find_recipe("vae"), quick), tmp_path / "run", steps=10)
    group = evaluate([tmp_path / "run"], flowers, n=40, only=("likelihood",)).models[0].groups["likelihood"]
    names = [measure.name for measure in group.measures]
    assert "reconstruction error" in names
    assert not any("ELBO" in name or "bound" in name for name in names)
    assert "elbo-vae" in group.notes[0]


def test_factors_that_hardly_vary_are_left_out(flowers: Dataset, vae: Path) -> None:
    held_out = np.concatenate([flowers.split("validation"), flowers.split("test")])
    species = flowers.table["species"].take(held_out).to_pylist()
    height = [1.0] * (len(species) - 5) + [0.5] * 5
    table = {"split": ["test"] * len(species), "species": species, "height": height}
    dataset = write_dataset(vae.parent / "level", np.asarray(flowers.pictures[held_out]), table)
    evaluation = evaluate([vae], dataset, n=40, only=("likelihood",)).models[0].groups["likelihood"]
    assert "two factors" in evaluation.notes[0]
    assert not any("DCI" in measure.name for measure in evaluation.measures)


def test_a_model_without_encoder_has_no_likelihood(flowers: Dataset) -> None:
    evaluation = evaluate({"noise": noise(flowers)}, flowers, n=40, only=("distances", "likelihood"))
    assert evaluation.models[0].groups["likelihood"].measures == []
    with pytest.raises(UsageError, match="none of these models is a VAE"):
        evaluate({"noise": noise(flowers)}, flowers, n=40, only=("likelihood",))


def test_the_cost_of_a_model_is_that_of_a_process_of_its_own(
    flowers: Dataset, vae: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("limner.evaluation.cost.SECONDS_PER_BATCH_SIZE", 0.01)
    evaluation = evaluate([vae], flowers, n=40, only=("cost",))
    assert evaluation.value("run", "ms for one picture") > 0
    assert evaluation.value("run", "pictures a second") > 1
    assert 50 < evaluation.value("run", "peak memory MB") < 8000
    size = (vae / "model" / "model.safetensors").stat().st_size
    assert evaluation.value("run", "size MB") == size / 1e6
    assert set(evaluation.models[0].groups["cost"].details["by_batch"]) == {"16", "64", "256"}


def test_classes_are_judged_one_by_one(flowers: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limner.evaluation.classifier.TRAINING_STEPS", 5)  # nothing is asked of what it says
    rows = flowers.split("train")
    one = rows[flowers.condition(rows, ["species"])["species"].numpy() == 0]
    model: Model = parrot(flowers, one)
    groups = evaluate({"m": model}, flowers, n=80, only=("distances", "fidelity", "utility")).models[0].groups
    classes = flowers.schema.attribute("species").classes
    by_class = groups["distances"].details["by_class"]
    assert [row["class"] for row in by_class] == list(classes)
    assert [row["generated"] for row in by_class] == [80, 0, 0, 0, 0, 0]
    assert groups["fidelity"].details["by_class"][1]["precision"] is None
    assert groups["utility"].measures[0].name == "Inception-style score"


def test_the_classifier_learns_what_can_be_learned_and_nothing_else(flowers: Dataset) -> None:
    rng = np.random.default_rng(0)
    labels = torch.from_numpy(rng.integers(3, size=300))
    pictures = rng.integers(0, 60, (300, 48, 40, 1), dtype=np.uint8)
    pictures[np.arange(300), :, 10 * labels.numpy(), 0] = 255
    classifier = train_classifier(pictures[:200], labels[:200], 3, seed=0)
    probabilities = classifier.probabilities(pictures[200:])
    assert probabilities.shape == (100, 3)
    assert torch.allclose(probabilities.sum(1), torch.ones(100, dtype=torch.float64))
    assert (probabilities.argmax(1) == labels[200:]).double().mean() > 0.9
    blind = train_classifier(rng.integers(0, 256, (200, 16, 16, 3), dtype=np.uint8), labels[:200], 3, seed=0)
    guesses = blind.probabilities(rng.integers(0, 256, (300, 16, 16, 3), dtype=np.uint8)).argmax(1)
    assert (guesses == labels).double().mean() < 0.5
    same = train_classifier(pictures[:200], labels[:200], 3, seed=0)
    assert torch.equal(same.probabilities(pictures[200:]), probabilities)
