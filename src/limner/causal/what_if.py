"""The files of a causal model: pictures with their provenance, and generating them from it."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import ImageOps
from pydantic import BaseModel, Field

from limner import files
from limner.causal.model import CausalModel
from limner.causal.structural import Do
from limner.causal.variables import Table, read
from limner.conditions.values import Extrapolation, beyond
from limner.config import PathText
from limner.data.dataset import Dataset
from limner.errors import GraphError, PictureError, UsageError, nearest, shown
from limner.files import atomic_folder
from limner.model import check_shape
from limner.pictures import MODES, grid, header, open_picture, open_pixels, plain, save, to_image
from limner.pictures.recorded import made_of, present
from limner.samples import MOST_IN_A_GRID, check_shows

MOST_AT_ONCE = 64
"""Units that are generated together where each gets a picture of its own."""


@dataclass
class Units:
    """Pictures uint8 (n, H, W, C) with their names and attributes, and the source of these."""

    names: list[str]
    pictures: np.ndarray
    table: Table
    data: str | None
    """The dataset that they belong to; None: files, whose attributes the model's predictor has predicted."""


def of_dataset(model: CausalModel, dataset: Dataset, names: Sequence[str]) -> Units:
    """Returns pictures of a dataset by file name; UsageError for an unknown one, GraphError where an attribute is missing."""
    check_shape("the model", model.image_model, dataset)
    row_of = {name: row for row, name in enumerate(dataset.table["file_name"].to_pylist())}
    for name in names:
        if name not in row_of:
            raise UsageError(f"{dataset.path} has no picture '{shown(name)}'; {nearest(name, list(row_of)[:1000])}")
    rows = np.array([row_of[name] for name in names])
    table, whole = read(dataset, model.structure.variables, rows)
    if len(whole) < len(rows):
        lacking = next(name for name, row in zip(names, rows, strict=True) if row not in set(whole.tolist()))
        raise GraphError(
            f"{shown(lacking)}: an attribute of it is missing, or of a class that the model does not have: abduction needs it."
        )
    return Units(list(names), np.asarray(dataset.pictures[rows]), table, str(dataset.path))


def of_files(model: CausalModel, paths: Sequence[str]) -> Units:
    """Returns picture files with the attributes that the predictor reads from them; PictureError for one of another size."""
    schema = model.image_model.schema
    pictures = []
    for path in paths:
        if not Path(path).is_file():
            raise PictureError(f"{path}: no such file; of a dataset's picture, say which dataset with --data.")
        transparent = schema.channels == 4
        picture = open_picture(Path(path), background=None if transparent else "white").convert(MODES[schema.channels])
        if (picture.height, picture.width) != (schema.height, schema.width):
            raise PictureError(
                f"{path}: {picture.width}x{picture.height}, but this model reads {schema.width}x{schema.height}; prepare it first."
            )
        pictures.append(np.asarray(picture).reshape(schema.height, schema.width, schema.channels))
    stacked = np.stack(pictures)
    return Units([str(path) for path in paths], stacked, model.predictor.read(stacked), None)


def write_counterfactuals(model: CausalModel, units: Units, do: Do, out: Path, seed: int = 0) -> Table:
    """Writes the counterfactuals of pictures, and returns their attributes.

    `out`, which must not exist, gets a picture for each, attributes.csv with a row before and a row after, and grid.png with
    the pictures above their counterfactuals. UsageError; GraphError for an intervention that is not possible.
    """
    if out.exists():
        raise UsageError(f"{out} is there already: give another --out.")
    other, after = model.counterfactual(units.table, units.pictures, do, seed)
    noise = model.structure.abduct(units.table, seed)
    about = provenance(model, "counterfactual", seed, do, pictures=units.names, data=units.data)
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
    save(grid(pictures), out, provenance(model, "causal sample", seed, do, n=n, given=dict(given)))
    return table


class Made(BaseModel):
    """What provenance says of a picture of a causal model."""

    run: PathText
    model: str
    graph: str
    seed: int = Field(strict=True)
    do: dict[str, str | float] = {}


class MadeSample(Made):
    """What provenance says of units of a world, or of one of them."""

    n: int = Field(ge=1, le=MOST_IN_A_GRID, strict=True)
    given: dict[str, str | float] = {}
    index: int | None = Field(None, ge=0, strict=True)


class MadeCounterfactual(Made):
    """What provenance says of a counterfactual, or of the grid of several."""

    pictures: list[PathText] = Field(min_length=1, max_length=MOST_IN_A_GRID)
    data: PathText | None
    of: str | None = None


class Unit(BaseModel):
    """Whose counterfactual it is: unit 0 of a seed, a picture of a dataset, or a picture file with what is known of it."""

    seed: int = Field(0, ge=0, strict=True)
    data: PathText | None = None
    index: int = Field(0, ge=0, strict=True)
    picture: PathText | None = None
    attributes: dict[str, str | float] = {}


class MadeInStudio(Made):
    """What provenance says of one unit's counterfactual."""

    unit: Unit


KINDS: dict[str, type[Any]] = {
    "counterfactual": MadeCounterfactual,
    "causal sample": MadeSample,
    "studio counterfactual": MadeInStudio,
}


def regenerate(picture: Path, made: dict[str, Any]) -> np.ndarray:
    """Returns the picture that its provenance describes, uint8 (H, W, C) (see `limner.replay`).

    PictureError when it was made by another model, or what it was made of is not there.
    """
    about: MadeCounterfactual | MadeSample | MadeInStudio = made_of(KINDS[made["kind"]], picture, made)
    model = CausalModel.load(present(picture, about.run))
    if model.image_model.digest != about.model or model.structure.graph.to_yaml() != about.graph:
        raise PictureError(f"{picture}: made by another model than {about.run}; give the one it was made by.")
    if isinstance(about, MadeSample):
        return _sample_again(picture, model, about)
    if isinstance(about, MadeInStudio):
        table, pictures = _unit_again(picture, model, about.unit)
        return np.asarray(model.counterfactual(table, pictures, about.do, about.seed)[1][0])
    names, data = about.pictures, about.data
    if about.of not in (None, *names):
        raise PictureError(f"{picture}: its provenance says that it was {shown(about.of)}, which is not among them.")
    units = of_dataset(model, Dataset.open(present(picture, data)), names) if data else of_files(model, names)
    after = model.counterfactual(units.table, units.pictures, about.do, about.seed)[1]
    if about.of is None:
        return grid(np.concatenate([units.pictures, after]), columns=len(after))
    counterfactual: np.ndarray = after[names.index(about.of)]
    return counterfactual


def of_picture(model: CausalModel, pixels: np.ndarray, known: Mapping[str, Any]) -> tuple[Table, np.ndarray]:
    """Returns the attributes of a picture uint8 (H, W, 3 or 4), predicted unless they are known, and it in the model's size."""
    schema, variables = model.image_model.schema, model.structure.variables
    image = to_image(pixels) if schema.channels == 4 else plain(to_image(pixels))
    image = ImageOps.fit(image.convert(MODES[schema.channels]), (schema.width, schema.height))
    pictures = np.asarray(image).reshape(1, schema.height, schema.width, schema.channels)
    table = model.predictor.read(pictures)
    for name, value in known.items():
        if name not in variables:
            raise GraphError(f"the graph has no '{shown(name)}'; {nearest(name, list(variables))}")
        table[name] = np.array([variables[name].value(value)], table[name].dtype)
    return table, pictures


def _sample_again(picture: Path, model: CausalModel, about: MadeSample) -> np.ndarray:
    if about.index is None:
        check_shows(picture, about.n, model.image_model)
    elif about.index >= about.n or about.n > MOST_AT_ONCE:
        raise PictureError(f"{picture}: its provenance says that it is unit {about.index} of {about.n}.")
    pictures = model.sample(about.n, about.do, about.given, about.seed)[1]
    return grid(pictures) if about.index is None else np.asarray(pictures[about.index])


def _unit_again(picture: Path, model: CausalModel, unit: Unit) -> tuple[Table, np.ndarray]:
    if unit.data is not None:
        dataset = Dataset.open(present(picture, unit.data))
        if unit.index >= len(dataset):
            raise PictureError(f"{picture}: made of picture {unit.index} of {unit.data}, which has {len(dataset)}.")
        units = of_dataset(model, dataset, [dataset.table["file_name"][unit.index].as_py()])
        return units.table, units.pictures
    if unit.picture is not None:
        return of_picture(model, open_pixels(present(picture, unit.picture)), unit.attributes)
    return model.sample(1, seed=unit.seed)


def extrapolations(model: CausalModel, asked: Mapping[str, Any]) -> list[Extrapolation]:
    """Returns every value outside of its attribute's range in the training units."""
    found = []
    for name, value in asked.items():
        one = model.structure.variables.get(name)
        if one is None or one.classes:
            continue
        found += beyond(name, value, one.value(value), one.seen, "units")
    return found


def extrapolated(model: CausalModel, asked: Mapping[str, Any]) -> list[str]:
    """Returns a line for every value outside of its attribute's range in the training units."""
    return [one.text for one in extrapolations(model, asked)]


def means(model: CausalModel, table: Table) -> dict[str, str]:
    """Returns, as text, the mean of numbers and the share of the most frequent class."""
    texts = {}
    for name, variable in model.structure.variables.items():
        values = table[name]
        if variable.classes:
            top = int(np.bincount(values).argmax())
            texts[name] = f"{variable.classes[top]} {np.mean(values == top):.0%}"
        else:
            texts[name] = f"{values.mean():.3g}"
    return texts


def file_of(name: str) -> str:
    """Returns the name of the picture that is written for a picture; never that of the grid."""
    own = Path(name.strip("/").replace("/", "-")).with_suffix(".png").name
    return "picture-grid.png" if own == "grid.png" else own


def provenance(model: CausalModel, kind: str, seed: int, do: Do, **about: Any) -> dict[str, Any]:
    """Returns what a picture of a causal model says of itself."""
    graph, digest = model.structure.graph.to_yaml(), model.image_model.digest
    return header(kind, run=str(model.path), graph=graph, model=digest, seed=seed, do=dict(do), **about)


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
