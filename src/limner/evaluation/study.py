"""Trials of changed recipes: drawn by Optuna, trained rung by rung, given up when they fall behind, continued after a stop."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from limner import files
from limner.config import fault_of
from limner.data import Dataset
from limner.errors import RunError, UsageError
from limner.parsing import ParseError, read_json
from limner.recipes import Recipe, apply_settings
from limner.recipes.search import Range, own_values, search_space
from limner.training import train
from limner.training.held_out import HeldOut

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.distributions import BaseDistribution

RUNGS = (0.25, 0.5, 0.75, 1.0)
"""Fractions of its time at which a trial is compared with the others and may be given up."""
DEFAULT = "default"
"""The folder of the recipe as it is."""
NUM_STARTUP_TRIALS = 3
"""Trials, the recipe as it is among them, before draws follow what did well, and before any is given up."""
MIN_TRIALS_TO_EXPLAIN = 4
"""Complete trials below which nothing can be said of what mattered."""


def open_study(file: Path, seed: int) -> "Study":
    """Returns the study that a journal file holds, or a new one; UsageError when Optuna is not installed."""
    try:
        import optuna
    except ImportError:
        raise UsageError("searching recipes needs Optuna: pip install 'limner[tune]'") from None
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(file))),
        sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=NUM_STARTUP_TRIALS, multivariate=True),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=NUM_STARTUP_TRIALS),
        study_name="limner",
        load_if_exists=True,
        direction="minimize",
    )


def tell_default(study: "Study", recipe: Recipe, rungs: list[float]) -> None:
    """Tells a new study how the recipe as it is did, so that the search begins from there."""
    from optuna.trial import create_trial

    if not study.get_trials(deepcopy=False):
        finished = create_trial(
            params=own_values(recipe),
            distributions=_space(recipe),
            value=rungs[-1],
            intermediate_values=dict(enumerate(rungs)),
            user_attrs={"folder": DEFAULT},
        )
        study.add_trial(finished)


def run_trials(
    study: "Study", recipe: Recipe, dataset: Dataset, out: Path, trials: int, minutes: float, seed: int
) -> None:
    """Runs trials of at most so many minutes each until so many have ended, complete or given up."""
    from optuna import TrialPruned
    from optuna.trial import TrialState

    space = _space(recipe)
    for left in study.get_trials(states=(TrialState.RUNNING,)):
        # cut off by an interruption: its training is continued under a new number
        study.tell(left.number, state=TrialState.FAIL)
        study.enqueue_trial(left.params, user_attrs={"folder": folder_of(left)})
    while len(ended(study)) < trials:
        trial = study.ask(space)
        settings = [f"{key}={json.dumps(value)}" for key, value in trial.params.items()]
        rungs = train_by_rungs(apply_settings(recipe, settings), dataset, out / folder_of(trial), minutes, seed)
        try:
            study.tell(trial, _last(trial, rungs))
        except TrialPruned:
            study.tell(trial, state=TrialState.PRUNED)


def train_by_rungs(recipe: Recipe, dataset: Dataset, run: Path, minutes: float, seed: int) -> Iterator[float]:
    """Trains for each fraction of the time in turn and yields the held-out measure; what was done before is not done again."""
    grouped = recipe.grouped(dataset)
    held_out = HeldOut(grouped, tuple(a.name for a in recipe.attributes(grouped.schema)), seed)
    measure = recipe.method.held_out_measure
    file = run / "rungs.json"
    known = _read_rungs(file) if file.is_file() else []
    yield from known
    for fraction in RUNGS[len(known) :]:
        begun = (run / "recipe.yaml").is_file()
        # all from random weights: of recipes that differ in their networks, some would start from a base and others not
        start = None if begun else "none"
        model = train(dataset, recipe, run, minutes=fraction * minutes, seed=seed, resume=begun, init_from=start)
        known.append(held_out.measure(measure, model.generator).value)
        files.write_text(file, json.dumps(known) + "\n")
        yield known[-1]


def _read_rungs(file: Path) -> list[float]:
    try:
        return TypeAdapter(list[float]).validate_python(read_json(file, finite=False))
    except (ParseError, ValidationError) as error:
        raise RunError(f"{file} is damaged ({fault_of(error)}); remove the folder, and it is trained again.") from None


def ended(study: "Study") -> list[dict[str, Any]]:
    """Returns what became of each changed recipe whose trial ended: its folder, its measure at each rung, the values it tried."""
    from optuna.trial import TrialState

    names = {TrialState.COMPLETE: "complete", TrialState.PRUNED: "given up"}
    return [
        {
            "folder": folder_of(trial),
            "state": names[trial.state],
            "rungs": [trial.intermediate_values[rung] for rung in sorted(trial.intermediate_values)],
            "values": trial.params,
        }
        for trial in study.get_trials(deepcopy=False, states=tuple(names))
        if folder_of(trial) != DEFAULT
    ]


def importances(study: "Study") -> dict[str, float]:
    """Returns how much each key mattered, as fractions that sum to 1, most first; empty for fewer than 4 complete trials.

    PED-ANOVA: Watanabe et al. 2023, arXiv 2304.10255.
    """
    from optuna.importance import get_param_importances

    complete = [trial for trial in ended(study) if trial["state"] == "complete"]
    return dict(get_param_importances(study)) if len(complete) >= MIN_TRIALS_TO_EXPLAIN else {}


def folder_of(trial: Any) -> str:
    """Returns where a trial trains, below the folder of the search."""
    return str(trial.user_attrs.get("folder", f"trials/{trial.number:03d}"))


def _space(recipe: Recipe) -> dict[str, "BaseDistribution"]:
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    return {
        key: FloatDistribution(among.low, among.high, log=among.log)
        if isinstance(among, Range)
        else CategoricalDistribution(among)
        for key, among in search_space(recipe).items()
    }


def _last(trial: "Trial", rungs: Iterator[float]) -> float:
    """Reports each rung and returns the last; raises TrialPruned when the trial falls behind before that."""
    from optuna import TrialPruned

    value = float("inf")
    for rung, value in enumerate(rungs):
        trial.report(value, rung)
        if rung + 1 < len(RUNGS) and trial.should_prune():
            raise TrialPruned
    return value
