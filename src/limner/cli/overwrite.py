"""The one rule of all verbs for what is there already: it stays, unless `--overwrite` says otherwise."""

from pathlib import Path
from typing import Annotated

import typer

REPORT = "report.html"
"""The page of every report, by which a folder is known to be one."""
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is there by that name.")]


def check_report(folder: Path, own: str, key: str, what: str, overwrite: bool) -> None:
    """Raises UsageError for a folder with a report that must not be replaced, or one whose file `own` lacks `key`."""
    from limner.errors import UsageError, quoted
    from limner.parsing import MAX_DATA_JSON_BYTES, ParseError, read_json

    if not (folder / REPORT).exists():
        return
    try:
        found = read_json(folder / own, MAX_DATA_JSON_BYTES, finite=False)
    except ParseError:
        found = None
    if not isinstance(found, dict) or key not in found:
        raise UsageError(f"--out {quoted(folder, 200)} exists and is no {what}: give a new folder.")
    check_new(folder / REPORT, overwrite)


def check_new(file: Path, overwrite: bool) -> None:
    """Raises UsageError for a file that exists, unless it may be replaced, and for a folder, which is never replaced."""
    from limner.errors import UsageError, quoted

    if file.is_dir():
        raise UsageError(f"{quoted(file, 200)} is a folder: give the name of a file.")
    if file.exists() and not overwrite:
        raise UsageError(f"{quoted(file, 200)} exists: give another name, or replace it with --overwrite.")
