"""Loading units, writing and replaying counterfactual pictures."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
from PIL import ImageOps
from pydantic import BaseModel, ConfigDict, Field, model_validator

from limner import files
from limner.causal.model import CausalModel
from limner.causal.structural import Do
from limner.causal.variables import Table, complete_rows
from limner.conditions.values import Extrapolation, extrapolation
from limner.config import PathText
from limner.data.dataset import Dataset
from limner.errors import GraphError, PictureError, UsageError, quoted, suggestion
from limner.files import atomic_folder
from limner.model import check_shape
from limner.pictures import MODES, grid, open_picture, open_pixels, plain, provenance_record, save, to_image
from limner.pictures.recorded import parse_provenance, require_exists
from limner.samples import MAX_GRID_PICTURES, check_shows

AttributeText = Annotated[str, Field(max_length=300)]
"""The name of an attribute, or of one of its classes."""
MAX_UNITS_AT_ONCE = 64
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
            raise UsageError(f"{dataset.path} has no picture '{quoted(name)}'; {suggestion(name, list(row_of)[:1000])}")
    rows = np.array([row_of[name] for name in names])
    table, complete = complete_rows(dataset, model.structure.variables, rows)
    if len(complete) < len(rows):
        lacking = next(name for name, row in zip(names, rows, strict=True) if row not in set(complete.tolist()))
        raise GraphError(
            f"{quoted(lacking)}: an attribute of it is missing, or of a class that the model does not have: abduction needs it."
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
    """Writes a grid of n units under the intervention `do`, or of those in which `given` is observed; returns their attributes."""
    table, pictures = model.sample(n, do, given, seed)
    save(grid(pictures), out, provenance(model, "causal sample", seed, do, n=n, given=dict(given)))
    return table


class CausalProvenance(BaseModel):
    """What provenance says of a picture of a causal model."""

    run: PathText
    model: str
    graph: str
    seed: int = Field(strict=True)
    do: dict[str, str | float] = {}


class SampleProvenance(CausalProvenance):
    """What provenance says of units of a world, or of one of them."""

    n: int = Field(ge=1, le=MAX_GRID_PICTURES, strict=True)
    given: dict[str, str | float] = {}
    index: int | None = Field(None, ge=0, strict=True)


class CounterfactualProvenance(CausalProvenance):
    """What provenance says of a counterfactual, or of the grid of several."""

    pictures: list[PathText] = Field(min_length=1, max_length=MAX_GRID_PICTURES)
    data: PathText | None
    of: str | None = None


class UnitSpec(BaseModel):
    """Whose counterfactual it is: a unit that the model draws by a seed, one of a dataset, or a picture and what is known of it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    seed: int = Field(0, ge=0, le=2**63 - 1)
    data: PathText | None = None
    index: int = Field(0, ge=0, le=2**31)
    picture: PathText | None = None
    attributes: dict[AttributeText, AttributeText | float] = Field(default_factory=dict, max_length=200)

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if self.data is not None and self.picture is not None:
            raise ValueError("give a dataset or a picture, not both")
        return self


class StudioProvenance(CausalProvenance):
    """What provenance says of one unit's counterfactual."""

    unit: UnitSpec


PROVENANCE_KINDS: dict[str, type[Any]] = {
    "counterfactual": CounterfactualProvenance,
    "causal sample": SampleProvenance,
    "studio counterfactual": StudioProvenance,
}
"""What provenance of each kind holds."""


def replay_picture(picture: Path, recorded: dict[str, Any]) -> np.ndarray:
    """Returns the picture that its provenance describes, uint8 (H, W, C) (see `limner.replay`).

    PictureError when it was made by another model, or what it was made of is not there.
    """
    about: CounterfactualProvenance | SampleProvenance | StudioProvenance = parse_provenance(
        PROVENANCE_KINDS[recorded["kind"]], picture, recorded
    )
    model = CausalModel.load(require_exists(picture, about.run))
    if model.image_model.digest != about.model or model.structure.graph.to_yaml() != about.graph:
        raise PictureError(f"{picture}: made by another model than {about.run}; give the one it was made by.")
    if isinstance(about, SampleProvenance):
        return _recorded_sample(picture, model, about)
    if isinstance(about, StudioProvenance):
        table, pictures = _recorded_unit(picture, model, about.unit)
        return np.asarray(model.counterfactual(table, pictures, about.do, about.seed)[1][0])
    names, data = about.pictures, about.data
    if about.of not in (None, *names):
        raise PictureError(f"{picture}: its provenance says that it was {quoted(about.of)}, which is not among them.")
    units = of_dataset(model, Dataset.open(require_exists(picture, data)), names) if data else of_files(model, names)
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
            raise GraphError(f"the graph has no '{quoted(name)}'; {suggestion(name, list(variables))}")
        table[name] = np.array([variables[name].parse(value)], table[name].dtype)
    return table, pictures


def _recorded_sample(picture: Path, model: CausalModel, about: SampleProvenance) -> np.ndarray:
    if about.index is None:
        check_shows(picture, about.n, model.image_model)
    elif about.index >= about.n or about.n > MAX_UNITS_AT_ONCE:
        raise PictureError(f"{picture}: its provenance says that it is unit {about.index} of {about.n}.")
    pictures = model.sample(about.n, about.do, about.given, about.seed)[1]
    return grid(pictures) if about.index is None else np.asarray(pictures[about.index])


def _recorded_unit(picture: Path, model: CausalModel, spec: UnitSpec) -> tuple[Table, np.ndarray]:
    def dataset_of(path: str) -> Dataset:
        dataset = Dataset.open(require_exists(picture, path))
        if spec.index >= len(dataset):
            raise PictureError(f"{picture}: made of picture {spec.index} of {path}, which has {len(dataset)}.")
        return dataset

    return load_unit(model, spec, dataset_of, lambda path: nullcontext(open_pixels(require_exists(picture, path))))


def load_unit(
    model: CausalModel,
    spec: UnitSpec,
    dataset_of: Callable[[str], Dataset],
    pixels_of: Callable[[str], AbstractContextManager[np.ndarray]],
) -> tuple[Table, np.ndarray]:
    """Returns the attributes of a unit and its picture uint8 (1, H, W, C).

    The functions find a dataset, which must have a picture of the unit's index, and a picture, uint8 (H, W, 3 or 4), by name.
    """
    if spec.data is not None:
        dataset = dataset_of(spec.data)
        units = of_dataset(model, dataset, [dataset.table["file_name"][spec.index].as_py()])
        return units.table, units.pictures
    if spec.picture is not None:
        with pixels_of(spec.picture) as pixels:
            return of_picture(model, pixels, spec.attributes)
    return model.sample(1, seed=spec.seed)


def extrapolations(model: CausalModel, asked: Mapping[str, Any]) -> list[Extrapolation]:
    """Returns every value outside of its attribute's range in the training units."""
    found = []
    for name, value in asked.items():
        one = model.structure.variables.get(name)
        if one is None or one.classes:
            continue
        found += extrapolation(name, value, one.parse(value), one.training_range, "units")
    return found


def extrapolation_warnings(model: CausalModel, asked: Mapping[str, Any]) -> list[str]:
    """Returns a line for every value outside of its attribute's range in the training units."""
    return [one.text for one in extrapolations(model, asked)]


def means(model: CausalModel, table: Table) -> dict[str, str]:
    """Returns, as text, the mean of numbers and the fraction of the most frequent class."""
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
    return provenance_record(kind, run=str(model.path), graph=graph, model=digest, seed=seed, do=dict(do), **about)


def _row(model: CausalModel, table: Table, index: int) -> dict[str, str]:
    return {name: variable.format(table[name][index]) for name, variable in model.structure.variables.items()}


def _write_table(model: CausalModel, tables: dict[str, Table], names: Sequence[str], path: Path) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file_name", "world", *model.structure.variables])
    for index, name in enumerate(names):
        for world, table in tables.items():
            writer.writerow([name, world, *_row(model, table, index).values()])
    files.write_text(path, text.getvalue())
