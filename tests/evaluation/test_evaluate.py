"""What an evaluation says of models whose worth is known: parrots, fresh drawings and noise."""

import json
from pathlib import Path

import numpy as np
import pytest

from generators import noise, parrot
from limner.data import Dataset, write_dataset
from limner.errors import DataError, UsageError
from limner.evaluation import GROUPS, Evaluation, evaluate, write_report
from limner.evaluation.table import rows, verdicts, warnings

N = 240


@pytest.fixture(scope="module")
def evaluation(flowers: Dataset, more_flowers: Dataset) -> Evaluation:
    """A model that returns training pictures, one that draws new ones, and noise."""
    models = {
        "parrot": parrot(flowers, flowers.split("train")),
        "fresh": parrot(more_flowers, np.arange(len(more_flowers)), fingerprint=flowers.fingerprint),
        "noise": noise(flowers),
    }
    return evaluate(models, flowers, n=N, only=("distances", "fidelity", "utility", "generalisation"))


def test_a_parrot_is_flagged_and_fresh_drawings_are_not(evaluation: Evaluation) -> None:
    assert evaluation.value("parrot", "copies") > 0.9
    assert evaluation.value("parrot", "C_T") < -3
    assert evaluation.value("parrot", "closer than held-out") > 0.95
    assert evaluation.value("parrot", "authentic") < 0.1
    assert evaluation.value("fresh", "copies") < 0.05
    assert abs(evaluation.value("fresh", "C_T")) < 3
    said = verdicts(evaluation)
    assert said[0].startswith("parrot: samples copy training pictures")
    assert said[1].startswith("fresh: no copies")
    assert said[2].startswith("noise: no copies; samples look less like the training pictures")
    assert said[3].startswith("training pictures, evaluated like samples for comparison: samples copy")


def test_noise_is_last_on_every_measure_of_quality(evaluation: Evaluation) -> None:
    for name in ("FD-limner", "FD-limner without bias", "kernel distance"):
        assert evaluation.value("noise", name) > 3 * evaluation.value("fresh", name)
    for name in ("precision", "recall", "density", "coverage"):
        assert evaluation.value("noise", name) < evaluation.value("fresh", name)


def test_utility_of_drawings_is_that_of_real_pictures(evaluation: Evaluation) -> None:
    assert evaluation.value("fresh", "TSTR accuracy") > 0.5
    assert evaluation.value("fresh", "TRTS accuracy") > 0.5
    confusion = next(one for one in evaluation.models if one.subject.name == "fresh").groups["utility"].details["TSTR"]
    assert np.sum(confusion["confusion"]) == 120
    assert len(confusion["classes"]) == 6
    assert any("noise: utility (TSTR, TRTS) is not measured" in line for line in warnings(evaluation))


def test_intervals_hold_their_figures(evaluation: Evaluation) -> None:
    found = [
        m for one in evaluation.models for group in one.groups.values() for m in group.measures if m.low is not None
    ]
    assert len(found) > 30
    assert [m for m in found if not m.low <= m.value <= m.high] == []
    assert all(m.protocol for m in found)


def test_figures_with_the_same_fault_share_a_line(flowers: Dataset) -> None:
    few = evaluate({"noise": noise(flowers)}, flowers, n=20, only=("fidelity",), with_training_pictures=False)
    assert warnings(few)[0].startswith(
        "precision, recall, density, coverage: with 20 pictures this figure is uncertain"
    )


def test_small_samples_are_said_to_be_small(evaluation: Evaluation) -> None:
    assert any(
        line.startswith(
            "FD-limner: the figure is far too high, because the smaller of the two sets has 120 pictures and 448 are"
        )
        for line in warnings(evaluation)
    )


def test_the_report_holds_everything(evaluation: Evaluation, out: Path) -> None:
    write_report(evaluation, out)
    report = json.loads((out / "report.json").read_text())
    assert [model["name"] for model in report["models"]] == ["parrot", "fresh", "noise", "training pictures"]
    assert report["protocol"]["samples"] == N
    nearest = report["models"][0]["groups"]["generalisation"]["details"]["nearest"]
    assert all(pair["copy"] for pair in nearest)
    page = (out / "report.html").read_text()
    assert all(
        word in page for word in ("Does it copy?", "worst", "most typical", "taken for another class", "Confusion")
    )


def test_the_table_stars_the_best_model_of_a_row(evaluation: Evaluation) -> None:
    header, *body = rows(evaluation)
    assert header == ["", "parrot", "fresh", "noise", "training pictures"]
    copies = next(row for row in body if row[0].startswith("copies"))
    assert copies[1].startswith("1 [")
    assert not any(cell.endswith("*") for cell in copies)  # two models with no copies
    distance = next(row for row in body if row[0].startswith("FD-limner"))
    assert sum(cell.endswith("*") for cell in distance[1:3]) == 1


def test_the_same_seed_judges_the_same(flowers: Dataset) -> None:
    model = parrot(flowers, flowers.split("validation"), shake=0.1)
    first, second = (evaluate({"m": model}, flowers, n=60, only=("distances", "generalisation")) for _ in range(2))
    assert rows(first) == rows(second)


def test_a_held_out_set_of_its_own(flowers: Dataset, more_flowers: Dataset) -> None:
    evaluation = evaluate(
        {"m": parrot(flowers, flowers.split("train"))}, more_flowers, n=60, only=("distances", "generalisation")
    )
    assert any("copying is not measured" in line for line in warnings(evaluation))
    assert evaluation.models[0].groups["generalisation"].measures == []


def test_held_out_pictures_that_were_learned_from_are_found(flowers: Dataset, tmp_path: Path) -> None:
    leaky = np.concatenate([flowers.pictures[:300], flowers.pictures[:60]])
    splits = ["train"] * 300 + ["test"] * 60
    dataset = write_dataset(
        tmp_path / "leaky",
        leaky,
        {"split": splits, "species": flowers.captions("species")[:300] + flowers.captions("species")[:60]},
    )
    with pytest.raises(DataError, match="60 of 60 held-out pictures are training pictures, too"):
        evaluate({"m": parrot(dataset, dataset.split("train"))}, dataset, n=60, only=("distances",))


def test_wrong_arguments_are_one_line(flowers: Dataset, more_flowers: Dataset, tmp_path: Path) -> None:
    model = {"m": parrot(flowers, flowers.split("train"))}
    with pytest.raises(UsageError, match="--n 3"):
        evaluate(model, flowers, n=3)
    with pytest.raises(UsageError, match="did you mean 'fidelity'"):
        evaluate(model, flowers, n=20, only=("fidelty",))
    with pytest.raises(UsageError, match="there is no extractor"):
        evaluate(model, flowers, n=20, features="limber")
    with pytest.raises(UsageError, match="at least one model"):
        evaluate({}, flowers)
    grey = write_dataset(
        tmp_path / "grey", flowers.pictures[:, :, :, :1].copy(), {"split": flowers.table["split"].to_pylist()}
    )
    with pytest.raises(UsageError, match=r"generates 32x32 colour pictures, but those of .* are 32x32 grey"):
        evaluate(model, grey, n=20)
    with pytest.raises(UsageError, match="has no labels"):
        evaluate({"noise": noise(grey)}, grey, n=20, only=("utility",))
    with pytest.raises(DataError, match="0 held-out pictures"):
        evaluate(model, flowers.resplit(["train"] * len(flowers)), n=20)


def test_groups_are_in_the_order_of_the_table() -> None:
    assert list(GROUPS) == ["distances", "fidelity", "utility", "generalisation", "likelihood", "cost"]
