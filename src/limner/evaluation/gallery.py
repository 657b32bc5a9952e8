"""Which samples to look at: any, the nearest to real pictures, the furthest, the most typical, those taken for another class."""

import torch
from torch import Tensor

from limner.evaluation.reference import Reference
from limner.evaluation.subject import Subject
from limner.metrics import nearest_neighbours

SHOWN_PICTURES = 24
"""Pictures of each kind: two rows of the page."""


def chosen(reference: Reference, subject: Subject, by_class: bool) -> dict[str, Tensor]:
    """Returns rows of the subject's pictures by what they show, at most 24 each; `by_class` asks a classifier, too."""
    features = subject.generated.features
    distances = nearest_neighbours(features, reference.held_out.features)[0]
    order = distances.argsort()
    typical = (features - features.mean(0)).square().sum(1).argsort()
    rows = {
        "random": torch.arange(SHOWN_PICTURES),
        "best: nearest to held-out pictures": order,
        "worst: furthest from held-out pictures": order.flip(0),
    }
    rows |= {"most typical: nearest to the middle of all samples": typical}
    if by_class and subject.generated.labels is not None:
        rows["taken for another class"] = _mistaken(reference, subject)
    return {name: places[places < len(features)][:SHOWN_PICTURES] for name, places in rows.items()}


def _mistaken(reference: Reference, subject: Subject) -> Tensor:
    """Rows that a classifier of real pictures names otherwise, the surest first."""
    assert subject.generated.labels is not None
    sure, named = reference.classifier.probabilities(subject.generated.pictures).max(1)
    return torch.where(named == subject.generated.labels, -sure, sure).argsort(descending=True)[
        : int((named != subject.generated.labels).sum())
    ]
