"""Parquet in Hugging Face image layout as a source: rows stream through memory a few megabytes at a time."""

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from limner.data.layout import tidy
from limner.data.source import Item, Problem, SetAside, Value, shown
from limner.errors import DataError, LimnerError
from limner.pictures import SUFFIXES

PICTURE_COLUMNS = ("image", "img", "picture")
SPLITS = ("train", "valid", "test")
BATCH_BYTES = 16 * 2**20


class ParquetSource:
    """The rows of a .parquet file, or of a folder of shards in the order of their names.

    The column `image` is a struct of `bytes` and `path`, or plain bytes; a `path` alone is never opened. Columns of
    text, numbers, truth values and dates become attributes, and numbers become names, in the order of those numbers,
    where the file's Hugging Face metadata has a ClassLabel; lists, structs and bytes are left out. DataError when a
    shard is damaged, or differs from the first one in its columns.
    """

    def __init__(self, path: Path, files: list[Path] | None = None) -> None:
        self.name, self._files = path.name, files or [path]
        self.set_aside: list[SetAside] = []
        self.ignored = _beside(path, self._files) if files else []
        headers = [_header(file) for file in self._files]
        self.count = sum(header.metadata.num_rows for header in headers)
        schema = headers[0].schema_arrow
        self._picture = _picture_column(self._files[0], schema)
        self.classes = _class_names(schema)
        others = [field for field in schema if field.name != self._picture]
        self.columns = [field.name for field in others if _is_value(field.type)]
        left_out = [field.name for field in others if not _is_value(field.type)]
        self.notes = [f"Columns that hold no single values were left out: {', '.join(left_out)}."] if left_out else []
        splits = sorted({split for file in self._files for split in SPLITS if split in file.stem.lower()})
        if len(splits) > 1:
            self.notes.append(
                f"Shards of {' and '.join(splits)} are taken together and split anew; to keep one apart, prepare it alone."
            )
        for file, header in zip(self._files, headers, strict=True):
            _check_columns(file, header.schema_arrow, {self._picture, *self.columns})
        if self.count == 0:
            raise DataError(f"{path} has no rows: give Parquet with pictures")

    def items(self) -> Iterator[Item]:
        """Yields every row, reading it only now."""
        for file in self._files:
            row = 0
            for batch in _batches(file, [self._picture, *self.columns]):
                yield from self._of_batch(file, row, batch)
                row += batch.num_rows

    def _of_batch(self, file: Path, first: int, batch: pa.RecordBatch) -> Iterator[Item]:
        contents, paths = _pictures(batch.column(0))
        values = {name: self._values(name, batch.column(name).to_pylist()) for name in self.columns}
        for index, (content, path) in enumerate(zip(contents, paths, strict=True)):
            name = shown(str(path)) if path else f"{file.stem}-{first + index:06d}"
            attributes = {column: entries[index] for column, entries in values.items()}
            if content is not None:
                yield Item(name, content, attributes)
            else:
                problem = Problem("empty", "the row holds no picture bytes; a path alone is not opened")
                yield Item(name, None, attributes, problem)

    def _values(self, name: str, values: list[Any]) -> list[Value]:
        if name in self.classes:
            names = self.classes[name]
            return [names[value] if value is not None and 0 <= value < len(names) else None for value in values]
        return [tidy(float(value) if isinstance(value, Decimal) else value) for value in values]


def shards(folder: Path) -> list[Path]:
    """Returns a folder's .parquet files in order, or none if it also holds files that promise to be pictures."""
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if any(name.lower().endswith(SUFFIXES) for name in files):
            return []
        found += [Path(place, name) for name in files if name.lower().endswith(".parquet")]
    root = folder.resolve()
    return sorted(file for file in found if file.is_file() and file.resolve().is_relative_to(root))


def _beside(folder: Path, files: list[Path]) -> list[str]:
    others = (file for file in folder.rglob("*") if file not in set(files) and not file.is_dir())
    return sorted(shown(str(file.relative_to(folder))) for file in others)


def _header(file: Path) -> pq.ParquetFile:
    try:
        with pq.ParquetFile(file) as opened:
            return opened
    except Exception as error:  # Arrow raises its own kinds, OSError and ValueError on foreign bytes
        raise _damaged(file, error) from None


def _batches(file: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    try:
        # Buffered, not pre-buffered: a row group of many megabytes is then read page by page.
        with pq.ParquetFile(file, pre_buffer=False, buffer_size=2**20) as opened:
            rows = max(opened.metadata.num_rows, 1)
            row_bytes = sum(opened.metadata.row_group(i).total_byte_size for i in range(opened.num_row_groups)) / rows
            size = int(min(1024, max(1, BATCH_BYTES / max(row_bytes, 1))))
            for batch in opened.iter_batches(batch_size=size, columns=columns, use_threads=False):
                yield batch.select(columns)
    except LimnerError:
        raise
    except Exception as error:  # as above
        raise _damaged(file, error) from None


def _damaged(file: Path, error: Exception) -> DataError:
    words = " ".join(str(error).split())[:160]
    return DataError(f"{file} is damaged or truncated, or no Parquet: {words}")


def _picture_column(file: Path, schema: pa.Schema) -> str:
    fitting = [field.name for field in schema if _is_picture(field.type)]
    named = [name for name in PICTURE_COLUMNS if name in fitting]
    if named or len(fitting) == 1:
        return (named or fitting)[0]
    has = shown(", ".join(schema.names))[:200]
    raise DataError(f"{file} has no column of pictures (it has: {has}): name one 'image', bytes or a struct with bytes")


def _is_picture(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return kind.get_field_index("bytes") >= 0 and _is_bytes(kind.field("bytes").type)
    return _is_bytes(kind)


def _is_bytes(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)


def _is_value(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_value(kind.value_type)
    texts = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    numbers = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return texts or numbers or pa.types.is_boolean(kind) or pa.types.is_date(kind) or pa.types.is_timestamp(kind)


def _pictures(column: pa.Array) -> tuple[list[bytes | None], list[str | None]]:
    if not pa.types.is_struct(column.type):
        return column.to_pylist(), [None] * len(column)
    fields = dict(zip((field.name for field in column.type), column.flatten(), strict=True))
    paths = fields["path"].to_pylist() if "path" in fields else [None] * len(column)
    return fields["bytes"].to_pylist(), paths


def _check_columns(file: Path, schema: pa.Schema, wanted: set[str]) -> None:
    missing = wanted - set(schema.names)
    if missing:
        raise DataError(f"{file} lacks the column {shown(min(missing))}, which the first shard has: prepare it alone")


def _class_names(schema: pa.Schema) -> dict[str, list[str]]:
    """Returns the class names of every ClassLabel column in the Hugging Face metadata, if it has any."""
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
        labels = {name: kind["names"] for name, kind in features.items() if kind.get("_type") == "ClassLabel"}
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return {}
    whole = {field.name for field in schema if pa.types.is_integer(field.type)}
    return {
        name: [str(entry) for entry in names]
        for name, names in labels.items()
        if name in whole and isinstance(names, list)
    }
