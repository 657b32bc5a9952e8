"""Frechet and kernel distance of what a model generated to held-out pictures, together and class by class."""

import torch

from limner.evaluation.measure import Group, Measure
from limner.evaluation.reference import Pictures, Reference
from limner.evaluation.subject import Subject
from limner.metrics import frechet_distance, frechet_interval, kernel_interval

MIN_PICTURES = 16
"""Pictures that an extrapolation needs."""
MIN_PICTURES_OF_CLASS = 20
"""Pictures of a class on either side, below which its distance is mostly chance."""


def distances(reference: Reference, subject: Subject) -> Group:
    """Measures both distances between pooled features; a note where the pictures are too few for the dimension."""
    real, generated, name = reference.held_out, subject.generated, reference.extractor.distance
    protocol = (
        f"{len(generated):,} generated, {len(real):,} held-out pictures ({reference.split}), "
        f"{reference.extractor.name} {generated.features.shape[1]}"
    )
    plain = frechet_distance(real.features, generated.features)
    biased = f"biased upwards, so compare equal numbers; {protocol}"
    group = Group([Measure(name, plain, "lower", biased, warning=too_few(real, generated))])
    if min(len(real), len(generated)) >= MIN_PICTURES:
        endless = frechet_interval(real.features, generated.features, seed=reference.seed)
        extrapolated, warning = f"extrapolated to endless pictures; {protocol}", too_few(real, generated, times=8)
        group.measures.append(Measure.of(f"{name} without bias", endless, "lower", extrapolated, warning))
    kernel = kernel_interval(real.features, generated.features)
    group.measures.append(Measure.of("kernel distance", kernel, "lower", f"cubic kernel, no bias; {protocol}"))
    if real.labels is not None and generated.labels is not None:
        group.details["by_class"] = _by_class(reference, real, generated)
    return group


def too_few(real: Pictures, generated: Pictures, times: int = 1) -> str:
    """Returns a warning when there are not so many times more pictures than dimensions, else ""."""
    fewest, dimension = min(len(real), len(generated)), generated.features.shape[1]
    if fewest > times * dimension:
        return ""
    effect = "is far too high" if times == 1 else "may still be too high"
    return (
        f"the figure {effect}, because the smaller of the two sets has {fewest:,} pictures and {times * dimension:,} are "
        "needed; use the kernel distance instead."
    )


def _by_class(reference: Reference, real: Pictures, generated: Pictures) -> list[dict[str, object]]:
    assert real.labels is not None
    assert generated.labels is not None
    rows, sides = [], ((real, real.labels), (generated, generated.labels))
    for index, name in enumerate(reference.classes):
        of_real, of_generated = (one.at(torch.where(labels == index)[0]) for one, labels in sides)
        row: dict[str, object] = {"class": name, "real": len(of_real), "generated": len(of_generated)}
        if min(len(of_real), len(of_generated)) >= MIN_PICTURES_OF_CLASS:
            interval = kernel_interval(of_real.features, of_generated.features)
            row |= {"kernel": interval.value, "low": interval.low, "high": interval.high}
        rows.append(row)
    return rows
