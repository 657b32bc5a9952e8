"""Whether a model makes new pictures or returns those it learned from."""

import torch
from torch import Tensor

from limner.evaluation.measure import Group, Measure
from limner.evaluation.reference import Reference
from limner.evaluation.subject import Subject
from limner.metrics import (
    Closeness,
    Interval,
    are_copies,
    authentic,
    bootstrap,
    closeness,
    closer_probability,
    copying_statistic,
    mean_interval,
    nearest_neighbours,
)

COPIES, UNDERFITS = -3.0, 3.0
"""C_T, a z-score, below and above which samples lie elsewhere than held-out pictures do."""
MAX_COPIED_FRACTION = 0.05
"""Fraction of samples flagged one by one from which a model copies; of held-out pictures 0.01 are."""
SHOWN_PAIRS = 24
"""Samples that are shown beside their nearest training pictures."""
NUM_RESAMPLES = 200
"""Resamples behind an interval."""


def generalisation(reference: Reference, subject: Subject) -> Group:
    """Compares how near samples lie to training pictures with how near held-out pictures do, and flags single copies."""
    if not reference.evaluation_split.learned_from:
        return Group(notes=["whether it copies cannot be measured without the pictures that it was trained on."])
    generated, held_out = closeness(reference.train.features, subject.generated.features), reference.held_out_closeness
    copied = are_copies(generated, held_out)
    statistic, nearer = _statistic(reference, subject, generated.distance), _nearer(reference, generated.distance)
    among = (
        f"{len(copied):,} samples, {len(held_out.distance):,} held-out and {len(reference.train):,} training pictures, "
        f"{reference.extractor.name}"
    )
    theirs = float(authentic(held_out).double().mean())
    group = Group(
        [
            Measure.of("C_T", statistic, "", f"z-score; below {COPIES:g} copies, far above 0 underfits; {among}"),
            Measure.of(
                "authentic",
                mean_interval(authentic(generated)),
                "",
                f"AuthPct / 100; held-out pictures: {theirs:.3g}; {among}",
            ),
            Measure.of(
                "closer than held-out",
                nearer,
                "",
                f"0.5 like held-out pictures, 1 copies; {among}",
            ),
            Measure.of("copies", mean_interval(copied), "lower", f"share of samples flagged one by one; {among}"),
        ]
    )
    group.details["verdict"] = verdict(statistic.value, float(copied.double().mean()))
    group.details["distance to training"] = {
        "samples": _quantiles(generated.distance),
        "held-out pictures": _quantiles(held_out.distance),
    }
    group.details["nearest"] = [
        {
            "sample": int(row),
            "training": int(generated.nearest_row[row]),
            "distance": float(generated.distance[row]),
            "copy": bool(copied[row]),
        }
        for row in _gallery(generated, copied)
    ]
    return group


def _statistic(reference: Reference, subject: Subject, distance: Tensor) -> Interval:
    """C_T, each picture with its cell resampled."""
    of_generated, of_held_out = (
        torch.stack([distances, nearest_neighbours(one.features, reference.centres)[1].double()], 1)
        for distances, one in (
            (distance, subject.generated),
            (reference.held_out_closeness.distance, reference.held_out),
        )
    )

    def resampled(generated: Tensor, held_out: Tensor) -> float:
        return copying_statistic(generated[:, 0], held_out[:, 0], generated[:, 1], held_out[:, 1])

    return bootstrap(resampled, of_generated, of_held_out, resamples=NUM_RESAMPLES, seed=reference.seed)


def _nearer(reference: Reference, distance: Tensor) -> Interval:
    held_out = reference.held_out_closeness.distance
    return bootstrap(closer_probability, distance, held_out, resamples=NUM_RESAMPLES, seed=reference.seed)


def verdict(statistic: float, copied: float) -> str:
    """Says in words what the copying statistic and the fraction of copies mean."""
    found = f"({copied:.1%} of the samples are flagged as copies; C_T {statistic:.1f})"
    if copied > MAX_COPIED_FRACTION:
        return f"samples copy training pictures {found}"
    if statistic < COPIES:
        # the nearer to the middle of all pictures, the nearer to any of them: blurred samples do that, and copy none
        return f"no copies of single pictures, but samples look more like the training pictures than other real pictures do {found}"
    if statistic > UNDERFITS:
        return (
            f"no copies; samples look less like the training pictures than other real pictures do: it underfits {found}"
        )
    return f"no copies {found}"


def _gallery(generated: Closeness, copied: Tensor) -> list[int]:
    """Rows of the closest samples, flagged ones first, relative to the surroundings of the picture they are close to."""
    near = generated.distance / generated.neighbour_distance
    return torch.argsort(torch.where(copied, near - near.max() - 1, near))[:SHOWN_PAIRS].tolist()


def _quantiles(distances: Tensor) -> dict[str, float]:
    at = torch.tensor([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99], dtype=distances.dtype)
    return {f"{p:g}": float(value) for p, value in zip(at.tolist(), distances.quantile(at), strict=True)}
