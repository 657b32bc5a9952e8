"""Training: from a dataset and a recipe to a run with a model."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from limner.data.cache import open_dataset
from limner.data.dataset import Dataset
from limner.data.of_run import data_of
from limner.data.verification import verify as verify_files
from limner.errors import LimnerError, RunError, UsageError
from limner.memory import OutOfMemoryError, explained
from limner.model import Model, load
from limner.recipes import Recipe, apply_settings, find_recipe, resize
from limner.training.budget import Budget
from limner.training.checkpoint import Checkpoints
from limner.training.memory_estimate import SMALLER_HINT
from limner.training.processes import Processes
from limner.training.run import Run, command
from limner.training.trainer import Trainer

__all__ = ["Interrupted", "train"]


class Interrupted(RunError):
    """Training was asked to stop before its budget was spent; everything is saved."""

    exit_code = 130


def train(
    data: str | Path | Dataset | None,
    recipe: str | Recipe | None = None,
    out: str | Path = "run",
    *,
    steps: int | None = None,
    pictures: int | None = None,
    minutes: float | None = None,
    settings: Sequence[str] = (),
    model_size: str = "base",
    seed: int | None = None,
    resume: bool = False,
    device: str = "auto",
    save_every: int | None = None,
    verify: bool = False,
    init_from: str | None = None,
    **prepare: Any,
) -> Model:
    """Trains a recipe on pictures and returns the model, which `out/model` holds too.

    `data` is a dataset or anything that `prepare` reads (its options are passed on). `recipe` is a name, a YAML file or
    a `Recipe`, `gan` unless given, with networks as wide as `model_size` says: small, base or large. A resumed run may
    leave out data, recipe and seed, and refuses others than its own.
    `steps`, `pictures` and `minutes` are totals over all sessions; whichever is reached first ends the training.
    Saves every minute, or every `save_every` steps. Some blocks of the pictures are checked against their digests at first,
    all of them with `verify`. `init_from` names the initial weights: a run, a model or a file; "none" is random ones; if
    left out, those of the base that fits the recipe, if there is one. Raises DataError, RecipeError, RunError, UsageError, and
    Interrupted when a signal stopped it.
    """
    if init_from is not None and resume:
        raise UsageError("--from says what a new run starts from; leave it out with --resume.")
    folder = Path(out)
    chosen = _chosen(recipe, settings, model_size)
    _check_options(data, seed, save_every, prepare)
    processes = Processes(device)
    dataset = data if isinstance(data, Dataset) else _open(data, folder, prepare)

    def begin() -> Run:
        # others at each resume, so that what one session passed over the next may find
        reached = Checkpoints(folder / "checkpoints").steps()[-1:]
        verify_files(dataset.path, whole=verify, seed=sum(reached))
        if resume:
            return Run.resume(folder, chosen if recipe or settings or model_size != "base" else None, seed, dataset)
        return Run.create(folder, chosen, seed or 0, dataset, init_from)

    run = _enter(folder, begin, processes)
    try:
        budget = Budget.of(run.recipe, steps, pictures, minutes)
        with explained(_what(run), SMALLER_HINT):
            trainer = Trainer(run, dataset, processes, save_every)
            said = trainer.load_initial_weights()
    except LimnerError:
        run.close() if resume else run.discard()
        raise
    if said and processes.is_main:
        print(said, file=sys.stderr)
    if not _spends(budget, trainer, run):
        raise Interrupted(f"stopped and saved. Continue with: {command(folder)}{_limits(budget)}")
    return load(run.model)


def _chosen(recipe: str | Recipe | None, settings: Sequence[str], model_size: str) -> Recipe:
    named = recipe if isinstance(recipe, Recipe) else find_recipe(recipe or "gan")
    return apply_settings(resize(named, model_size), settings)


def _check_options(data: object, seed: int | None, save_every: int | None, prepare: dict[str, Any]) -> None:
    """Raises UsageError for a number out of range, or options of `prepare` with a dataset that is prepared."""
    if seed is not None and seed < 0:
        raise UsageError(f"--seed {seed}: give a whole number of at least 0.")
    if save_every is not None and save_every < 1:
        raise UsageError(f"--save-every {save_every}: give a whole number of at least 1.")
    if isinstance(data, Dataset) and prepare:
        raise UsageError(f"{data.path} is prepared already; '{min(prepare)}' can only be chosen when preparing.")


def _spends(budget: Budget, trainer: Trainer, run: Run) -> bool:
    """Trains, releases the run, and returns whether the budget was spent; a signal stops training earlier."""
    try:
        with explained(_what(run), SMALLER_HINT):
            return trainer.train(budget)
    except OutOfMemoryError:
        if trainer.step == 0:  # nothing was learned that could be continued
            run.discard()
        raise
    finally:
        run.close()


def _what(run: Run) -> str:
    return f"training with a batch of {run.recipe.batch}"


def _enter(folder: Path, begin: Callable[[], Run], processes: Processes) -> Run:
    if not processes.is_main:
        processes.wait()  # until the leading process has made and locked the run
        return Run.follow(folder)
    run = begin()
    processes.wait()
    return run


def _open(data: str | Path | None, folder: Path, prepare: dict[str, Any]) -> Dataset:
    source = data_of(folder) if data is None else data
    if data is None and not Path(source).exists():
        raise RunError(f"{folder} was trained on {source}, which is no longer there: give its pictures as DATA.")
    return open_dataset(source, **prepare)


def _limits(budget: Budget) -> str:
    limits = {"steps": budget.steps, "pictures": budget.pictures, "minutes": budget.minutes}
    return "".join(f" --{name} {value}" for name, value in limits.items() if value is not None)
