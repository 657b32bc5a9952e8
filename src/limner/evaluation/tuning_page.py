"""report.html of a search: what was tried, what mattered, and whether it was worth it."""

import math
from typing import TYPE_CHECKING

from limner.data import Dataset
from limner.evaluation.study import RUNGS
from limner.pictures import Page, grid
from limner.recipes import Recipe, to_yaml

if TYPE_CHECKING:
    from limner.evaluation.tuning import Tuning

BAR_LENGTH, SHOWN_PICTURES = 30, 32
"""Characters of the longest bar, and samples of a model that are shown."""


def page(tuning: "Tuning", recipe: Recipe, dataset: Dataset) -> Page:
    """Returns the page: the verdict, the trials as curves and as a table, what mattered, samples, and the recipe."""
    sheet = Page(f"A better {recipe.name}?", f"{len(tuning.trials)} changed recipes, tried on {dataset.name}.")
    sheet.paragraph(f"The best recipe is {tuning.verdict}." if "tuned" in tuning.figures else f"{tuning.verdict}.")
    sheet.heading("The trials")
    sheet.curves(_curves(tuning), "held-out measure, less is better", "% of a trial's time")
    header, *rows = tuning.rows()
    sheet.table(header, rows)
    sheet.heading("What mattered")
    if tuning.importances:
        sheet.table(
            ["key", "share", ""],
            (
                (key, fraction, "▇" * max(1, round(BAR_LENGTH * fraction)))
                for key, fraction in tuning.importances.items()
            ),
        )
    else:
        sheet.paragraph("Too few trials were completed to say.")
    for key in tuning.importances:
        points = [(trial["values"][key], trial["rungs"][-1]) for trial in tuning.trials if trial["state"] == "complete"]
        if all(isinstance(value, int | float) for value, _ in points):
            sheet.curves({key: _dots(points)}, f"held-out measure by {key}", key)
    sheet.heading("Samples")
    for one in tuning.evaluation.models:
        sheet.figure(grid(one.subject.generated.pictures[:SHOWN_PICTURES]), one.subject.name)
    sheet.heading("The recipe")
    sheet.code(to_yaml(tuning.recipe))
    return sheet


def _curves(tuning: "Tuning") -> dict[str, list[tuple[float, float]]]:
    named = {"default": tuning.default, **{trial["folder"].split("/")[-1]: trial["rungs"] for trial in tuning.trials}}
    return {
        name: [(100 * fraction, value) for fraction, value in zip(RUNGS, values, strict=False)]
        for name, values in named.items()
    }


def _dots(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A gap after each point, so that they are drawn as dots and not as a line."""
    return [pair for x, y in sorted(points) for pair in ((x, y), (x, math.nan))]
