"""report.html: the comparison of models to look at."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from limner.evaluation import table
from limner.evaluation.evaluate import EvaluatedModel, Evaluation
from limner.evaluation.generalisation import SHOWN_PAIRS
from limner.pictures import Page, grid
from limner.training.history import curves, read_history

GRID_COLUMNS = 12
"""Pictures in a row."""
MAX_CLASSES = 30
"""Rows of a table by class, and classes of a table of confusion, that can still be read."""
CURVES = (
    "discriminator",
    "generator",
    "bits_per_dimension",
    "negative_elbo",
    "diversity",
    "held_out_frechet",
    "held_out_negative_elbo",
)
"""Of the training's history, the curves that are shown where a run has them."""


def page(evaluation: Evaluation) -> Page:
    """Returns the page: the table, what must be known to read it, then a chapter a model."""
    protocol = evaluation.protocol
    sheet = Page(
        "How good are they?", f"Models compared with pictures of {protocol['data']} that they were not trained on."
    )
    sheet.facts(
        {"samples": protocol["samples"], "held-out pictures": protocol["held_out"], "extractor": protocol["extractor"]}
    )
    for line in table.verdicts(evaluation):
        sheet.paragraph(f"{line}.")
    for group in evaluation.models[0].groups:
        header, *rows = table.rows(evaluation, group)
        if rows:
            sheet.heading(group.capitalize(), 3)
            sheet.table(header, rows)
    sheet.paragraph(f"{table.LEGEND} What each figure means is in docs/evaluation.md.")
    for warning in table.warnings(evaluation):
        sheet.warning(warning)
    for one in evaluation.models:
        if one.subject.model is not None:
            _chapter(sheet, evaluation, one)
    sheet.heading("How it was measured")
    sheet.table(["measure", "protocol"], table.protocols(evaluation).items())
    return sheet


def _chapter(page: Page, evaluation: Evaluation, one: EvaluatedModel) -> None:
    page.heading(one.subject.name)
    for name, rows in one.seen.items():
        if len(rows):
            page.figure(grid(one.subject.generated.pictures[rows.numpy()], columns=GRID_COLUMNS), name)
    details = {key: value for group in one.groups.values() for key, value in group.details.items()}
    if "nearest" in details:
        _copies(page, evaluation, one, details)
    for group in ("distances", "fidelity"):
        _by_class(page, group, one)
    for direction in ("TSTR", "TRTS"):
        if direction in details:
            _confusion(page, direction, details[direction])
    if "supplement" in details:
        page.heading("Beside real pictures", 3)
        page.table(
            ["real pictures", "accuracy alone", "with generated ones"],
            (tuple(row.values()) for row in details["supplement"]),
        )
    if one.subject.path is not None:
        measured = curves(read_history(one.subject.path / "history.jsonl"))
        shown = {name: measured[name] for name in CURVES if name in measured}
        if shown:
            page.curves(shown, f"{one.subject.name}: training", "pictures seen")


def _copies(page: Page, evaluation: Evaluation, one: EvaluatedModel, details: dict[str, Any]) -> None:
    page.heading("Does it copy?", 3)
    page.paragraph(
        f"{details['verdict'].capitalize()}. Left a sample, right the training picture nearest to it; the most similar first."
    )
    page.gallery(_pairs(evaluation, one, details["nearest"]))
    distances = details["distance to training"]
    header = ["distance to the nearest training picture, quantile", *next(iter(distances.values()))]
    page.table(header, ([name, *values.values()] for name, values in distances.items()))


def _pairs(evaluation: Evaluation, one: EvaluatedModel, rows: list[dict[str, Any]]) -> Iterable[tuple[np.ndarray, str]]:
    for row in rows[:SHOWN_PAIRS]:
        pair = [one.subject.generated.pictures[row["sample"]], evaluation.reference.train.pictures[row["training"]]]
        yield np.concatenate(pair, axis=1), f"{'copy, ' if row['copy'] else ''}distance {row['distance']:.3g}"


def _by_class(page: Page, group: str, one: EvaluatedModel) -> None:
    rows = one.groups[group].details.get("by_class", []) if group in one.groups else []
    if rows:
        page.heading(f"By class: {group}", 3)
        header = list(dict.fromkeys(key for row in rows for key in row))
        page.table(header, ([_measured(row.get(name)) for name in header] for row in rows[:MAX_CLASSES]))


def _measured(value: object) -> object:
    return "not measured" if value is None else value


def _confusion(page: Page, name: str, details: dict[str, Any]) -> None:
    classes = details["classes"]
    if len(classes) <= MAX_CLASSES:
        page.heading(f"Confusion, {name}", 3)
        page.table(
            ["true class, named as", *classes],
            ([label, *row] for label, row in zip(classes, details["confusion"], strict=True)),
        )
