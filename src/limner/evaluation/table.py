"""The outcome of an evaluation in words and rows of text."""

from limner.evaluation.evaluate import EvaluatedModel, Evaluation
from limner.evaluation.measure import Measure

LEGEND = (
    "In brackets: the 95 % interval. ↓ lower is better, ↑ higher is better. * better than all other models, by more than the "
    "intervals. ! not reliable: see the notes."
)
"""What stands under the table."""
ARROWS = {"lower": "↓", "higher": "↑", "": ""}
"""The sign of a measure by which end of it is better."""


def rows(evaluation: Evaluation, group: str | None = None) -> list[list[str]]:
    """Returns the table: a header, then a row a measure, of one group or of all, and a column a model; the best is starred."""
    table = [["", *(one.subject.name for one in evaluation.models)]]
    for name in _names(evaluation, group):
        found = [_find(one, name) for one in evaluation.models]
        best = _best(
            [measure for measure, one in zip(found, evaluation.models, strict=True) if measure and one.subject.model]
        )
        better = next(measure.better for measure in found if measure)
        cells = [_cell(measure) + ("\u00a0*" if measure is not None and measure is best else "") for measure in found]
        table.append([f"{name} {ARROWS[better]}".strip(), *cells])
    return table


def protocols(evaluation: Evaluation) -> dict[str, str]:
    """Returns how each measure was made, by its name."""
    return {
        measure.name: measure.protocol
        for one in reversed(evaluation.models)
        for group in one.groups.values()
        for measure in group.measures
    }


def warnings(evaluation: Evaluation) -> list[str]:
    """Returns what a reader must know before believing a figure, each once."""
    names: dict[str, dict[str, None]] = {}
    for one in evaluation.models:
        for measure in (measure for group in one.groups.values() for measure in group.measures if measure.warning):
            names.setdefault(measure.warning, {})[measure.name] = None
    said = [f"{', '.join(measures)}: {warning}" for warning, measures in names.items()]
    notes = [
        f"{one.subject.name}: {note}"
        for one in evaluation.models
        for group in one.groups.values()
        for note in group.notes
    ]
    return list(dict.fromkeys([*evaluation.reference.evaluation_split.notes, *said, *notes]))


def verdicts(evaluation: Evaluation) -> list[str]:
    """Returns whether each model copies, in words; for comparison also of training pictures, which are copies of themselves."""
    return [
        f"{one.subject.name}{'' if one.subject.model else ', evaluated like samples for comparison'}: {group.details['verdict']}"
        for one in evaluation.models
        for group in one.groups.values()
        if "verdict" in group.details
    ]


def number(value: float) -> str:
    """Returns four digits of a figure."""
    return (
        f"{value:,.0f}"
        if abs(value) >= 1000
        else f"{value:.3g}"
        if abs(value) >= 100 or value == int(value)
        else f"{value:.4g}"
    )


def _names(evaluation: Evaluation, only: str | None) -> list[str]:
    """Names of measures in the order of the groups; those that only some models have come after their neighbours."""
    names: dict[str, None] = {}
    for group in [only] if only else evaluation.models[0].groups:
        for one in evaluation.models:
            names |= (
                dict.fromkeys(measure.name for measure in one.groups[group].measures) if group in one.groups else {}
            )
    return list(names)


def _find(one: EvaluatedModel, name: str) -> Measure | None:
    return next((m for group in one.groups.values() for m in group.measures if m.name == name), None)


def _best(found: list[Measure]) -> Measure | None:
    """Returns the measure that is better than all others, by more than their intervals where they have any; else None."""
    if len(found) < 2 or not found[0].better:
        return None
    sign = 1 if found[0].better == "lower" else -1
    best, second = sorted(found, key=lambda measure: sign * measure.value)[:2]
    if None in (best.low, best.high, second.low, second.high):
        return best if best.value != second.value else None
    apart = best.high < second.low if sign > 0 else best.low > second.high  # type: ignore[operator]
    return best if apart else None


def _cell(measure: Measure | None) -> str:
    if measure is None:
        return "–"
    interval = (
        "" if measure.low is None or measure.high is None else f" [{number(measure.low)},\u00a0{number(measure.high)}]"
    )
    return number(measure.value) + interval + (" !" if measure.warning else "")
