"""The search for a better recipe: trials on the training split, compared on the validation split, judged on the test split."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limner import files
from limner.data import Dataset, open_dataset
from limner.errors import DataError, RecipeError, UsageError
from limner.evaluation.crossval import begin
from limner.evaluation.evaluate import Evaluation, evaluate
from limner.evaluation.measure import Measure
from limner.model import load
from limner.recipes import Recipe, apply_settings, find_recipe, to_yaml
from limner.recipes.search import Range, search_space
from limner.training import train
from limner.training.held_out import HeldOut

if TYPE_CHECKING:
    from optuna import Study, Trial

RUNGS = (0.25, 0.5, 0.75, 1.0)
"""Shares of its time at which a trial is compared with the others and may be given up."""
STARTUP = 3
"""Trials that are drawn at random and never given up, to compare others with."""
FEWEST = 32


@dataclass
class Tuning:
    """What a search found: the trials, the better recipe, and how both did on pictures that no choice was made by."""

    study: "Study"
    default: list[float]
    """Of the recipe as it was, the measure at each rung."""
    recipe: Recipe
    tuned: bool
    """Whether any trial was better than the recipe as it was, on the validation split."""
    judged: Evaluation
    figures: dict[str, Measure]
    """The deciding measure on the test split, of "default" and of "tuned"."""

    @property
    def verdict(self) -> str:
        """Says whether the search was worth it."""
        old, new = self.figures["default"], self.figures.get("tuned")
        if new is None:
            return f"no trial was better than the default ({old.name} {_said(old)}); recipe.yaml is the default"
        if new.value >= old.value:
            return f"not better on the test pictures: {new.name} {_said(new)}, default {_said(old)}"
        apart = new.high is not None and old.low is not None and new.high < old.low
        word = "better" if apart else "better, though the intervals overlap,"
        return f"{word} on test pictures it never saw: {new.name} {_said(new)}, default {_said(old)}"


def tune(
    data: str | Path | Dataset,
    recipe: str | Recipe = "gan",
    out: str | Path = "tune",
    *,
    trials: int = 20,
    minutes: float = 60.0,
    settings: tuple[str, ...] = (),
    seed: int = 0,
) -> Tuning:
    """Searches a recipe's space (`limner.recipes.search`) and writes `recipe.yaml`, `report.json` and `report.html`.

    `minutes` of training are shared by the recipe as it is and `trials` changed ones, of which those that fall behind
    are given up early (Optuna's TPE and median rule). A GAN is compared by Frechet distance, a VAE by its bound. Called
    again with the same arguments it continues. Raises DataError, RecipeError, RunError, UsageError, Interrupted.
    """
    if trials < 1 or minutes <= 0:
        raise UsageError(f"--trials {trials} --minutes {minutes:g}: at least one trial and some time are needed.")
    chosen = apply_settings(recipe if isinstance(recipe, Recipe) else find_recipe(recipe), settings)
    if not search_space(chosen):
        raise RecipeError(f"the recipe '{chosen.name}' has nothing to search.")
    dataset = data if isinstance(data, Dataset) else open_dataset(data)
    for split in ("validation", "test"):
        if len(dataset.split(split)) < FEWEST:
            raise DataError(f"{dataset.path}: its {split} split has {len(dataset.split(split))} pictures; at least {FEWEST} are needed to choose by.")
    out = Path(out)
    asked = {"recipe": chosen.model_dump(mode="json"), "fingerprint": dataset.fingerprint, "trials": trials}
    begin(out, "tune.json", asked | {"minutes": minutes, "seed": seed})
    study = _study(out, seed)
    each = minutes / (trials + 1)
    default = list(_trained(chosen, dataset, out / "default", each, seed))
    _search(study, chosen, dataset, out, trials, each, seed)
    return _concluded(study, default, chosen, dataset, out, seed)


def _study(out: Path, seed: int) -> "Study":
    try:
        import optuna
    except ImportError:
        raise UsageError("tuning needs Optuna: pip install 'limner[tune]'") from None
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(out / "study.journal"))),
        sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=STARTUP),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTUP),
        study_name="limner",
        load_if_exists=True,
        direction="minimize",
    )


def _search(study: "Study", recipe: Recipe, dataset: Dataset, out: Path, trials: int, each: float, seed: int) -> None:
    from optuna import TrialPruned
    from optuna.trial import TrialState

    for left in study.get_trials(states=(TrialState.RUNNING,)):
        # cut off by an interruption: its training is continued under a new number
        study.tell(left.number, state=TrialState.FAIL)
        study.enqueue_trial(left.params, user_attrs={"folder": left.user_attrs.get("folder", f"{left.number:03d}")})
    ended = (TrialState.COMPLETE, TrialState.PRUNED)
    while len(study.get_trials(deepcopy=False, states=ended)) < trials:
        trial = study.ask()
        folder = out / "trials" / trial.user_attrs.get("folder", f"{trial.number:03d}")
        changed = apply_settings(recipe, [f"{key}={json.dumps(value)}" for key, value in _drawn(trial, recipe).items()])
        try:
            study.tell(trial, _value(trial, changed, dataset, folder, each, seed))
        except TrialPruned:
            study.tell(trial, state=TrialState.PRUNED)


def _drawn(trial: "Trial", recipe: Recipe) -> dict[str, Any]:
    """Returns a value for each key of the space."""
    drawn: dict[str, Any] = {}
    for key, among in search_space(recipe).items():
        if not isinstance(among, Range):
            drawn[key] = trial.suggest_categorical(key, among)
        elif among.whole:
            drawn[key] = trial.suggest_int(key, int(among.low), int(among.high), log=among.log)
        else:
            drawn[key] = trial.suggest_float(key, among.low, among.high, log=among.log)
    return drawn


def _value(trial: "Trial", recipe: Recipe, dataset: Dataset, folder: Path, each: float, seed: int) -> float:
    from optuna import TrialPruned

    value = float("inf")
    for rung, value in enumerate(_trained(recipe, dataset, folder, each, seed)):
        trial.report(value, rung)
        if trial.should_prune() and rung + 1 < len(RUNGS):
            raise TrialPruned
    return value


def _trained(recipe: Recipe, dataset: Dataset, run: Path, minutes: float, seed: int) -> Iterator[float]:
    """Trains for each share of the time in turn and yields the held-out measure; what was done before is not done again."""
    names = tuple(a.name for a in recipe.attributes(dataset.schema))
    measure = "bound" if recipe.method.kind == "vae" else "frechet"
    known_file = run / "rungs.json"
    known: list[float] = json.loads(known_file.read_text(encoding="utf-8")) if known_file.is_file() else []
    yield from known
    for share in RUNGS[len(known) :]:
        model = train(dataset, recipe, run, minutes=share * minutes, seed=seed, resume=(run / "recipe.yaml").is_file())
        known.append(HeldOut(dataset, names, seed).measure(measure, model.painter))
        files.write_text(known_file, json.dumps(known) + "\n")
        yield known[-1]


def _concluded(study: "Study", default: list[float], recipe: Recipe, dataset: Dataset, out: Path, seed: int) -> Tuning:
    from optuna.trial import TrialState

    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    best = min(complete, key=lambda trial: float(trial.value or 0.0)) if complete else None
    models, chosen = {"default": load(out / "default")}, recipe
    tuned = best is not None and best.value is not None and best.value < default[-1]
    if best is not None and tuned:
        run = out / "trials" / best.user_attrs.get("folder", f"{best.number:03d}")
        models["tuned"] = load(run)
        chosen = models["tuned"].recipe.model_copy(update={"name": f"{recipe.name}-tuned"})
    judged = evaluate(models, dataset, n=2000, only=("distances", "likelihood"), seed=seed)
    name = "bound" if recipe.method.kind == "vae" else judged.reference.extractor.distance
    figures = {one.subject.name: m for one in judged.judged for group in one.groups.values() for m in group.measures if m.name.startswith(name)}
    files.write_text(out / "recipe.yaml", to_yaml(chosen))
    return Tuning(study, default, chosen, tuned, judged, {name: figures[name] for name in models})


def _said(measure: Measure) -> str:
    return f"{measure.value:.4g} [{measure.low:.4g}, {measure.high:.4g}]"
