"""Whether pictures are like real ones (precision, density) and as various as them (recall, coverage), also by class."""

from limner.evaluation.measure import Group, Measure
from limner.evaluation.reference import Pictures, Reference
from limner.evaluation.subject import Subject
from limner.metrics import Neighbourhoods, mean_interval, neighbourhoods

K = 5
"""Nearest neighbours that a picture reaches to: the choice of Naeem et al. 2020."""
MIN_PICTURES = 50
"""Pictures on either side below which the figures say little."""


def fidelity(reference: Reference, subject: Subject) -> Group:
    """Measures precision, recall, density and coverage against held-out pictures."""
    real, generated = reference.held_out, subject.generated
    # neighbourhoods shrink with the number of pictures, so both sides have the same
    most = min(len(real), len(generated))
    real, generated = real.some(most, seed=reference.seed), generated.some(most, seed=reference.seed)
    if most <= K:
        return Group(notes=[f"precision and recall need more than {K} pictures on each side."])
    found = neighbourhoods(real.features, generated.features, K)
    protocol = (
        f"k = {K}, {most:,} generated and {most:,} held-out pictures ({reference.split}), {reference.extractor.name}"
    )
    warning = (
        f"with {most} pictures this figure is uncertain; at least {MIN_PICTURES} are needed."
        if most < MIN_PICTURES
        else ""
    )
    group = Group(
        [
            Measure.of(name, mean_interval(values), "higher", protocol, warning)
            for name, values in found._asdict().items()
        ]
    )
    if real.labels is not None and generated.labels is not None:
        group.details["by_class"] = _by_class(reference, found, real, generated)
    return group


def _by_class(
    reference: Reference, found: Neighbourhoods, real: Pictures, generated: Pictures
) -> list[dict[str, object]]:
    """Means of each class, of pictures evaluated among all classes together; None of a class that either side lacks."""
    assert real.labels is not None
    assert generated.labels is not None
    rows = []
    for index, name in enumerate(reference.classes):
        of_real, of_generated = real.labels == index, generated.labels == index
        row: dict[str, object] = {"class": name}
        for measure, values in found._asdict().items():
            chosen = values[of_generated if measure in ("precision", "density") else of_real]
            row[measure] = float(chosen.mean()) if of_real.any() and of_generated.any() else None
        rows.append(row)
    return rows
