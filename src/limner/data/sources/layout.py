"""What the names in a folder or archive mean: pictures, clutter, class sub-folders, and metadata tables."""

import csv
import json
import math
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from limner.data.schema import MAX_ATTRIBUTES
from limner.data.sources.folder_names import SPLIT, SPLIT_COLUMNS, folders_of, from_folders
from limner.data.sources.row_names import meant, plain
from limner.data.sources.source import Rejected, Value
from limner.errors import DataError, printable
from limner.parsing import ParseError, parse_json
from limner.pictures import SUFFIXES

STYLEGAN = "dataset.json"
"""Labels by file name, as the tools of StyleGAN write them."""
TABLES = ("metadata.csv", "metadata.jsonl", STYLEGAN)
KEY = "file_name"
OTHER_TABLES = (".csv", ".tsv", ".jsonl", ".json", ".xls", ".xlsx", ".ods")
"""Suffixes of files that may be meant as tables of attributes."""
MAX_TABLES_NAMED = 3
_CLUTTER = re.compile(
    r"(readme|licen[cs]e|copying|notice|credits)(\.\w+)?|thumbs\.db|desktop\.ini|metadata\.\w+|dataset_infos?\.json"
    r"|garden\.json|noise\.csv"  # the truth behind a garden (limner.data.garden)
)


@dataclass
class Layout:
    """The attributes of every file by its name (posix, relative), and what was set aside to find them."""

    columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    set_aside: list[Rejected] = field(default_factory=list)
    rows: dict[str, dict[str, Value]] = field(default_factory=dict)
    semicolons: bool = False
    """Whether they separate the cells of a table."""

    def of(self, name: str) -> dict[str, Value]:
        """Returns a value, or None, for each of `columns`."""
        row = self.rows.get(plain(name), {})
        return {column: row.get(column) for column in self.columns}


def lay_out(names: list[str], tables: dict[str, bytes], ignored: Iterable[str] = ()) -> Layout:
    """Returns the attributes of the files `names`: the rows of the metadata tables, or else the class sub-folders.

    A table's names are relative to its own folder. Rows for missing files, rows that cannot be understood and second
    rows for a file are set aside. A note names the tables among `names` and `ignored` that are not read. DataError when
    a table as a whole cannot be read.
    """
    if not tables:
        columns, notes, rows = from_folders(names)
        notes += _unread(names, ignored)
        return Layout(columns, notes, rows={plain(name): row for name, row in rows.items()})
    layout, known = Layout(notes=_unread(names, ignored)), {plain(name) for name in names}
    for table, content in sorted(tables.items()):
        _add(layout, known, table, list(_rows(table, content, layout)))
    without = len(known) - len(layout.rows)
    lacking = f"; {without:,} files have no row" if without else ""
    layout.notes.append(f"Attributes come from {', '.join(map(printable, sorted(tables)))}{lacking}.")
    if not any(column.lower() in SPLIT_COLUMNS for column in layout.columns):
        _add_splits(layout, names)
    return layout


def _add_splits(layout: Layout, names: list[str]) -> None:
    """Adds the splits that folders name, beside the columns of tables."""
    _, splits, notes = folders_of(names)
    if splits:
        layout.columns.append(SPLIT)
        layout.notes += notes
        for name, split in splits.items():
            layout.rows.setdefault(plain(name), {})[SPLIT] = split


def _unread(names: Iterable[str], ignored: Iterable[str]) -> list[str]:
    """Returns a line about files that look like tables of attributes, and are called otherwise than those that are read."""
    called = [
        name for name in ignored if posixpath.basename(name).lower().startswith("metadata.") and not is_table(name)
    ]
    found = sorted(name for name in [*names, *called] if posixpath.splitext(name)[1].lower() in OTHER_TABLES)
    if not found:
        return []
    more = f" and {len(found) - MAX_TABLES_NAMED:,} more" if len(found) > MAX_TABLES_NAMED else ""
    listed = ", ".join(map(printable, found[:MAX_TABLES_NAMED])) + more
    verb = "are tables that were" if len(found) > 1 else "is a table that was"
    return [f"{listed} {verb} not read: attributes come from metadata.csv, with the pictures' names in a column {KEY}."]


def is_table(name: str) -> bool:
    """Returns whether a file is a metadata table."""
    return posixpath.basename(name).lower() in TABLES


def is_clutter(name: str) -> bool:
    """Returns whether nobody can have meant a file as a picture: system files, hidden files, READMEs, tables."""
    base, suffix = posixpath.basename(name).lower(), posixpath.splitext(name)[1].lower()
    if base.startswith("._") or "__MACOSX" in name.split("/"):
        return True
    return suffix not in SUFFIXES and (base.startswith(".") or _CLUTTER.fullmatch(base) is not None)


def unsafe(name: str) -> str | None:
    """Returns what is wrong with the name of an archive's entry (posix separators), or None."""
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "an absolute name"
    return "a name that leaves the archive" if ".." in name.split("/") else None


def tidy(value: Any) -> Value:
    """Returns a table's value as text, a number, or None for a missing one (null, empty, not a number)."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) or (isinstance(value, int) and abs(value) < 2**63):
        return value
    try:
        text = json.dumps(value) if isinstance(value, list | dict) else str(value)
    except (ValueError, RecursionError):  # a whole number of thousands of digits, or lists within lists without end
        return None
    return text.replace("\0", "\ufffd").strip().encode("utf-8", "replace").decode() or None


def _add(layout: Layout, known: set[str], table: str, rows: list[tuple[int, dict[str, Value]]]) -> None:
    """Adds the rows of a table; DataError where none of them names a picture that is there."""
    folder = posixpath.dirname(table)
    named = {line: plain(posixpath.join(folder, name)) for line, row in rows if isinstance(name := row.get(KEY), str)}
    pictures, notes = meant(named.values(), known, table)
    layout.notes += notes
    if named and not pictures and known:
        example = printable(next(iter(sorted(known))))
        raise DataError(
            f"no row of {printable(table)} names a picture that is there: it has {printable(next(iter(named.values())))}, and the "
            f"pictures are called {example}"
        )
    for line, row in rows:
        where, name = f"{printable(table)}, line {line}", row.pop(KEY, None)
        full = pictures.get(named.get(line, ""))
        if not isinstance(name, str):
            layout.set_aside.append(Rejected(where, "bad row", f"it has no {KEY}"))
        elif full is None:
            layout.set_aside.append(Rejected(printable(name), "missing file", f"named in {where}"))
        elif full in layout.rows:
            layout.set_aside.append(Rejected(where, "bad row", f"a second row for {printable(name)}"))
        else:
            layout.rows[full] = row


def _rows(table: str, content: bytes, layout: Layout) -> Iterator[tuple[int, dict[str, Value]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{printable(table)} is not UTF-8 text (byte {error.start}): save it as UTF-8") from None
    readers = {".csv": _csv_rows, ".jsonl": _jsonl_rows, ".json": _stylegan_rows}
    yield from readers[posixpath.splitext(table)[1].lower()](table, text, layout)


def _stylegan_rows(table: str, text: str, layout: Layout) -> Iterator[tuple[int, dict[str, Value]]]:
    try:
        content = parse_json(text, printable(table))
    except ParseError as error:
        raise DataError(str(error)) from None
    labels = content.get("labels") if isinstance(content, dict) else None
    if labels is None:  # StyleGAN's own tools write this where there are no labels
        return
    if not isinstance(labels, list):
        raise DataError(f"{printable(table)}: its labels are no list of [file name, class]")
    _add_columns(layout, table, ["label"])
    for number, entry in enumerate(labels, start=1):
        if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str):
            yield number, {KEY: entry[0], "label": tidy(entry[1])}
        else:
            layout.set_aside.append(
                Rejected(f"{printable(table)}, label {number}", "bad row", "it is no [file name, class]")
            )


def _csv_rows(table: str, text: str, layout: Layout) -> Iterator[tuple[int, dict[str, Value]]]:
    first = text.partition("\n")[0]
    delimiter = next((mark for mark in ",;\t" if KEY in _cells(first, mark)), ",")
    layout.semicolons = layout.semicolons or delimiter == ";"
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(table, header)
        _add_columns(layout, table, header)
        for cells in reader:
            if len(cells) > len(header):
                where, detail = (
                    f"{printable(table)}, line {reader.line_num}",
                    f"{len(cells)} values for {len(header)} columns",
                )
                layout.set_aside.append(Rejected(where, "bad row", detail))
            elif cells:
                yield reader.line_num, {name: tidy(cell) for name, cell in zip(header, cells, strict=False) if name}
    except csv.Error as error:
        raise DataError(f"{printable(table)}, line {reader.line_num}: {error}") from None


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(delimiter)]


def _add_columns(layout: Layout, table: str, names: Iterable[str]) -> None:
    known = {"", KEY, *layout.columns}
    layout.columns += [name for name in names if name not in known]
    if len(layout.columns) > MAX_ATTRIBUTES:
        raise DataError(f"{printable(table)} has more than {MAX_ATTRIBUTES:,} columns: leave some out")


def _check_header(table: str, header: list[str]) -> None:
    if KEY not in header:
        found = printable(", ".join(header))[:200]
        raise DataError(
            f"{printable(table)} has no column {KEY} (it has: {found}): give the pictures' names that heading"
        )
    named = [name for name in header if name]
    if len(set(named)) < len(named):
        ((twice, _),) = Counter(named).most_common(1)
        raise DataError(f"{printable(table)} has two columns called {printable(twice)}: rename one")


def _jsonl_rows(table: str, text: str, layout: Layout) -> Iterator[tuple[int, dict[str, Value]]]:
    known = {KEY}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            values = parse_json(line, f"{printable(table)}, line {number}", finite=False, any_text=True)
        except ParseError:
            values = None
        if not isinstance(values, dict):
            layout.set_aside.append(
                Rejected(f"{printable(table)}, line {number}", "bad row", "it is not a JSON object")
            )
            continue
        if not known.issuperset(values):
            _add_columns(layout, table, values)
            known.update(values)
        yield number, {name: tidy(value) for name, value in values.items()}
