"""Parquet in Hugging Face image layout as a source: rows stream through memory a few megabytes at a time."""

import json
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from limner.data.sources.archive import foreign
from limner.data.sources.folder_names import SPLIT, SPLIT_COLUMNS, SPLIT_OF_FOLDER
from limner.data.sources.layout import tidy
from limner.data.sources.parquet_footer import Group, read_groups, read_page
from limner.data.sources.source import Item, Problem, Rejected, Value
from limner.errors import DataError, printable
from limner.pictures import SUFFIXES

PICTURE_COLUMNS = ("image", "img", "picture")
BATCH_BYTES = 16 * 2**20
REPEATED_BYTES = 32 * 2**20
"""What a batch may take where every row repeats the whole dictionary of its column, which writers keep below 1 MiB."""
MAX_TEXT_LENGTH = 131_072
"""Characters of a value, as in a CSV table."""
# What a column may unpack to: pictures are packed already and stay near 1.
MAX_RATIO, ALWAYS_ALLOWED = 50, 64 * 2**20
# Rows that a file may claim: the smallest picture that can be used takes more bytes.
ROW_BYTES, FEW_ROWS = 16, 1000
_DICTIONARY = 2  # the kind of page
_FAULT = "it is damaged or truncated, or no Parquet"


class _Header(NamedTuple):
    schema: pa.Schema
    rows: int


class ParquetSource:
    """The rows of a .parquet file, or of a folder of shards in the order of their names.

    The column `image` is a struct of `bytes` and `path`, or plain bytes; a `path` alone is never opened. Columns of
    text, numbers, truth values and dates become attributes, and numbers become names, in the order of those numbers,
    where the file's Hugging Face metadata has a ClassLabel; lists, structs and bytes are left out. DataError when a
    shard is damaged, claims far more than a file of its size holds, or differs from the first one in its columns.
    """

    def __init__(self, path: Path, files: list[Path] | None = None) -> None:
        self.name, self._files = path.name, files or [path]
        self.set_aside: list[Rejected] = []
        self.ignored = _beside(path, self._files) if files else []
        headers = [_header(file) for file in self._files]
        self.count = sum(header.rows for header in headers)
        schema = headers[0].schema
        self._picture = _picture_column(self._files[0], schema)
        self.classes = _class_names(schema)
        self.semicolons = False
        others = [field for field in schema if field.name != self._picture]
        self.columns = [field.name for field in others if _is_value(field.type)]
        left_out = [printable(field.name) for field in others if not _is_value(field.type)]
        self.notes = [f"Columns that hold no single values were left out: {', '.join(left_out)}."] if left_out else []
        for file, header in zip(self._files, headers, strict=True):
            _check_columns(file, header.schema, self._picture, self.columns)
        self._read, self._splits = list(self.columns), _splits(self._files, path)
        if self._splits and not any(column.lower() in SPLIT_COLUMNS for column in self.columns):
            self.columns.append(SPLIT)
            self.notes.append("The splits are those of the shards; others with --split.")
        if self.count == 0:
            raise DataError(f"{path} has no rows: give Parquet with pictures")

    def items(self) -> Iterator[Item]:
        """Yields every row, reading it only now."""
        for file in self._files:
            row = 0
            with foreign(file, _FAULT):
                for batch in _batches(file, [self._picture, *self._read]):
                    yield from self._of_batch(file, row, batch)
                    row += batch.num_rows

    def _of_batch(self, file: Path, first: int, batch: pa.RecordBatch) -> Iterator[Item]:
        values = {name: self._values(file, name, batch.column(name)) for name in self._read}
        if SPLIT in self.columns:
            values[SPLIT] = [self._splits[file]] * batch.num_rows
        for index, (content, path) in enumerate(_pictures(batch.column(0))):
            name = printable(str(path)) if path else f"{file.stem}-{first + index:06d}"
            attributes = {column: entries[index] for column, entries in values.items()}
            if content is not None:
                yield Item(name, content, attributes)
            else:
                problem = Problem("empty", "the row holds no picture bytes; a path alone is not opened")
                yield Item(name, None, attributes, problem)

    def _values(self, file: Path, name: str, column: pa.Array) -> list[Value]:
        values = [tidy(float(value) if isinstance(value, Decimal) else value) for value in column.to_pylist()]
        longest = max((len(value) for value in values if isinstance(value, str)), default=0)
        if longest > MAX_TEXT_LENGTH:
            raise DataError(
                f"{file}: the column {printable(name)} holds a text of {longest:,} characters, of at most {MAX_TEXT_LENGTH:,}"
            )
        if name not in self.classes:
            return values
        names = self.classes[name]
        return [names[value] if isinstance(value, int) and 0 <= value < len(names) else None for value in values]


def _splits(files: list[Path], root: Path) -> dict[Path, str]:
    """Returns the split that the name of each shard, or of the folder that it lies in, says; none unless all say one."""
    found: dict[Path, str] = {}
    for file in files:
        words = (
            re.split(r"[^a-z]+", "/".join(file.relative_to(root).with_suffix("").parts).lower()) if file != root else []
        )
        named = {SPLIT_OF_FOLDER[word] for word in words if word in SPLIT_OF_FOLDER}
        if len(named) == 1:
            found[file] = named.pop()
    own = set(found.values())
    return found if len(found) == len(files) and "train" in own and len(own) > 1 else {}


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
    return sorted(printable(str(file.relative_to(folder))) for file in others)


def _header(file: Path) -> _Header:
    with foreign(file, _FAULT), pq.ParquetFile(file) as opened:
        _check_claims(file, opened.metadata)
        schema = opened.schema_arrow
        twice = next((name for name in schema.names if schema.names.count(name) > 1), None)
        if twice is not None:
            raise DataError(f"{file} has two columns called {printable(twice)}: rename one")
        return _Header(schema, opened.metadata.num_rows)


def _check_claims(file: Path, claims: pq.FileMetaData) -> list[Group]:
    """Returns what a file claims; DataError when that is far more than its size can hold, before any of it is read."""
    size, groups = file.stat().st_size, read_groups(file)
    rows = max(claims.num_rows, sum(group.rows for group in groups))
    if rows > FEW_ROWS + size // ROW_BYTES:
        raise DataError(f"{file} claims {rows:,} rows in {size:,} bytes, far more than pictures could fit in: refused")
    for group in groups:
        for column in group.columns:
            packed, unpacked = min(column.packed, size), column.unpacked
            if unpacked > max(ALWAYS_ALLOWED, MAX_RATIO * packed) or min(packed, unpacked, group.rows) < 0:
                raise DataError(
                    f"{file}: the column {printable(column.name)} claims to unpack {packed:,} bytes to "
                    f"{unpacked:,}, as an archive bomb does: refused"
                )
    return groups


def _batches(file: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    # Buffered, not pre-buffered: a row group of many megabytes is then read page by page.
    with pq.ParquetFile(file, pre_buffer=False, buffer_size=2**20) as opened:
        size = _batch_rows(file, _check_claims(file, opened.metadata))
        for batch in opened.iter_batches(batch_size=size, columns=columns, use_threads=False):
            yield batch.select(columns)


def _batch_rows(file: Path, groups: list[Group]) -> int:
    """Returns how many rows are read at a time; DataError when a page unpacks to more than its column.

    A few bytes can repeat a value of a dictionary a million times: each row may be as large as the whole dictionary.
    """
    rows = sum(group.rows for group in groups)
    row_bytes = sum(column.unpacked for group in groups for column in group.columns) / max(rows, 1)
    most = min(1024, BATCH_BYTES / max(row_bytes, 1))
    with file.open("rb") as content:
        for column in (column for group in groups for column in group.columns):
            content.seek(column.begins)
            kind, unpacked = read_page(content.read(32))
            if not 0 <= unpacked <= 2 * column.unpacked + BATCH_BYTES:
                raise DataError(f"{file}: a page of {printable(column.name)} unpacks to {unpacked:,} bytes: refused")
            if kind == _DICTIONARY:
                most = min(most, REPEATED_BYTES / max(unpacked, 1))
    return max(1, int(most))


def _picture_column(file: Path, schema: pa.Schema) -> str:
    fitting = [field.name for field in schema if _is_picture(field.type)]
    named = [name for name in PICTURE_COLUMNS if name in fitting]
    if named or len(fitting) == 1:
        return (named or fitting)[0]
    has = printable(", ".join(schema.names))[:200]
    raise DataError(f"{file} has no column of pictures (it has: {has}): name one 'image', bytes or a struct with bytes")


def _is_picture(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return kind.get_field_index("bytes") >= 0 and _is_bytes(kind.field("bytes").type)
    return _is_bytes(kind)


def _is_bytes(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _is_value(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_value(kind.value_type)
    numbers = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    times = pa.types.is_date(kind) or pa.types.is_timestamp(kind)
    return _is_text(kind) or numbers or times or pa.types.is_boolean(kind)


def _pictures(column: pa.Array) -> Iterator[tuple[bytes | None, str | None]]:
    """Yields the bytes and the path of each row, one at a time."""
    if not pa.types.is_struct(column.type):
        for content in column:
            yield content.as_py(), None
        return
    fields = dict(zip((field.name for field in column.type), column.flatten(), strict=True))
    paths = fields["path"].to_pylist() if "path" in fields else [None] * len(column)
    for content, path in zip(fields["bytes"], paths, strict=True):
        yield content.as_py(), path


def _check_columns(file: Path, schema: pa.Schema, picture: str, values: list[str]) -> None:
    missing = {picture, *values} - set(schema.names)
    if missing:
        raise DataError(
            f"{file} lacks the column {printable(min(missing))}, which the first shard has: prepare it alone"
        )
    others = [name for name in values if not _is_value(schema.field(name).type)]
    if others or not _is_picture(schema.field(picture).type):
        name = printable((others or [picture])[0])
        raise DataError(f"{file} has another kind of column {name} than the first shard: prepare it alone")


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
