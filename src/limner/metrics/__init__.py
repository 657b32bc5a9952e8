"""Metrics: pure functions of two sets of pictures or features."""

from limner.metrics.frechet import frechet_distance
from limner.metrics.kernel import kernel_distance
from limner.metrics.precision_recall import Neighbourhoods, PrecisionRecall, neighbourhoods, precision_recall
from limner.metrics.sliced_wasserstein import sliced_wasserstein

__all__ = [
    "Neighbourhoods",
    "PrecisionRecall",
    "frechet_distance",
    "kernel_distance",
    "neighbourhoods",
    "precision_recall",
    "sliced_wasserstein",
]
