"""The report of a preparation: what became of every input, in `report.json` and in words."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from limner.conditions.attribute import Attribute
from limner.data.attributes import main_label
from limner.data.intake import DecodedSource
from limner.data.schema import COLOURS
from limner.data.selection import Selection
from limner.data.sources.source import Source
from limner.errors import DataError, quoted
from limner.parsing import MEGA, ParseError, read_json

FORMAT = 1
NOT_USED = ("set aside", "duplicates dropped", "dropped")
"""Rows of the summary about pictures that are not in the dataset."""
MAX_REPORT_JSON_BYTES = 64 * MEGA
"""Bytes of a report, which names every picture that it says something about."""


@dataclass
class Report:
    """Every input is kept, or set aside with a reason, or dropped as a copy or for a missing attribute value."""

    source: str
    inputs: int
    kept: int
    set_aside: dict[str, int]  # reason: pictures
    duplicates_dropped: int
    duplicates_kept: int
    missing_dropped: dict[str, int]  # attribute: pictures
    ignored: int  # clutter that nobody meant as a picture, not among the inputs
    size: list[int]  # height, width
    size_because: str
    channels: int
    enlarged: int
    splits: dict[str, int]
    classes: dict[str, dict[str, int]]  # label: class: pictures
    flagged: dict[str, int]
    notes: list[str]
    options: dict[str, Any]
    set_aside_list: list[dict[str, str]]
    duplicates_list: list[dict[str, Any]]
    missing_list: list[dict[str, str]]
    flagged_list: list[dict[str, str]]
    ignored_list: list[str]
    columns: dict[str, str] = field(default_factory=dict)  # attribute: its kind, in words
    format: int = field(default=FORMAT)

    @property
    def accounted(self) -> int:
        """Returns the inputs that the report says something about: all of them."""
        return self.kept + sum(self.set_aside.values()) + self.duplicates_dropped + sum(self.missing_dropped.values())

    def rows(self) -> list[tuple[str, str, str]]:
        """Returns the summary as (what, how many, details)."""
        table = [("inputs", f"{self.inputs:,}", self.source), ("kept", f"{self.kept:,}", self._shape())]
        if self.set_aside:
            table.append(("set aside", f"{sum(self.set_aside.values()):,}", _listed(self.set_aside)))
        exact = sum(entry["exact"] for entry in self.duplicates_list)
        if self.duplicates_list:
            what = "duplicates dropped" if self.duplicates_dropped else "duplicates kept"
            table.append(
                (what, f"{len(self.duplicates_list):,}", f"exact {exact:,}, near {len(self.duplicates_list) - exact:,}")
            )
        if self.missing_dropped:
            most = quoted(next(iter(self.missing_dropped)))
            lacking = (
                f"lacking a value: {_listed(self.missing_dropped)}; keep them with --missing keep, or leave the column "
            )
            lacking += f"out with --column {most}=none"
            table.append(("dropped", f"{sum(self.missing_dropped.values()):,}", lacking))
        if self.flagged:
            table.append(("suspicious", f"{sum(self.flagged.values()):,}", _listed(self.flagged)))
        table.append(("splits", f"{len([count for count in self.splits.values() if count])}", _listed(self.splits)))
        table += [(name, f"{len(counts):,}", _balance(counts)) for name, counts in self.classes.items()]
        return table + [(name, "", kind) for name, kind in self.columns.items() if name not in self.classes]

    def lines(self) -> list[str]:
        """Returns a line for all that was left out or guessed."""
        left_out = [f"{what}: {count} ({why})" for what, count, why in self.rows() if what in NOT_USED]
        return [*left_out, *(f"note: {note}" for note in self.notes)]

    def _shape(self) -> str:
        height, width = self.size
        colours = COLOURS[self.channels]
        return f"{width}x{height} pixels, {colours} (size: {self.size_because})"


def build_report(
    source: Source,
    intake: DecodedSource,
    selection: Selection,
    splits: list[str],
    size_reason: str,
    options: dict[str, Any],
) -> Report:
    """Returns the report of a preparation; `splits` is the split of each kept picture."""
    dropped = 0 if options["keep_duplicates"] else len(selection.copies)
    labels = [attribute for attribute in selection.attributes if attribute.kind == "label"]
    return Report(
        source=source.name,
        inputs=len(intake.names) + len(intake.rejected),
        kept=len(selection.kept),
        set_aside=dict(Counter(rejected.reason for rejected in intake.rejected).most_common()),
        duplicates_dropped=dropped,
        duplicates_kept=len(selection.copies) - dropped,
        missing_dropped=dict(Counter(selection.incomplete.values()).most_common()),
        ignored=len(source.ignored),
        size=list(intake.size),
        size_because=size_reason,
        channels=selection.channels,
        enlarged=intake.enlarged,
        splits={name: splits.count(name) for name in ("train", "validation", "test")},
        classes={label.name: _counts(selection.columns[label.name], label.classes) for label in labels},
        flagged=dict(Counter(selection.flags.values())),
        notes=[*source.notes, *intake.notes, *selection.notes],
        columns={one.name: _kind(one) for one in selection.attributes},
        options=options,
        set_aside_list=[
            {"file_name": rejected.name, "reason": rejected.reason, "detail": rejected.detail}
            for rejected in intake.rejected
        ],
        duplicates_list=_copies(intake, selection),
        missing_list=[
            {"file_name": intake.names[row], "attribute": name} for row, name in selection.incomplete.items()
        ],
        flagged_list=[{"file_name": intake.names[row], "flag": flag} for row, flag in selection.flags.items()],
        ignored_list=source.ignored,
    )


def write_report(folder: Path, report: Report) -> None:
    """Writes `report.json`."""
    (folder / "report.json").write_text(json.dumps(asdict(report), indent=2, ensure_ascii=False), encoding="utf-8")


def read_report(folder: str | Path) -> Report:
    """Reads the report of a dataset folder; DataError when there is none or it is damaged."""
    path = Path(folder) / "report.json"
    try:
        return TypeAdapter(Report).validate_python(read_json(path, MAX_REPORT_JSON_BYTES))
    except (ParseError, ValidationError) as error:
        raise DataError(f"{path} is missing or damaged; prepare the dataset again") from error


def _copies(intake: DecodedSource, selection: Selection) -> list[dict[str, Any]]:
    label = main_label(selection.attributes)
    values = intake.columns[label] if label else []
    return [
        {
            "file_name": intake.names[row],
            "copy_of": intake.names[original],
            "exact": row in selection.exact,
            "label_differs": bool(label) and values[row] != values[original],
        }
        for row, original in selection.copies.items()
    ]


def _kind(attribute: Attribute) -> str:
    """Returns what a column is, in words."""
    if attribute.kind == "number":
        return f"number, from {attribute.minimum:g} to {attribute.maximum:g}"
    return {"caption": "caption (free text)"}.get(attribute.kind, attribute.kind)


def _counts(values: list[str], classes: tuple[str, ...]) -> dict[str, int]:
    counts = Counter(values)
    return {name: counts[name] for name in classes}


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _balance(counts: dict[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: item[1])
    (fewest, least), (commonest, most) = ordered[0], ordered[-1]
    return f"classes, from {least:,} ({fewest}) to {most:,} ({commonest}) pictures"
