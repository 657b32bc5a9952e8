"""Which real pictures models are evaluated by: those they learned from, and those that none of them can have seen."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from limner.data import Dataset, is_dataset
from limner.data.of_run import data_of
from limner.errors import DataError, RunError
from limner.model import Model

MIN_TEST_PICTURES = 500
"""Test pictures from which the validation split, on which training may have stopped, is left alone."""
MAX_TRAIN_PICTURES = 60_000
"""Training pictures that are looked through, at most."""


@dataclass
class EvaluationSplit:
    """Training and held-out pictures, by dataset and row."""

    train: Dataset
    train_rows: np.ndarray
    held_out: Dataset
    held_out_rows: np.ndarray
    split: str
    """Of which split the held-out pictures are, in words."""
    learned_from: bool = True
    """Whether `train` is what the models learned from, so that copying can be evaluated."""
    notes: list[str] = field(default_factory=list)


def evaluation_split(
    dataset: Dataset, models: Sequence[tuple[Path | None, Model]], test_only: bool = False
) -> EvaluationSplit:
    """Chooses the pictures: the test split of the models' own dataset, or all of another dataset that they never saw.

    A test split of fewer than 500 is enlarged by the validation split, unless `test_only`.

    DataError when held-out pictures are training pictures, too.
    """
    learned = {str(model.about.get("data", {}).get("fingerprint")) for _, model in models}
    if learned <= {dataset.fingerprint}:
        chosen = _own(dataset, test_only)
    elif training := _found(learned, [path for path, _ in models if path]):
        rows = training.split("train")[:MAX_TRAIN_PICTURES]
        chosen = EvaluationSplit(training, rows, dataset, np.arange(len(dataset)), f"all of {dataset.name}")
    else:
        chosen = _own(dataset, test_only)
        chosen.learned_from = False
        chosen.notes.append(
            "the pictures that a model was trained on are not here: copying is not measured, and these pictures may be among them."
        )
    _check_overlap(chosen)
    return chosen


def _own(dataset: Dataset, test_only: bool) -> EvaluationSplit:
    test, validation = dataset.split("test"), dataset.split("validation")
    alone = test_only or len(test) >= MIN_TEST_PICTURES
    rows = test if alone else np.sort(np.concatenate([validation, test]))
    name = "test" if alone else "validation and test"
    return EvaluationSplit(dataset, dataset.split("train")[:MAX_TRAIN_PICTURES], dataset, rows, name)


def _found(fingerprints: set[str], runs: Sequence[Path]) -> Dataset | None:
    """Returns the one dataset that all runs were trained on, if it is still where it was."""
    for run in runs:
        try:
            path = Path(data_of(run))
        except RunError:
            continue
        if is_dataset(path) and fingerprints == {(dataset := Dataset.open(path)).fingerprint}:
            return dataset
    return None


def _check_overlap(chosen: EvaluationSplit) -> None:
    if not chosen.learned_from:
        return
    known = {_hash(chosen.train.pictures[row]) for row in chosen.train_rows}
    shared = [int(row) for row in chosen.held_out_rows if _hash(chosen.held_out.pictures[row]) in known]
    if shared:
        name = chosen.held_out.table["file_name"][shared[0]].as_py()
        raise DataError(
            f"{chosen.held_out.path}: {len(shared):,} of {len(chosen.held_out_rows):,} held-out pictures are training "
            f"pictures, too ({name} is one), so they cannot be used to evaluate it: leave them out."
        )


def _hash(picture: np.ndarray) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(picture).data, digest_size=16).digest()
