"""Cross-validation: how much of a figure is the recipe, and how much the pictures that happened to be held out."""

import json
import math
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from limner import files
from limner.config import fault_of
from limner.data import Dataset, open_dataset
from limner.data.splits import fold_of
from limner.errors import DataError, RunError, UsageError
from limner.evaluation.evaluate import MIN_SAMPLES, Evaluation, evaluate
from limner.evaluation.report import as_dict
from limner.evaluation.resumable import resumable
from limner.evaluation.table import ARROWS, number
from limner.parsing import MAX_DATA_JSON_BYTES, ParseError, read_json
from limner.pictures import Page
from limner.recipes import Recipe, apply_settings, find_recipe
from limner.training import train

MEASURED_GROUPS = ("distances", "fidelity", "utility", "generalisation", "likelihood")
"""Groups of measures: all but the cost, which does not depend on the fold."""
VALIDATION_ONE_IN = 10
"""Of the pictures to learn from, one in so many is set apart to keep the best model."""
DEFAULT_MINUTES = 10.0
"""Training of all folds together."""


@dataclass
class CrossValidation:
    """Every measure of every fold: {measure: {"better": ..., "values": [one a fold]}}."""

    recipe: str
    folds: int
    minutes: float
    measures: dict[str, dict[str, Any]]

    def rows(self) -> list[list[str]]:
        """Returns the table: a header, then a row a measure with mean, standard deviation and the value of each fold."""
        header = ["", "mean", "std", *(f"fold {fold + 1}" for fold in range(self.folds))]
        table = [header]
        for name, found in self.measures.items():
            values = found["values"]
            summary = [number(statistics.fmean(values)), number(statistics.stdev(values))]
            table.append([f"{name} {ARROWS[found['better']]}".strip(), *summary, *map(number, values)])
        return table


def cross_validate(
    data: str | Path | Dataset,
    recipe: str | Recipe = "gan",
    out: str | Path = "crossval",
    *,
    folds: int = 5,
    minutes: float = DEFAULT_MINUTES,
    n: int = 2000,
    settings: tuple[str, ...] = (),
    seed: int = 0,
    **prepare: Any,
) -> CrossValidation:
    """Trains and evaluates a recipe once a fold, each time on the other folds, and writes `report.json` and `report.html`.

    Folds are stratified by the main label. `minutes` of training are shared by all folds. Called again with the same
    arguments it continues where it stopped. `prepare` are options of `limner.prepare` for raw pictures.

    Raises DataError, RecipeError, RunError, UsageError, Interrupted.
    """
    if folds < 2:
        raise UsageError(f"--folds {folds}: at least 2 are needed.")
    if not 0 < minutes < math.inf or n < MIN_SAMPLES:
        raise UsageError(f"--minutes {minutes:g} --n {n}: some time and at least {MIN_SAMPLES} samples are needed.")
    chosen = apply_settings(recipe if isinstance(recipe, Recipe) else find_recipe(recipe), settings)
    dataset = data if isinstance(data, Dataset) else open_dataset(data, **prepare)
    if len(dataset) < 10 * folds:
        raise DataError(
            f"{dataset.path}: {len(dataset)} pictures are too few for {folds} folds; at least {10 * folds} are needed."
        )
    out = Path(out)
    asked = {
        "recipe": chosen.model_dump(mode="json"),
        "fingerprint": dataset.fingerprint,
        "folds": folds,
        "minutes": minutes,
    }
    found = []
    with resumable(out, "crossval.json", asked | {"n": n, "seed": seed}):
        for fold in range(folds):
            split, where = _split(dataset, fold, folds, seed), out / f"fold-{fold + 1}"
            found.append(_fold(split, chosen, where, minutes / folds, n, seed))
    result = CrossValidation(chosen.name, folds, minutes, _gathered(found))
    files.write_text(
        out / "report.json", json.dumps({**asked, "measures": result.measures, "folds": found}, indent=1) + "\n"
    )
    samples = [out / f"fold-{fold + 1}" / "run" / "model" / "samples.png" for fold in range(folds)]
    _page(result, dataset, samples).save(out / "report.html")
    return result


def _split(dataset: Dataset, fold: int, folds: int, seed: int) -> Dataset:
    label = dataset.schema.label
    everything = np.arange(len(dataset))
    labels = dataset.condition(everything, [label])[label].numpy() if label else None
    of_fold = fold_of(labels, len(dataset), folds, seed)
    split = np.where(of_fold == fold, "test", "train").astype("<U10")
    learned = np.flatnonzero(of_fold != fold)
    split[
        learned[np.random.default_rng([seed, fold]).permutation(len(learned))[: len(learned) // VALIDATION_ONE_IN]]
    ] = "validation"
    return dataset.resplit(split.tolist())


def _fold(dataset: Dataset, recipe: Recipe, folder: Path, minutes: float, n: int, seed: int) -> dict[str, Any]:
    report = folder / "report.json"
    if report.is_file():
        return _read_fold(report)
    run = folder / "run"
    model = train(dataset, recipe, run, minutes=minutes, seed=seed, resume=(run / "recipe.yaml").is_file())
    found = as_dict(_evaluated_fold({"model": model}, dataset, n, seed))["models"][0]
    files.write_text(report, json.dumps(found, indent=1) + "\n")
    return found


class OneMeasure(BaseModel):
    """What a fold's report says of a measure."""

    value: float
    better: str


class OneGroup(BaseModel):
    """What a fold's report says of measures that belong together."""

    measures: dict[str, OneMeasure]


class OneFold(BaseModel):
    """What a fold's report must hold."""

    groups: dict[str, OneGroup]


def _read_fold(report: Path) -> dict[str, Any]:
    """Returns what was found of a fold; RunError when its report is damaged."""
    try:
        found: dict[str, Any] = read_json(report, MAX_DATA_JSON_BYTES, finite=False)
        OneFold.model_validate(found)
    except (ParseError, ValidationError) as error:
        raise RunError(
            f"{report} is damaged ({fault_of(error)}); remove it, and the fold is evaluated again."
        ) from None
    return found


def _evaluated_fold(models: dict[str, Any], dataset: Dataset, n: int, seed: int) -> Evaluation:
    return evaluate(models, dataset, n=n, only=MEASURED_GROUPS, with_training_pictures=False, test_only=True, seed=seed)


def _gathered(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Returns the measures that every fold has."""
    measures = [
        {name: m for group in fold["groups"].values() for name, m in group["measures"].items()} for fold in found
    ]
    shared = [name for name in measures[0] if all(name in one for one in measures)]
    return {
        name: {"better": measures[0][name]["better"], "values": [one[name]["value"] for one in measures]}
        for name in shared
    }


def _page(result: CrossValidation, dataset: Dataset, samples: list[Path]) -> Page:
    page = Page(
        f"{result.recipe}, cross-validated",
        f"{result.folds} folds of {dataset.name}, {result.minutes / result.folds:.3g} minutes each.",
    )
    header, *rows = result.rows()
    page.table(header, rows)
    page.paragraph(
        "std: standard deviation over folds, that is of training and of what was held out. ↓ less is better, ↑ more is better."
    )
    page.heading("Samples")
    for fold, file in enumerate(samples, 1):
        page.figure(file.read_bytes(), f"fold {fold}")
    return page
