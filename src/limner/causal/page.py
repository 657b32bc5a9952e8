"""report.html of a causal model: its graph, counterfactual pictures, pictures for several values, and how far to trust them."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from limner.causal.model import CausalModel
from limner.causal.soundness import CYCLES, Soundness
from limner.causal.variables import Table
from limner.metrics.intervals import Interval
from limner.pictures import Page, grid

GRID_COLUMNS = 12
"""Pictures in a row of counterfactuals."""
SHOWN_UNITS, SHOWN_VALUES = 3, 9
"""Units that are shown at several values of an attribute, and values of a number."""
UNDER_THE_GRAPH = (
    "Everything here holds under the graph above, which no data can prove. A model can be effective, keep what is not "
    "affected and return to every picture, and still be wrong because the graph is wrong: only a comparison with the "
    "truth would show it, and for real pictures there is none."
)
"""What a reader must know before believing any figure."""


def page(model: CausalModel, found: Soundness, table: Table, data: str) -> Page:
    """Returns the page on what was found of units with these attributes."""
    graph = model.structure.graph
    sheet = Page(
        "Counterfactual pictures",
        f"What {found.units:,} units of {data} would look like with other attributes, and how far to trust that.",
    )
    title = f"What causes what{'; dashes: an unobserved cause' if graph.confounded else ''}"
    sheet.graph({name: graph.parents(name) for name in graph.order}, graph.confounded, title)
    sheet.paragraph(f"The picture depends on {', '.join(graph.picture)}.")
    sheet.warning(UNDER_THE_GRAPH)
    for name, pictures in found.pictures.items():
        sheet.heading(f"Another {name}")
        titles = ("the pictures", "their counterfactuals", "the truth")[: len(pictures)]
        sheet.figure(
            grid(np.concatenate([each[:GRID_COLUMNS] for each in pictures]), columns=GRID_COLUMNS), "; ".join(titles)
        )
        sheet.figure(*_values(model, table, name, pictures[0]))
    for title, header, rows, words in tables(model, found):
        sheet.heading(title)
        sheet.table(header, rows)
        sheet.paragraph(words)
    return sheet


def tables(model: CausalModel, found: Soundness) -> Iterable[tuple[str, list[str], list[list[str]], str]]:
    """Yields title, header, rows and words of each table."""
    yield _effectiveness(model, found)
    yield _drift(found)
    yield _axioms(found)
    if found.against_truth:
        yield _truth(found)
        yield _graphs(found)


def _effectiveness(model: CausalModel, found: Soundness) -> tuple[str, list[str], list[list[str]], str]:
    names = list(found.real)
    rows = [["pictures as they are", "", *(f"{found.real[name]}" for name in names)]]
    for done, errors in found.errors.items():
        affected = model.structure.graph.descendants(done)
        marks = {name: "*" if name == done else "+" if name in affected else "" for name in names}
        unchanged = f"{found.unchanged[done]}" if done in found.unchanged else ""
        rows.append([f"another {done}", unchanged, *(f"{errors[name]}{marks[name]}" for name in names)])
    words = (
        "Attributes predicted from the pictures against those that they should show: mean absolute error of numbers, "
        "share of wrong classes of categories, with 95 % intervals over units. * the attribute that was set "
        "(effectiveness), + its effects; the others must stay. The predictor was trained on real pictures alone; the "
        "first row is its own error, and smaller ones cannot be measured. `unchanged` is the error in the attribute "
        "that was set, if the pictures stayed unchanged."
    )
    return "Do pictures show what they should?", ["", "unchanged", *names], rows, words


def _drift(found: Soundness) -> tuple[str, list[str], list[list[str]], str]:
    names = list(found.real)
    rows = []
    for done, drift in found.drift.items():
        rows.append([f"another {done}", *(f"{drift[name]}" if name in drift else "–" for name in names)])
        if done in found.against_truth:
            true = found.against_truth[done].drift
            rows.append(["of the true pictures", *(f"{true[name]}" if name in true else "–" for name in names)])
    words = (
        "By how much the predictor's error grows in attributes that the intervention does not affect, numbers in standard "
        "deviations of the attribute. 0 is right."
    )
    return "Does the rest stay?", ["", *names], rows, words


def _axioms(found: Soundness) -> tuple[str, list[str], list[list[str]], str]:
    composition = [f"{found.composition[cycle]}" for cycle in CYCLES]
    rows = [["nothing", *composition, f"{found.realism['real']}", "1"]]
    for done, back in found.reversibility.items():
        rows.append(
            [done, *(f"{back[cycle]}" for cycle in CYCLES), f"{found.realism[done]}", f"{found.diversity[done]}"]
        )
    words = (
        "Grey levels between a picture and itself after so many interventions, each reversed (reversibility), or after "
        "so many that set nothing (composition, the first row); Frechet distance of features from those of other real "
        "pictures (realism; in the first row that of the real ones); mean distance between features of pictures, "
        "relative to that of real ones (diversity)."
    )
    header = ["set", *(f"{cycle} time{'s' * (cycle > 1)}" for cycle in CYCLES), "realism", "diversity"]
    return "There and back, and how real", header, rows, words


def _truth(found: Soundness) -> tuple[str, list[str], list[list[str]], str]:
    kinds = list(next(iter(found.against_truth.values())).skill)
    rows = [
        [
            done,
            *(f"{one.skill[kind]}" for kind in kinds),
            f"{found.perceptual_skill[done]}",
            f"0 ({one.unchanged.value:.2f} grey levels)",
        ]
        for done, one in found.against_truth.items()
    ]
    words = (
        "Skill: 1 - distance to the truth / distance of the unchanged picture to the truth, in mean absolute grey "
        "levels; 1 is the truth, 0 no better than the unchanged picture. `oracle` is given the true attributes, so that "
        "its error is that of the pictures alone; `without_edges` has the graph without edges, `reversed` that with "
        "every edge reversed. `perceptual` is the model's skill in features instead of pixels."
    )
    return "Against the truth", ["another", *kinds, "perceptual", "unchanged"], rows, words


def _graphs(found: Soundness) -> tuple[str, list[str], list[list[str]], str]:
    rows = [
        [done, effect, kind, f"{excess}", "worse" if excess.low > 0 else "not worse"]
        for done, one in found.against_truth.items()
        for kind, errors in one.excess_error.items()
        for effect, excess in errors.items()
    ]
    words = (
        "By how much the error of the effect, predicted from the pictures against the truth, is larger under the other "
        "graph. Where the graph without edges is not worse, the graph is of no use."
    )
    return "Is the graph worth something?", ["another", "effect", "other graph", "error larger by", ""], rows, words


def _values(model: CausalModel, table: Table, name: str, pictures: np.ndarray) -> tuple[np.ndarray, str]:
    """Returns the first few units at each class, or from the 5 % to the 95 % quantile of a number, and words."""
    variable = model.structure.variables[name]
    values: Any = (
        range(len(variable.classes))
        if variable.classes
        else np.quantile(table[name], np.linspace(0.05, 0.95, SHOWN_VALUES))
    )
    if variable.kind == "count":
        values = np.unique(np.round(values))
    units = {each: column[:SHOWN_UNITS] for each, column in table.items()}
    generated = [
        model.counterfactual(
            units, pictures[:SHOWN_UNITS], {name: np.full(SHOWN_UNITS, value, dtype=table[name].dtype)}
        )[1]
        for value in values
    ]
    strip = np.stack([pictures[:SHOWN_UNITS], *generated], 1).reshape(-1, *pictures.shape[1:])
    title = f"the pictures, then {name} = {', '.join(variable.format(value) for value in values)}"
    return grid(strip, columns=len(generated) + 1), title


def as_dict(found: Soundness) -> dict[str, Any]:
    """Returns everything that was measured, as report.json holds it: intervals as [value, low, high]."""
    return {key: _plain(value) for key, value in vars(found).items() if key != "pictures"}


def _plain(value: Any) -> Any:
    if isinstance(value, Interval):
        return list(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return value if isinstance(value, int) else _plain(vars(value))
