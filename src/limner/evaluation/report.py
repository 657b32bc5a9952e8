"""The outcome of an evaluation as files: report.json for programs, report.html for people."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from limner import files
from limner.errors import UsageError
from limner.evaluation.evaluate import Evaluation
from limner.evaluation.page import page
from limner.evaluation.table import warnings
from limner.parsing import MAX_DATA_JSON_BYTES, ParseError, read_json


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Makes a folder for a report, and removes it again if nothing comes of it.

    UsageError when it holds something else than an evaluation, or cannot be written.
    """
    new = not folder.exists()
    if not new and (not folder.is_dir() or (any(folder.iterdir()) and not _is_evaluation(folder / "report.json"))):
        raise UsageError(f"--out {folder} exists and is no evaluation: give a new folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(f"--out {folder} cannot be written ({error.strerror}): give another folder.") from None
    try:
        yield
    finally:
        if new:
            with suppress(OSError):  # it is not empty: the report is there
                folder.rmdir()


def _is_evaluation(file: Path) -> bool:
    try:
        found = read_json(file, MAX_DATA_JSON_BYTES, finite=False)
    except ParseError:
        return False
    return isinstance(found, dict) and "protocol" in found


def write_report(evaluation: Evaluation, folder: Path) -> None:
    """Writes `report.json` and `report.html` into a folder, each of them whole or not at all."""
    files.write_text(folder / "report.json", json.dumps(as_dict(evaluation), indent=1, ensure_ascii=False) + "\n")
    page(evaluation).save(folder / "report.html")


def as_dict(evaluation: Evaluation) -> dict[str, Any]:
    """Returns everything that was measured, as report.json holds it."""
    models = [
        {
            "name": one.subject.name,
            "sha256": one.subject.model.digest if one.subject.model else None,
            "recipe": one.subject.model.recipe.name if one.subject.model else None,
            "trained": one.subject.model.about.get("training") if one.subject.model else None,
            "groups": {name: group.as_dict() for name, group in one.groups.items()},
        }
        for one in evaluation.models
    ]
    return {"protocol": evaluation.protocol, "notes": warnings(evaluation), "models": models}
