"""Who is judged: a model and what it painted."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from limner import memory, seeds
from limner.conditions import resolve
from limner.data import Dataset
from limner.errors import UsageError
from limner.evaluation.reference import Pictures, Reference
from limner.features import pool
from limner.model import Model
from limner.progress import ProgressLine

CHUNK = 512


@dataclass
class Subject:
    """A name and pictures; without model they are real ones, for comparison."""

    name: str
    made: Pictures
    path: Path | None = None
    model: Model | None = None


def paint(name: str, path: Path | None, model: Model, reference: Reference, n: int) -> Subject:
    """Has a model paint n pictures, with the training set's share of conditions."""
    schema = model.schema
    # in a list and in an array, with a code and a generator each
    each = 2 * schema.height * schema.width * schema.channels + 8 * model.painter.latent + seeds.GENERATOR_BYTES
    memory.require(n * each, f"judging {name} by --n {n:,} samples", "lower --n")
    seed = seeds.derive("evaluation", reference.seed) % 2**31
    condition = resolve({}, model.attributes, model.table, seed, range(n))
    codes, painted = model.codes(n, seed=seed), []
    with ProgressLine(f"{name}: painting", n, "pictures") as bar:
        for start in range(0, n, CHUNK):
            part = slice(start, start + CHUNK)
            painted.append(model.decode(codes[part], {key: values[part] for key, values in condition.items()}))
            bar.advance(len(painted[-1]))
    pictures = np.concatenate(painted)
    knows_class = any(a.name == reference.label and a.classes == reference.classes for a in model.attributes)
    labels = condition[str(reference.label)] if knows_class else None
    return Subject(name, Pictures(pictures, pool(reference.extractor, pictures), labels), path, model)


def real(reference: Reference, n: int) -> Subject:
    """Returns training pictures as if a model had painted them: what perfect copying would reach."""
    return Subject("training pictures", reference.some_train(n))


def check_shape(name: str, model: Model, dataset: Dataset) -> None:
    """Raises UsageError when a model paints pictures of another size or other channels than a dataset's."""
    ours, theirs = model.schema, dataset.schema
    if (ours.height, ours.width, ours.channels) != (theirs.height, theirs.width, theirs.channels):
        colours = {1: "grey", 3: "colour"}
        raise UsageError(
            f"{name} paints {ours.width}x{ours.height} {colours[ours.channels]} pictures, but those of "
            f"{dataset.path} are {theirs.width}x{theirs.height} {colours[theirs.channels]}: prepare them alike."
        )
