"""What comes out of a causal model as files: pictures with their provenance, and the attributes that go with them."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import limner
from limner import files
from limner.causal.model import CausalModel
from limner.causal.structural import Do
from limner.causal.variables import Table, read
from limner.data.dataset import Dataset
from limner.errors import GraphError, UsageError, nearest
from limner.evaluation.subject import check_shape
from limner.files import atomic_folder
from limner.pictures import grid, save


def write_counterfactuals(
    model: CausalModel, dataset: Dataset, names: Sequence[str], do: Do, out: Path, seed: int = 0
) -> Table:
    """Writes what pictures of a dataset, by file name, would have been, and returns their attributes.

    `out`, which must not exist, gets a picture for each, attributes.csv with a row before and a row after, and grid.png with
    the pictures above what they would have been. GraphError for a picture without all its attributes; UsageError.
    """
    if out.exists():
        raise UsageError(f"{out} is there already: give another --out.")
    check_shape("the model", model.painter, dataset)
    rows = rows_of(dataset, names)
    table, whole = read(dataset, model.structure.variables, rows)
    if len(whole) < len(rows):
        lacking = next(name for name, row in zip(names, rows, strict=True) if row not in set(whole.tolist()))
        raise GraphError(
            f"{lacking}: an attribute of it is missing, or of a class never learned: nothing can be abducted."
        )
    before = np.asarray(dataset.pictures[rows])
    other, after = model.counterfactual(table, before, do, seed)
    about = _about(model, seed) | {"do": {name: str(value) for name, value in do.items()}}
    with atomic_folder(out) as folder:
        for index, (name, picture) in enumerate(zip(names, after, strict=True)):
            own = {"of": name, "before": _row(model, table, index), "after": _row(model, other, index)}
            save(picture, folder / Path(name.replace("/", "-")).with_suffix(".png"), about | own)
        save(
            grid(np.concatenate([before, after]), columns=len(before)), folder / "grid.png", about | {"of": list(names)}
        )
        _write_table(model, {"before": table, "after": other}, names, folder / "attributes.csv")
    return other


def write_samples(model: CausalModel, n: int, do: Do, given: Do, out: Path, seed: int = 0) -> Table:
    """Writes a grid of n units of the world in which `do` holds, or as found where `given` is seen; returns their attributes."""
    table, pictures = model.sample(n, do, given, seed)
    asked = {"do": dict(do), "given": dict(given)}
    save(grid(pictures), out, _about(model, seed) | {key: value for key, value in asked.items() if value})
    return table


def means(model: CausalModel, table: Table) -> dict[str, str]:
    """Returns in words what is typical of units: the mean of numbers, the share of the most frequent class."""
    said = {}
    for name, variable in model.structure.variables.items():
        values = table[name]
        if variable.classes:
            top = int(np.bincount(values).argmax())
            said[name] = f"{variable.classes[top]} {np.mean(values == top):.0%}"
        else:
            said[name] = f"{values.mean():.3g}"
    return said


def _about(model: CausalModel, seed: int) -> dict[str, Any]:
    return {
        "ai_generated": True,
        "limner": limner.__version__,
        "kind": "causal",
        "graph": model.structure.graph.to_yaml(),
        "model": model.painter.digest,
        "seed": seed,
    }


def rows_of(dataset: Dataset, names: Sequence[str]) -> np.ndarray:
    """Returns the rows of pictures by file name; UsageError for one that is not there."""
    known = {name: row for row, name in enumerate(dataset.table["file_name"].to_pylist())}
    for name in names:
        if name not in known:
            raise UsageError(f"{dataset.path} has no picture '{name}'; {nearest(name, list(known)[:1000])}")
    return np.array([known[name] for name in names])


def _row(model: CausalModel, table: Table, index: int) -> dict[str, str]:
    return {name: variable.text(table[name][index]) for name, variable in model.structure.variables.items()}


def _write_table(model: CausalModel, tables: dict[str, Table], names: Sequence[str], path: Path) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file_name", "world", *model.structure.variables])
    for index, name in enumerate(names):
        for world, table in tables.items():
            writer.writerow([name, world, *_row(model, table, index).values()])
    files.write_text(path, text.getvalue())
