"""The dataset: a folder with memory-mapped uint8 pictures and the table of their attributes.

pictures.npy         uint8 (N, H, W, C)
attributes.parquet   file_name, split, then one column per attribute
dataset.json         format, schema, pictures per split, fingerprint, options, digests (see `limner.data.verification`)
report.json, .html   how it was prepared (see `limner.data.report`)
"""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import BaseModel, Field, ValidationError

from limner.conditions.attribute import Attribute
from limner.config import fault_of
from limner.data.schema import Schema
from limner.data.splits import SPLITS
from limner.data.verification import PICTURES, TABLE, BlockDigests, entry_of, with_checksum
from limner.errors import ConditionError, DataError, UsageError, quoted, suggestion
from limner.files import atomic_folder
from limner.parsing import MAX_DATA_JSON_BYTES, ParseError, read_json

if TYPE_CHECKING:
    from torch import Tensor

FORMAT = 2
NOTEBOOK_PICTURES, NOTEBOOK_COLUMNS = 24, 12
"""Pictures that a notebook shows, and how many in a row."""
_NUMPY_HEADER_LOCK = threading.Lock()
"""NumPy parses the header as Python, which CPython before 3.12 cannot do on two threads at once: SystemError, now and then."""
UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, pa.ArrowException)
"""What Arrow and a file of the wrong shape raise."""


class Batch(NamedTuple):
    """Images float32 (B, C, H, W) in [-1, 1], and the condition {name: (B, *shape)} (see `limner.conditions`)."""

    images: Tensor
    condition: dict[str, Tensor]


class About(BaseModel):
    """What dataset.json says that opening it needs."""

    format: int = Field(strict=True)
    schema_: Schema = Field(alias="schema")
    fingerprint: str
    options: dict[str, Any]

    @property
    def source(self) -> str | None:
        return str(found) if (found := self.options.get("source")) else None


class Dataset:
    """A prepared dataset, opened read-only; pictures stay on disk and only what is asked for is read."""

    def __init__(
        self, path: Path, name: str, schema: Schema, fingerprint: str, pictures: np.memmap, table: pa.Table
    ) -> None:
        self.path, self.name, self.schema, self.fingerprint = path, name, schema, fingerprint
        self.pictures, self.table = pictures, table
        self._split = np.array(table["split"].to_pylist())
        self._columns: dict[str, Tensor] = {}

    @classmethod
    def open(cls, path: str | Path) -> Dataset:
        """Opens a dataset folder; DataError when it is missing, not a dataset, damaged or of a newer format."""
        path = Path(path)
        if not is_dataset(path):
            what = "is not a prepared dataset; make one with: limner prepare" if path.exists() else "does not exist"
            raise DataError(f"{path} {what}")
        try:
            about = _read_about(path)
            pictures = _open_pictures(path / PICTURES)
            table = _read_table(path / TABLE, len(pictures))
            name = Path(about.source or path.resolve().name).stem
            dataset = cls(path, name, about.schema_, about.fingerprint, pictures, table)
        except (*UNREADABLE, ParseError, ValidationError) as error:
            raise DataError(f"{path} is a damaged dataset ({fault_of(error)}); prepare it again") from error
        dataset._check()
        return dataset

    def __len__(self) -> int:
        return len(self.pictures)

    def __repr__(self) -> str:
        splits = ", ".join(f"{len(self.split(name)):,} {name}" for name in SPLITS)
        schema = self.schema
        return f"Dataset('{self.path}': {len(self):,} pictures of {schema.width}x{schema.height}, {schema.colours}; {splits})"

    def _repr_html_(self) -> str:
        """Returns what a notebook shows: the attributes, and pictures taken evenly."""
        from limner.conditions.kinds import condition_kind_of
        from limner.pictures import grid, notebook_html

        rows = np.linspace(0, len(self) - 1, min(len(self), NOTEBOOK_PICTURES)).astype(int)
        lines = [
            f"{one.name}: {condition_kind_of(one).describe(one) if one.kind != 'caption' else 'free text'}"
            for one in self.schema.attributes
        ]
        return notebook_html(repr(self), lines, grid(np.asarray(self.pictures[rows]), NOTEBOOK_COLUMNS))

    @property
    def source(self) -> Path | None:
        """Where the pictures were prepared from, if that is known."""
        found = _read_about(self.path).source
        return Path(found) if found else None

    def split(self, name: str) -> np.ndarray:
        """Returns the indices, int64 and ascending, of "train", "validation" or "test"; UsageError for another name."""
        if name not in SPLITS:
            raise UsageError(f"no split '{quoted(name)}': {suggestion(name, list(SPLITS))}")
        return np.flatnonzero(self._split == name)

    def resplit(self, split: Sequence[str]) -> Dataset:
        """Returns the same pictures split otherwise, one of `SPLITS` a picture; nothing is written."""
        column = pa.array(list(split), pa.string())
        table = self.table.set_column(self.table.column_names.index("split"), "split", column)
        fingerprint = hashlib.sha256(f"{self.fingerprint} {' '.join(split)}".encode()).hexdigest()
        return Dataset(self.path, self.name, self.schema, fingerprint, self.pictures, table)

    def labelled(self, name: str, classes: tuple[str, ...], values: np.ndarray) -> Dataset:
        """Returns the same pictures with one more label, the main one: int (N,) indices of its classes; nothing is written."""
        label = Attribute(name=name, kind="label", classes=classes)
        schema = self.schema.model_copy(update={"attributes": (*self.schema.attributes, label), "label": name})
        table = self.table.append_column(name, pa.array([classes[value] for value in values], pa.string()))
        return Dataset(self.path, self.name, schema, self.fingerprint, self.pictures, table)

    def images(self, indices: Sequence[int] | np.ndarray | Tensor) -> Tensor:
        """Returns float32 (B, C, H, W) in [-1, 1], channels last in memory."""
        from limner.images import from_uint8

        return from_uint8(np.asarray(self.pictures[np.asarray(indices, dtype=np.int64)]))  # a copy in memory

    def condition(self, indices: Sequence[int] | np.ndarray | Tensor, names: Sequence[str]) -> dict[str, Tensor]:
        """Returns {name: (B, *shape)} (see `limner.conditions`); a missing number is the mean, not the null value.

        Raises ConditionError for a name of nothing that a generator can be trained for.
        """
        rows = np.asarray(indices, dtype=np.int64)
        return {name: self._column(name)[rows] for name in names}

    def batch(self, indices: Sequence[int] | np.ndarray | Tensor, names: Sequence[str] = ()) -> Batch:
        """Returns the images and the named conditions of some pictures."""
        return Batch(self.images(indices), self.condition(indices, names))

    def captions(self, name: str) -> list[str]:
        """Returns the texts of a caption (or the class names of a label), one a picture; "" where there is none."""
        if name not in [attribute.name for attribute in self.schema.attributes]:
            raise ConditionError(f"no attribute '{quoted(name)}' in {self.path}: {self._suggestion(name)}")
        return [text or "" for text in self.table[name].to_pylist()]

    def _column(self, name: str) -> Tensor:
        if name not in self._columns:
            from limner.conditions.kinds import condition_kind_of

            if name not in self.table.column_names[2:]:
                raise ConditionError(f"no attribute '{quoted(name)}' in {self.path}: {self._suggestion(name)}")
            attribute = self.schema.attribute(name)
            self._columns[name] = condition_kind_of(attribute).column(attribute, self.table[name].to_pylist())
        return self._columns[name]

    def _suggestion(self, name: str) -> str:
        names = [attribute.name for attribute in self.schema.attributes]
        return suggestion(name, names) if names else "it has none"

    def _check(self) -> None:
        shape = (self.table.num_rows, self.schema.height, self.schema.width, self.schema.channels)
        if self.pictures.shape != shape or self.pictures.dtype != np.uint8:
            found = f"{self.pictures.dtype} {self.pictures.shape}"
            raise DataError(
                f"{self.path} is a damaged dataset (pictures are {found}, not uint8 {shape}); prepare it again"
            )
        absent = {attribute.name for attribute in self.schema.attributes} - set(self.table.column_names)
        if absent:
            raise DataError(f"{self.path} is a damaged dataset (no column {quoted(min(absent))}); prepare it again")
        faults = (_fault(self.table[one.name], one) for one in self.schema.attributes)
        if fault := next(filter(None, faults), None):
            raise DataError(f"{self.path} is a damaged dataset ({fault}); prepare it again")


def _read_about(path: Path) -> About:
    about = read_json(path / "dataset.json", MAX_DATA_JSON_BYTES)
    found = about.get("format") if isinstance(about, dict) else None
    if isinstance(found, int) and found != FORMAT:
        other, remedy = ("a newer", "upgrade limner") if found > FORMAT else ("an older", "prepare it again")
        raise DataError(f"{path} was written by {other} limner (format {found}); {remedy}")
    return About.model_validate(about)


def _open_pictures(file: Path) -> np.memmap:
    try:
        with _NUMPY_HEADER_LOCK:
            return np.lib.format.open_memmap(file, mode="r")
    except Exception as error:  # NumPy lets a tokenizer loose on a header, which raises its own kinds on foreign bytes
        raise ValueError(f"pictures.npy: {quoted(error, 200)}") from None


def _read_table(file: Path, rows: int) -> pa.Table:
    """Returns the attribute table; ValueError, before it is read, unless its rows are as many as the pictures."""
    with pq.ParquetFile(file) as opened:
        found, names = opened.metadata.num_rows, opened.schema_arrow.names
        if found != rows or len(set(names)) < len(names):
            raise ValueError(f"{found:,} rows of attributes for {rows:,} pictures, or two columns of one name")
        table = opened.read()
    for name, known in (("file_name", None), ("split", SPLITS)):
        if name not in names or not _is_text(table[name]) or table[name].null_count:
            raise ValueError(f"no text in the column {name}")
        if known and (unknown := set(pc.unique(table[name]).to_pylist()) - set(known)):
            raise ValueError(f"no split is called '{quoted(min(unknown))}'")
    return table


def _fault(column: pa.ChunkedArray, attribute: Attribute) -> str | None:
    """Returns what is wrong with the column of an attribute, or None."""
    name = quoted(attribute.name)
    if attribute.kind == "number":
        number = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
        return None if number else f"no numbers in the column {name}"
    if attribute.shape:
        return _fault_of_tensors(column, attribute)
    if not _is_text(column):
        return f"no text in the column {name}"
    unknown = set(pc.unique(column).to_pylist()) - set(attribute.classes) if attribute.kind == "label" else ()
    return f"the column {name} holds '{quoted(next(iter(unknown)))}', which is no class of it" if unknown else None


def _is_text(column: pa.ChunkedArray) -> bool:
    return pa.types.is_string(column.type) or pa.types.is_large_string(column.type)


def _fault_of_tensors(column: pa.ChunkedArray, attribute: Attribute) -> str | None:
    """Returns what is wrong with a column of tensors, each of them a list of numbers in the order of memory, or None."""
    lists = pa.types.is_list(column.type) and pa.types.is_floating(column.type.value_type)
    if not lists or set(pc.unique(pc.list_value_length(column)).to_pylist()) - {attribute.size}:
        return f"no lists of {attribute.size} numbers in the column {quoted(attribute.name)}"
    return None


def is_dataset(path: str | Path) -> bool:
    """Returns whether a path is a prepared dataset folder."""
    return (Path(path) / "dataset.json").is_file() and (Path(path) / PICTURES).is_file()


def write_dataset(
    folder: str | Path,
    pictures: Iterable[np.ndarray],
    table: pa.Table | dict[str, list],
    attributes: Sequence[Attribute] | None = None,
    *,
    label: str | None = None,
    options: dict[str, Any] | None = None,
) -> Dataset:
    """Writes a dataset folder, which must not exist, and opens it.

    `pictures` is one uint8 array (N, H, W, C), or yields arrays (H, W, C) or (n, H, W, C), written as they come.
    `table` has one row per picture; without `file_name` or `split` columns the pictures are numbered and split
    80/10/10 in order. Without `attributes` the other columns are typed by `limner.data.attributes`.
    """
    with atomic_folder(Path(folder)) as temporary:
        fill_folder(temporary, pictures, table, attributes, label=label, options=options)
    return Dataset.open(folder)


def fill_folder(
    folder: Path,
    pictures: Iterable[np.ndarray],
    table: pa.Table | dict[str, list],
    attributes: Sequence[Attribute] | None = None,
    *,
    label: str | None = None,
    options: dict[str, Any] | None = None,
) -> Schema:
    """Writes the three files of a dataset into an existing folder and returns the schema (see `write_dataset`)."""
    from limner.data.attributes import main_label, typed

    columns = dict(table) if isinstance(table, dict) else {name: table[name].to_pylist() for name in table.column_names}
    columns, count = _with_standard_columns(columns, pictures)
    own = {name: values for name, values in columns.items() if name not in ("file_name", "split")}
    if attributes is None:
        own, attributes = typed(own)
    content = pa.table({"file_name": columns["file_name"], "split": columns["split"], **own})
    shape, written = _write_pictures(folder / PICTURES, pictures, count)
    schema = Schema(
        height=shape[0],
        width=shape[1],
        channels=shape[2],
        attributes=tuple(attributes),
        label=label or main_label(attributes),
    )
    pq.write_table(content, folder / TABLE, compression="zstd")
    sha = hashlib.sha256(json.dumps(written["sha256"]).encode())
    for name in content.column_names:
        sha.update(json.dumps([name, content[name].to_pylist()]).encode())
    splits = {name: columns["split"].count(name) for name in SPLITS}
    about = {"format": FORMAT, "pictures": count, "splits": splits, "fingerprint": sha.hexdigest()}
    about |= {"schema": schema.model_dump(mode="json"), "options": options or {}}
    about["files"] = {PICTURES: written, TABLE: entry_of(folder / TABLE)}
    text = json.dumps(with_checksum(about), indent=2, ensure_ascii=False)
    (folder / "dataset.json").write_text(text, encoding="utf-8")
    return schema


def _with_standard_columns(columns: dict[str, Any], pictures: Iterable[np.ndarray]) -> tuple[dict[str, Any], int]:
    count = len(next(iter(columns.values()))) if columns else len(pictures)  # type: ignore[arg-type]
    if "file_name" not in columns:
        columns["file_name"] = [f"{index:06d}" for index in range(count)]
    if "split" not in columns:
        cuts = (round(0.8 * count), round(0.9 * count))
        columns["split"] = [SPLITS[(index >= cuts[0]) + (index >= cuts[1])] for index in range(count)]
    return columns, count


def _write_pictures(path: Path, pictures: Iterable[np.ndarray], count: int) -> tuple[tuple[int, ...], dict[str, Any]]:
    """Returns the shape of a picture, and what the manifest says of the file."""
    digests, shape, written = BlockDigests(), None, 0
    with path.open("wb") as file:
        for some in [pictures] if isinstance(pictures, np.ndarray) else pictures:
            batch = some[None] if some.ndim == 3 else some
            if shape is None:
                shape = batch.shape[1:]
                header = io.BytesIO()
                about = {"descr": "|u1", "fortran_order": False, "shape": (count, *shape)}
                np.lib.format.write_array_header_1_0(header, about)
                file.write(header.getvalue())
                digests.update(header.getvalue())
            if batch.shape[1:] != shape or batch.dtype != np.uint8:
                raise DataError(f"picture {written} is {batch.dtype} {batch.shape[1:]}, not uint8 {shape}")
            content = np.ascontiguousarray(batch).data
            file.write(content)
            digests.update(content)
            written += len(batch)
    if shape is None or written != count:
        raise DataError(f"{written} pictures for a table of {count} rows")
    return shape, digests.entry()
