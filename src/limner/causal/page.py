"""report.html of a causal model: its graph, pictures as they would have been, doses, and how far to trust them."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from limner.causal.model import CausalModel
from limner.causal.soundness import CYCLES, Soundness
from limner.causal.variables import Table
from limner.metrics.intervals import Interval
from limner.pictures import Page, grid

SHOWN, DOSED, DOSES = 12, 3, 9
UNDER_THE_GRAPH = (
    "Everything here holds under the graph above, which no data can prove. A model can be effective, leave alone what "
    "it should and return every picture, and still be wrong, if the graph is: only a truth to compare with would tell, "
    "and beside real pictures there is none."
)


def page(model: CausalModel, found: Soundness, table: Table, data: str) -> Page:
    """Returns the page on what was found of units with these attributes."""
    graph = model.structure.graph
    sheet = Page(
        "What would have been?",
        f"Counterfactual pictures of {found.units:,} units of {data}, and how far to trust them.",
    )
    title = f"What causes what{'; dashes: an unseen cause' if graph.confounded else ''}"
    sheet.graph({name: graph.parents(name) for name in graph.order}, graph.confounded, title)
    sheet.paragraph(f"The picture is drawn by {', '.join(graph.picture)}.")
    sheet.warning(UNDER_THE_GRAPH)
    for name, pictures in found.pictures.items():
        sheet.heading(f"Another {name}")
        said = ("as they were", "as they would have been", "the truth")[: len(pictures)]
        sheet.figure(grid(np.concatenate([each[:SHOWN] for each in pictures]), columns=SHOWN), "; ".join(said))
        sheet.figure(*_doses(model, table, name, pictures[0]))
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
    if found.against:
        yield _truth(found)
        yield _graphs(found)


def _effectiveness(model: CausalModel, found: Soundness) -> tuple[str, list[str], list[list[str]], str]:
    judged = list(found.real)
    rows = [["pictures as they are", "", *(f"{found.real[name]}" for name in judged)]]
    for done, errors in found.shown.items():
        changed = model.structure.graph.descendants(done)
        marks = {name: "*" if name == done else "+" if name in changed else "" for name in judged}
        before = f"{found.unchanged[done]}" if done in found.unchanged else ""
        rows.append([f"another {done}", before, *(f"{errors[name]}{marks[name]}" for name in judged)])
    words = (
        "What the judge reads off pictures against what they should show: mean absolute error of numbers, share "
        "misnamed of categories, with 95 % intervals over units. * the attribute that was set (effectiveness), + its "
        "effects, the others ought to stay. The judge learned from real pictures alone; the first row is its own error,"
        " below which nothing can be told. `untouched` is the error in the attribute that was set, had the pictures "
        "been left as they were."
    )
    return "Do pictures show what they should?", ["", "untouched", *judged], rows, words


def _drift(found: Soundness) -> tuple[str, list[str], list[list[str]], str]:
    judged = list(found.real)
    rows = []
    for done, moved in found.drift.items():
        rows.append([f"another {done}", *(f"{moved[name]}" if name in moved else "–" for name in judged)])
        if done in found.against:
            true = found.against[done].drift
            rows.append(["of the true pictures", *(f"{true[name]}" if name in true else "–" for name in judged)])
    words = (
        "By how much the judge errs more than before in what the intervention does not cause, numbers in standard "
        "deviations of the attribute. 0 is right."
    )
    return "Does the rest stay?", ["", *judged], rows, words


def _axioms(found: Soundness) -> tuple[str, list[str], list[list[str]], str]:
    nothing = [f"{found.composition[cycle]}" for cycle in CYCLES]
    rows = [["nothing", *nothing, f"{found.realism['real']}", "1"]]
    for done, back in found.reversibility.items():
        rows.append(
            [done, *(f"{back[cycle]}" for cycle in CYCLES), f"{found.realism[done]}", f"{found.diversity[done]}"]
        )
    words = (
        "Grey levels between a picture and itself after the intervention was done and undone so often (composition, "
        "where nothing is done); Frechet distance of what a network sees from other real pictures (realism; in the "
        "first row that of the real ones); mean distance between pictures beside that between real ones (diversity)."
    )
    header = ["done", *(f"{cycle} time{'s' * (cycle > 1)}" for cycle in CYCLES), "realism", "diversity"]
    return "There and back, and how real", header, rows, words


def _truth(found: Soundness) -> tuple[str, list[str], list[list[str]], str]:
    kinds = list(next(iter(found.against.values())).skill)
    rows = [
        [
            done,
            *(f"{one.skill[kind]}" for kind in kinds),
            f"{found.perceived[done]}",
            f"0 ({one.nothing.value:.2f} grey levels)",
        ]
        for done, one in found.against.items()
    ]
    words = (
        "Skill: 1 - distance to the truth / distance of the untouched picture to the truth, in mean absolute grey "
        "levels; 1 is the truth, 0 as good as doing nothing. `oracle` is told the true attributes, so that only its "
        "pictures err; `ignored` knows no causes, `wrong` has every edge turned round. `perceived` is the model's skill"
        " in what a network sees."
    )
    return "Against the truth", ["another", *kinds, "perceived", "nothing done"], rows, words


def _graphs(found: Soundness) -> tuple[str, list[str], list[list[str]], str]:
    rows = [
        [done, effect, rival, f"{gain}", "beaten" if gain.low > 0 else "not beaten"]
        for done, one in found.against.items()
        for rival, gains in one.gained.items()
        for effect, gain in gains.items()
    ]
    words = (
        "By how much the effect's error, read off the pictures against the truth, is larger under the other graph. A "
        "causal model that does not beat the one that ignores causes is not worth its graph."
    )
    return "Is the graph worth something?", ["another", "effect", "other graph", "error larger by", ""], rows, words


def _doses(model: CausalModel, table: Table, name: str, pictures: np.ndarray) -> tuple[np.ndarray, str]:
    """Returns the first few units at each class, or from the 5 % to the 95 % quantile of a number, and words."""
    variable = model.structure.variables[name]
    doses: Any = (
        range(len(variable.classes)) if variable.classes else np.quantile(table[name], np.linspace(0.05, 0.95, DOSES))
    )
    if variable.kind == "count":
        doses = np.unique(np.round(doses))
    units = {each: values[:DOSED] for each, values in table.items()}
    made = [
        model.counterfactual(units, pictures[:DOSED], {name: np.full(DOSED, dose, dtype=table[name].dtype)})[1]
        for dose in doses
    ]
    strip = np.stack([pictures[:DOSED], *made], 1).reshape(-1, *pictures.shape[1:])
    return grid(
        strip, columns=len(made) + 1
    ), f"as they were, then {name} = {', '.join(variable.text(dose) for dose in doses)}"


def as_dict(found: Soundness) -> dict[str, Any]:
    """Returns everything that was measured, as report.json holds it: intervals as [value, low, high]."""
    return {key: _plain(value) for key, value in vars(found).items() if key != "pictures"}


def _plain(value: Any) -> Any:
    if isinstance(value, Interval):
        return list(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return value if isinstance(value, int) else _plain(vars(value))
