"""The outcome of an evaluation as files: report.json for programs, report.html for people."""

import json
from pathlib import Path
from typing import Any

from limner import files
from limner.evaluation.evaluate import Evaluation
from limner.evaluation.page import page


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
        for one in evaluation.judged
    ]
    return {"protocol": evaluation.protocol, "notes": evaluation.reference.yardstick.notes, "models": models}


def write_json(evaluation: Evaluation, path: Path) -> None:
    """Writes report.json, whole or not at all."""
    files.write_text(path, json.dumps(as_dict(evaluation), indent=1, ensure_ascii=False) + "\n")
