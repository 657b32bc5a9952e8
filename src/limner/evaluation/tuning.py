"""The search for a better recipe: trained on the training split, chosen on the validation split, evaluated on the test split."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limner import files
from limner.data import Dataset, open_dataset
from limner.errors import DataError, RecipeError, UsageError
from limner.evaluation.evaluate import Evaluation, evaluate
from limner.evaluation.measure import Measure
from limner.evaluation.report import as_dict
from limner.evaluation.resumable import resumable
from limner.evaluation.study import (
    DEFAULT,
    RUNGS,
    ended,
    importances,
    open_study,
    run_trials,
    tell_default,
    train_by_rungs,
)
from limner.evaluation.table import number
from limner.evaluation.tuning_page import page
from limner.model import Model, load
from limner.recipes import Recipe, apply_settings, find_recipe, to_yaml
from limner.recipes.search import search_space

MIN_SPLIT_PICTURES = 16
"""Pictures to choose by, and to evaluate by."""
NUM_SAMPLES = 5000
"""Of each of the two models that are evaluated at the end."""


@dataclass
class Tuning:
    """What a search found, and how the better recipe did on pictures that no choice was made by."""

    recipe: Recipe
    """The best one, as `recipe.yaml` holds it; the default, when nothing was better on the validation split."""
    default: list[float]
    """Of the recipe as it was, the held-out measure at each rung; less is better."""
    trials: list[dict[str, Any]]
    importances: dict[str, float]
    figures: dict[str, Measure]
    """The deciding measure on the test split, of "default" and, when a trial was better, of "tuned"."""
    evaluation: Evaluation

    @property
    def verdict(self) -> str:
        """Says whether the search was worth it."""
        old, new = self.figures["default"], self.figures.get("tuned")
        if new is None:
            return f"no trial was better than the default on the validation pictures, so recipe.yaml is the default ({_said(old)})"
        if new.value >= old.value:
            return f"not better on test pictures that it never saw: {_said(new)}, default {_said(old)}"
        apart = new.high is not None and old.low is not None and new.high < old.low
        word = "better" if apart else "better, though the intervals overlap,"
        return f"{word} on test pictures that it never saw: {_said(new)}, default {_said(old)}"

    def rows(self) -> list[list[str]]:
        """Returns the table: a header, the default, and the trials, the best first."""
        header = ["", *(f"at {fraction:.0%}" for fraction in RUNGS), "changes"]
        rows = [["default", *map(number, self.default), ""]]
        for trial in sorted(self.trials, key=lambda one: (-len(one["rungs"]), one["rungs"][-1])):
            blanks = ["given up"] + [""] * len(RUNGS)
            values = [*map(number, trial["rungs"]), *blanks][: len(RUNGS)]
            changes = ", ".join(
                f"{key.rsplit('.', 1)[-1]}={value:.3g}"
                if isinstance(value, float)
                else f"{key.rsplit('.', 1)[-1]}={value}"
                for key, value in trial["values"].items()
            )
            rows.append([Path(trial["folder"]).name, *values, changes])
        return [header, *rows]


def tune(
    data: str | Path | Dataset,
    recipe: str | Recipe = "gan",
    out: str | Path = "tune",
    *,
    trials: int = 20,
    minutes: float = 60.0,
    settings: tuple[str, ...] = (),
    seed: int = 0,
    **prepare: Any,
) -> Tuning:
    """Searches a recipe's space (`limner.recipes.search`) and writes `recipe.yaml`, `report.json` and `report.html`.

    `minutes` of training are shared by the recipe as it is and `trials` changed ones, of which those that fall behind
    are given up early (Optuna's TPE and median rule). Models are compared by Frechet
    distance, or by the ELBO where that is what is learned. Called again with the same arguments it
    continues. `prepare` are options of `limner.prepare` for raw pictures.

    Raises DataError, RecipeError, RunError, UsageError, Interrupted.
    """
    if trials < 1 or not 0 < minutes < math.inf:
        raise UsageError(f"--trials {trials} --minutes {minutes:g}: at least one trial and some time are needed.")
    chosen = apply_settings(recipe if isinstance(recipe, Recipe) else find_recipe(recipe), settings)
    if not search_space(chosen):
        raise RecipeError(f"the recipe '{chosen.name}' has nothing to search.")
    dataset = data if isinstance(data, Dataset) else open_dataset(data, **prepare)
    for split in ("validation", "test"):
        count = len(dataset.split(split))
        if count < MIN_SPLIT_PICTURES:
            raise DataError(
                f"{dataset.path}: {count} {split} pictures are too few to choose by; at least {MIN_SPLIT_PICTURES} are needed."
            )
    out = Path(out)
    asked = {"recipe": chosen.model_dump(mode="json"), "fingerprint": dataset.fingerprint, "trials": trials}
    each = minutes / (trials + 1)
    with resumable(out, "tune.json", asked | {"minutes": minutes, "seed": seed}):
        study = open_study(out / "study.journal", seed)
        default = list(train_by_rungs(chosen, dataset, out / DEFAULT, each, seed))
        tell_default(study, chosen, default)
        run_trials(study, chosen, dataset, out, trials, each, seed)
    found = _concluded(chosen, default, ended(study), importances(study), dataset, out, seed)
    report = {"verdict": found.verdict, "default": default, "trials": found.trials, "importances": found.importances}
    files.write_text(
        out / "report.json", json.dumps(report | {"evaluation": as_dict(found.evaluation)}, indent=1) + "\n"
    )
    page(found, chosen, dataset).save(out / "report.html")
    files.write_text(out / "recipe.yaml", to_yaml(found.recipe))
    return found


def _concluded(
    recipe: Recipe,
    default: list[float],
    trials: list[dict[str, Any]],
    mattered: dict[str, float],
    dataset: Dataset,
    out: Path,
    seed: int,
) -> Tuning:
    """Compares the default with the best trial on the test split."""
    complete = [trial for trial in trials if trial["state"] == "complete"]
    best = min(complete, key=lambda trial: trial["rungs"][-1], default=None)
    models: dict[str, Model] = {"default": load(out / DEFAULT)}
    if best is not None and best["rungs"][-1] < default[-1]:
        models["tuned"] = load(out / best["folder"])
        recipe = models["tuned"].recipe.model_copy(update={"name": f"{recipe.name}-tuned"})
    only = ("distances", "likelihood")
    evaluation = evaluate(
        models, dataset, n=NUM_SAMPLES, only=only, with_training_pictures=False, test_only=True, seed=seed
    )
    by_elbo = recipe.method.held_out_measure == "negative_elbo"
    name = "negative ELBO" if by_elbo else f"{evaluation.reference.extractor.distance} without bias"
    figures = {
        one.subject.name: next(m for group in one.groups.values() for m in group.measures if m.name.startswith(name))
        for one in evaluation.models
        if one.subject.name in models
    }
    return Tuning(recipe, default, trials, mattered, figures, evaluation)


def _said(measure: Measure) -> str:
    return f"{measure.name} {measure.value:.4g} [{measure.low:.4g}, {measure.high:.4g}]"
