"""`report.html`: the report of a preparation to look at, with a bounded number of thumbnails."""

from collections.abc import Iterable, Iterator, Sized
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from limner.data.attributes import main_label
from limner.data.intake import MAX_THUMBNAILS, DecodedSource, Scratch
from limner.data.report import Report
from limner.data.selection import Selection
from limner.data.sources.source import Rejected
from limner.pictures.grid import grid
from limner.pictures.page import Page

MAX_THUMBNAIL_SIDE = 128
GRID_COLUMNS = 12
MAX_CLASS_ROWS = 12
MAX_ROWS = 100


def write_page(path: Path, report: Report, intake: DecodedSource, selection: Selection, scratch: Scratch) -> None:
    """Writes the page: numbers, a grid of kept pictures, class balance, and whatever was not kept, with its reason."""
    page = Page(f"Prepared: {report.source}", "What became of every picture.")
    page.facts(
        {
            "inputs": report.inputs,
            "kept": report.kept,
            "set aside": sum(report.set_aside.values()),
            "duplicates dropped": report.duplicates_dropped,
            "dropped for missing values": sum(report.missing_dropped.values()),
            "worth a look": len(selection.flags),
        }
    )
    page.table(["", "pictures", ""], report.rows())
    for note in report.notes:
        page.paragraph(note)
    page.heading("Kept pictures")
    page.figure(*_kept(selection, scratch))
    _problems(page, intake, selection, scratch, kept_copies=report.duplicates_kept > 0)
    _balance(page, report)
    page.save(path)


def _kept(selection: Selection, scratch: Scratch) -> tuple[np.ndarray, str]:
    label = main_label(selection.attributes)
    values = selection.columns[label] if label else []
    counts = {name: values.count(name) for name in sorted(set(values))}
    if 2 <= len(counts) <= MAX_CLASS_ROWS and min(counts.values()) >= GRID_COLUMNS:
        rows = [
            place for name in counts for place in _evenly_spaced(np.flatnonzero(np.array(values) == name), GRID_COLUMNS)
        ]
        caption = f"{GRID_COLUMNS} pictures of each {label}, one row each: {', '.join(counts)}"
    else:
        rows = _evenly_spaced(np.arange(len(selection.kept)), GRID_COLUMNS * 6)
        caption = f"{len(rows)} of {len(selection.kept):,} pictures, evenly taken"
    pictures = np.stack([_small(scratch.picture(selection.kept[row], selection.channels)) for row in rows])
    return grid(pictures, columns=GRID_COLUMNS), caption


def _balance(page: Page, report: Report) -> None:
    for label, counts in report.classes.items():
        page.heading(f"The {len(counts)} classes of {label}")
        most = max(counts.values())
        rows = [(name, count, "▇" * max(1, round(24 * count / most))) for name, count in counts.items()]
        page.table(["class", "pictures", ""], rows[:MAX_ROWS])
        if len(rows) > MAX_ROWS:
            page.paragraph(f"... and {len(rows) - MAX_ROWS} more")


def _problems(page: Page, intake: DecodedSource, selection: Selection, scratch: Scratch, kept_copies: bool) -> None:
    if intake.rejected:
        _set_aside(page, intake.rejected)
    if selection.copies:
        _heading(page, "Duplicates " + ("kept, each set in one split" if kept_copies else "dropped"), selection.copies)
        page.paragraph("Left what was kept, right its copy.")
        page.gallery(_pairs(intake, selection, scratch))
    if selection.incomplete:
        _heading(page, "Dropped for missing values", selection.incomplete)
        lacking = ((row, f"no {name}") for row, name in selection.incomplete.items())
        page.gallery(_rows(lacking, intake, selection, scratch))
    if selection.flags:
        _heading(page, "Kept, but worth a look", selection.flags)
        page.paragraph("Blank pictures hardly vary; in noise-like ones neighbouring pixels are unrelated.")
        page.gallery(_rows(selection.flags.items(), intake, selection, scratch))


def _set_aside(page: Page, rejected: list[Rejected]) -> None:
    _heading(page, "Set aside", rejected)
    shown = sorted(rejected, key=lambda one: one.thumbnail is None)[:MAX_THUMBNAILS]
    page.gallery((one.thumbnail, f"{one.name}: {one.reason}. {one.detail}") for one in shown if one.thumbnail)
    unseen = [(one.name, one.reason, one.detail) for one in shown if not one.thumbnail]
    if unseen:
        page.table(["file", "reason", "detail"], unseen)


def _heading(page: Page, text: str, entries: Sized) -> None:
    page.heading(f"{text}: {len(entries):,}")
    if len(entries) > MAX_THUMBNAILS:
        page.paragraph(f"The first {MAX_THUMBNAILS} are shown; all are listed in report.json.")


def _pairs(intake: DecodedSource, selection: Selection, scratch: Scratch) -> Iterator[tuple[bytes | np.ndarray, str]]:
    for row, original in islice(selection.copies.items(), MAX_THUMBNAILS):
        pair = [_small(scratch.picture(which, selection.channels)) for which in (original, row)]
        kind = "exact" if row in selection.exact else "near"
        yield np.concatenate(pair, axis=1), f"{intake.names[row]}: {kind} copy of {intake.names[original]}"


def _rows(
    rows: Iterable[tuple[int, str]], intake: DecodedSource, selection: Selection, scratch: Scratch
) -> Iterator[tuple[np.ndarray, str]]:
    for row, why in islice(rows, MAX_THUMBNAILS):
        yield _small(scratch.picture(row, selection.channels)), f"{intake.names[row]}: {why}"


def _small(picture: np.ndarray) -> np.ndarray:
    if max(picture.shape[:2]) <= MAX_THUMBNAIL_SIDE:
        return picture
    image = Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)
    image.thumbnail((MAX_THUMBNAIL_SIDE, MAX_THUMBNAIL_SIDE))
    small = np.asarray(image)
    return small[..., None] if small.ndim == 2 else small


def _evenly_spaced(rows: np.ndarray, most: int) -> list[int]:
    return rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).round().astype(int)].tolist()
