"""The evaluation of models: which ones, by what, and all that is measured of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from limner import memory
from limner.data import Dataset, is_dataset, open_dataset
from limner.data.of_run import data_for
from limner.data.verification import verify as verify_files
from limner.errors import UsageError, suggestion
from limner.evaluation.cost import cost
from limner.evaluation.distances import distances
from limner.evaluation.evaluation_split import evaluation_split
from limner.evaluation.fidelity import fidelity
from limner.evaluation.gallery import chosen
from limner.evaluation.generalisation import generalisation
from limner.evaluation.likelihood import likelihood
from limner.evaluation.measure import Group
from limner.evaluation.reference import Reference
from limner.evaluation.subject import Subject, generate, real
from limner.evaluation.utility import utility
from limner.features import load_extractor
from limner.model import Model, check_shape, find_folder, load
from limner.pictures import grid, notebook_html
from limner.progress import ProgressLine
from limner.version import __version__

GROUPS: dict[str, Callable[[Reference, Subject], Group]] = {
    "distances": distances,
    "fidelity": fidelity,
    "utility": utility,
    "generalisation": generalisation,
    "likelihood": likelihood,
    "cost": cost,
}
"""What can be measured, in the order of the table."""
OF_REAL_PICTURES = ("distances", "fidelity", "utility", "generalisation")
"""What is measured of training pictures, too, as the mark that a perfect copier would reach."""
MIN_SAMPLES = 10
"""Samples without which no measure means anything."""
SHOWN_PICTURES = 12
"""Pictures of each model that a notebook shows."""
Named = Mapping[str, tuple[Path | None, Model]]


@dataclass
class EvaluatedModel:
    """A subject and what each group of measures found."""

    subject: Subject
    groups: dict[str, Group] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)
    """Rows of its pictures worth looking at, by what they show."""


@dataclass
class Evaluation:
    """All that was measured of all models, and how."""

    reference: Reference
    models: list[EvaluatedModel]
    protocol: dict[str, Any]

    def __repr__(self) -> str:
        names = ", ".join(one.subject.name for one in self.models)
        return f"Evaluation({names}; {', '.join(self.models[0].groups)})"

    def _repr_html_(self) -> str:
        """Returns what a notebook shows: the table, and pictures of each model."""
        from limner.evaluation.table import rows

        pictures = [one.subject.generated.pictures[:SHOWN_PICTURES] for one in self.models if one.subject.model]
        sheet = grid(np.concatenate(pictures), SHOWN_PICTURES) if pictures else None
        return notebook_html(repr(self), (), sheet, rows(self))

    def value(self, model: str, measure: str) -> float:
        """Returns one figure by the names of its column and row; KeyError when there is none."""
        groups = next(one.groups for one in self.models if one.subject.name == model)
        return next(m.value for group in groups.values() for m in group.measures if m.name == measure)


def evaluate(
    models: Sequence[str | Path] | Mapping[str, Model],
    data: str | Path | Dataset | None = None,
    *,
    n: int = 10_000,
    features: str = "limner",
    only: Sequence[str] = (),
    with_training_pictures: bool = True,
    test_only: bool = False,
    seed: int = 0,
    verify: bool = False,
) -> Evaluation:
    """Evaluates models, side by side, by n samples of each against held-out pictures.

    `models` are folders, or loaded models by name; `data` is the dataset they learned from, or one that they never saw, or
    anything that `prepare` reads; if left out, it is what the first folder was trained on. `only` names groups of `GROUPS`;
    `with_training_pictures` evaluates these, too; with `test_only` a small test split is not enlarged; with `verify` all pictures
    are checked against their digests first, else some.
    Raises DataError, ModelError, UsageError.
    """
    if n < MIN_SAMPLES:
        raise UsageError(f"--n {n}: at least {MIN_SAMPLES} samples are needed to evaluate a model.")
    for group in only:
        if group not in GROUPS:
            raise UsageError(f"--only {group}: {suggestion(group, list(GROUPS))}")
    named = {name: (None, model) for name, model in models.items()} if isinstance(models, Mapping) else _loaded(models)
    if not named:
        raise UsageError("give at least one model to evaluate.")
    if data is None:
        data = recorded_dataset([path for path, _ in named.values() if path])
    dataset = _dataset(data, next(model for _, model in named.values()))
    verify_files(dataset.path, whole=verify, seed=seed)
    if "utility" in only and not dataset.schema.label:
        raise UsageError(f"--only utility: {dataset.path} has no labels, which a classifier needs.")
    if list(only) == ["likelihood"] and not any(model.generator.encodes for _, model in named.values()):
        raise UsageError("--only likelihood: none of these models is a VAE, and others have no likelihood.")
    for name, (_, model) in named.items():
        check_shape(name, model, dataset)
    with memory.explained(f"evaluating by --n {n:,} samples", "lower --n, or name fewer groups with --only"):
        return _evaluated(named, dataset, n, features, only, with_training_pictures, test_only, seed)


def _evaluated(
    named: Named,
    dataset: Dataset,
    n: int,
    features: str,
    only: Sequence[str],
    with_training_pictures: bool,
    test_only: bool,
    seed: int,
) -> Evaluation:
    reference = Reference(evaluation_split(dataset, list(named.values()), test_only), load_extractor(features), seed)
    chosen_groups = [group for group in GROUPS if not only or group in only]
    models = [
        _evaluated_subject(generate(name, path, model, reference, n), reference, chosen_groups)
        for name, (path, model) in named.items()
    ]
    comparable = [group for group in chosen_groups if group in OF_REAL_PICTURES]
    if with_training_pictures and comparable:
        models.append(_evaluated_subject(real(reference, n), reference, comparable))
    return Evaluation(reference, models, _protocol(reference, n))


def _protocol(reference: Reference, n: int) -> dict[str, Any]:
    return {
        "limner": __version__,
        "data": reference.dataset.name,
        "fingerprint": reference.dataset.fingerprint,
        "held_out": f"{len(reference.evaluation_split.held_out_rows):,} ({reference.split})",
        "training": len(reference.evaluation_split.train_rows),
        "samples": n,
        "extractor": reference.extractor.name,
        "seed": reference.seed,
        "intervals": "95 %",
    }


def _evaluated_subject(subject: Subject, reference: Reference, chosen_groups: Sequence[str]) -> EvaluatedModel:
    one = EvaluatedModel(subject)
    with ProgressLine(subject.name, len(chosen_groups), "groups", rate=False) as bar:
        for name in chosen_groups:
            bar.update(bar.done, name)
            one.groups[name] = GROUPS[name](reference, subject)
            bar.advance()
    if subject.model is not None:
        one.seen = chosen(reference, subject, by_class="utility" in chosen_groups)
    return one


def _loaded(paths: Sequence[str | Path]) -> Named:
    """Loads models and names them by as much of their paths as tells them apart."""
    if len({find_folder(Path(path)).resolve() for path in paths}) < len(paths):
        raise UsageError("a model is given twice.")
    names = [Path(path).name for path in paths]
    if len(set(names)) < len(names):
        names = [str(path) for path in paths]
    return {name: (Path(path), load(path)) for name, path in zip(names, paths, strict=True)}


def recorded_dataset(models: Sequence[Path]) -> Dataset:
    """Returns the dataset that the first of some runs was trained on; UsageError when it is gone, or no model says."""
    if not models:
        raise UsageError("a loaded model does not say where its pictures are: give the dataset as data.")
    return data_for(models[0], None)


def _dataset(data: str | Path | Dataset, model: Model) -> Dataset:
    if isinstance(data, Dataset):
        return data
    # pictures that are not prepared yet are prepared as the model generates
    options: dict[str, Any] = {} if is_dataset(data) else {"size": (model.schema.height, model.schema.width)}
    return open_dataset(data, **options)
