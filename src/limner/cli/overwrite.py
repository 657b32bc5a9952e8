"""The one rule of all verbs for what is there already: it stays, unless `--overwrite` says otherwise."""

from pathlib import Path
from typing import Annotated

import typer

Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is there by that name.")]


def check_new(file: Path, overwrite: bool) -> None:
    """Raises UsageError for a file that exists, unless it may be replaced, and for a folder, which is never replaced."""
    from limner.errors import UsageError, shown

    if file.is_dir():
        raise UsageError(f"{shown(file, 200)} is a folder: give the name of a file.")
    if file.exists() and not overwrite:
        raise UsageError(f"{shown(file, 200)} exists: give another name, or replace it with --overwrite.")
