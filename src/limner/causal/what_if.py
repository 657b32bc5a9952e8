"""What comes out of a causal model as files: pictures that carry how they came to be, and making them again."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

import limner
from limner import files
from limner.causal.model import CausalModel
from limner.causal.structural import Do
from limner.causal.variables import Table, read
from limner.config import PathText
from limner.data.dataset import Dataset
from limner.errors import GraphError, PictureError, UsageError, nearest, shown
from limner.files import atomic_folder
from limner.model import check_shape
from limner.pictures import grid, open_picture, save
from limner.samples import MOST_IN_A_GRID, check_shows, made_of


@dataclass
class Units:
    """Pictures uint8 (n, H, W, C) with their names and attributes, and where these are from."""

    names: list[str]
    pictures: np.ndarray
    table: Table
    data: str | None
    """The dataset that they belong to; None: files, whose attributes the model's predictor has read off."""


def of_dataset(model: CausalModel, dataset: Dataset, names: Sequence[str]) -> Units:
    """Returns pictures of a dataset by file name; UsageError for an unknown one, GraphError where an attribute is missing."""
    check_shape("the model", model.image_model, dataset)
    known = {name: row for row, name in enumerate(dataset.table["file_name"].to_pylist())}
    for name in names:
        if name not in known:
            raise UsageError(f"{dataset.path} has no picture '{shown(name)}'; {nearest(name, list(known)[:1000])}")
    rows = np.array([known[name] for name in names])
    table, whole = read(dataset, model.structure.variables, rows)
    if len(whole) < len(rows):
        lacking = next(name for name, row in zip(names, rows, strict=True) if row not in set(whole.tolist()))
        raise GraphError(
            f"{shown(lacking)}: an attribute of it is missing, or of a class never learned: nothing can be abducted."
        )
    return Units(list(names), np.asarray(dataset.pictures[rows]), table, str(dataset.path))


def of_files(model: CausalModel, paths: Sequence[str]) -> Units:
    """Returns picture files with the attributes that the predictor reads off them; PictureError for one of another size."""
    schema = model.image_model.schema
    pictures = []
    for path in paths:
        if not Path(path).is_file():
            raise PictureError(f"{path}: no such file; of a dataset's picture, say which dataset with --data.")
        picture = open_picture(Path(path)).convert("L" if schema.channels == 1 else "RGB")
        if (picture.height, picture.width) != (schema.height, schema.width):
            raise PictureError(
                f"{path}: {picture.width}x{picture.height}, but this model reads {schema.width}x{schema.height}; prepare it first."
            )
        pictures.append(np.asarray(picture).reshape(schema.height, schema.width, schema.channels))
    stacked = np.stack(pictures)
    return Units([str(path) for path in paths], stacked, model.predictor.read(stacked), None)


def write_counterfactuals(model: CausalModel, units: Units, do: Do, out: Path, seed: int = 0) -> Table:
    """Writes what pictures would have been, and returns their attributes.

    `out`, which must not exist, gets a picture for each, attributes.csv with a row before and a row after, and grid.png with
    the pictures above what they would have been. UsageError; GraphError for what cannot be done.
    """
    if out.exists():
        raise UsageError(f"{out} is there already: give another --out.")
    other, after = model.counterfactual(units.table, units.pictures, do, seed)
    noise = model.structure.abduct(units.table, seed)
    about = _about(model, "counterfactual", seed) | {"do": _texts(do), "pictures": units.names, "data": units.data}
    about["attributes"] = "of the dataset" if units.data else "predicted from the picture"
    with atomic_folder(out) as folder:
        for index, (name, picture) in enumerate(zip(units.names, after, strict=True)):
            own = {"of": name, "before": _row(model, units.table, index), "after": _row(model, other, index)}
            own["noise"] = {each: values[index].tolist() for each, values in noise.items()}
            save(picture, folder / file_of(name), about | own)
        both = np.concatenate([units.pictures, after])
        save(grid(both, columns=len(after)), folder / "grid.png", about)
        before = "before" if units.data else "before, predicted"
        _write_table(model, {before: units.table, "after": other}, units.names, folder / "attributes.csv")
    return other


def write_samples(model: CausalModel, n: int, do: Do, given: Do, out: Path, seed: int = 0) -> Table:
    """Writes a grid of n units of the world in which `do` holds, or as found where `given` is seen; returns their attributes."""
    table, pictures = model.sample(n, do, given, seed)
    about = _about(model, "causal sample", seed) | {"n": n, "do": _texts(do), "given": _texts(given)}
    save(grid(pictures), out, about)
    return table


class Made(BaseModel):
    """What provenance says of a picture of a causal model."""

    run: PathText
    model: str
    graph: str
    seed: int = Field(strict=True)
    do: dict[str, str] = {}


class MadeSample(Made):
    """What provenance says of units of a world."""

    n: int = Field(ge=1, le=MOST_IN_A_GRID, strict=True)
    given: dict[str, str] = {}


class MadeCounterfactual(Made):
    """What provenance says of a counterfactual, or of the grid of several."""

    pictures: list[PathText] = Field(min_length=1, max_length=MOST_IN_A_GRID)
    data: PathText | None
    of: str | None = None


KINDS: dict[str, type[Any]] = {"counterfactual": MadeCounterfactual, "causal sample": MadeSample}


def regenerate(picture: Path, made: dict[str, Any], model_path: Path | None = None) -> np.ndarray:
    """Returns a picture of a causal model again, uint8 (H, W, C) (see `limner.replay`).

    PictureError when it was made by another model, or what it was made of is not there.
    """
    about: MadeCounterfactual | MadeSample = made_of(KINDS[made["kind"]], picture, made)
    where = model_path or Path(about.run)
    model = CausalModel.load(where)
    if model.image_model.digest != about.model or model.structure.graph.to_yaml() != about.graph:
        raise PictureError(f"{picture}: made by another model than {where}; give the one it was made by.")
    if isinstance(about, MadeSample):
        check_shows(picture, about.n, model.image_model)
        return grid(model.sample(about.n, about.do, about.given, about.seed)[1])
    names, data = about.pictures, about.data
    if about.of not in (None, *names):
        raise PictureError(f"{picture}: its provenance says that it was {shown(about.of)}, which is not among them.")
    units = of_dataset(model, Dataset.open(data), names) if data else of_files(model, names)
    after = model.counterfactual(units.table, units.pictures, about.do, about.seed)[1]
    if about.of is None:
        return grid(np.concatenate([units.pictures, after]), columns=len(after))
    counterfactual: np.ndarray = after[names.index(about.of)]
    return counterfactual


def extrapolated(model: CausalModel, asked: Mapping[str, Any]) -> list[str]:
    """Returns a line for every value that lies beyond all that was seen of its attribute."""
    lines = []
    for name, value in asked.items():
        one = model.structure.variables.get(name)
        if one is None or one.classes:
            continue
        low, high = one.seen
        if not low <= (number := one.value(value)) <= high:
            near = low if number < low else high
            lines.append(
                f"{name} = {value}: seen were only {low:.4g} to {high:.4g}; what is shown is extrapolated from {near:.4g} on."
            )
    return lines


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


def file_of(name: str) -> str:
    """Returns the name of the picture that is written for a picture; never that of the grid."""
    own = Path(name.strip("/").replace("/", "-")).with_suffix(".png").name
    return "picture-grid.png" if own == "grid.png" else own


def _about(model: CausalModel, kind: str, seed: int) -> dict[str, Any]:
    return {
        "ai_generated": True,
        "limner": limner.__version__,
        "kind": kind,
        "run": str(model.path),
        "graph": model.structure.graph.to_yaml(),
        "model": model.image_model.digest,
        "seed": seed,
    }


def _texts(asked: Do) -> dict[str, str]:
    return {name: str(value) for name, value in asked.items()}


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
