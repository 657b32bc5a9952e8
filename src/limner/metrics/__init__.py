"""Metrics: pure functions of two sets of pictures or features."""

from limner.metrics.active_units import active_units
from limner.metrics.classification import ClassificationScores, macro_intervals, scores
from limner.metrics.clusters import k_means
from limner.metrics.copying import Closeness, are_copies, authentic, closeness, closer_probability, copying_statistic
from limner.metrics.disentanglement import DCI, dci, mutual_information_gap, sap
from limner.metrics.frechet import frechet_distance, frechet_interval
from limner.metrics.inception_score import inception_score
from limner.metrics.intervals import Interval, bootstrap, change_interval, jackknife, mean_interval, proportion_interval
from limner.metrics.kernel import kernel_distance, kernel_interval
from limner.metrics.mann_whitney import probability_below, z_score
from limner.metrics.neighbours import nearest_neighbours
from limner.metrics.precision_recall import Neighbourhoods, PrecisionRecall, neighbourhoods, precision_recall
from limner.metrics.sliced_wasserstein import sliced_wasserstein

__all__ = [
    "DCI",
    "ClassificationScores",
    "Closeness",
    "Interval",
    "Neighbourhoods",
    "PrecisionRecall",
    "active_units",
    "are_copies",
    "authentic",
    "bootstrap",
    "change_interval",
    "closeness",
    "closer_probability",
    "copying_statistic",
    "dci",
    "frechet_distance",
    "frechet_interval",
    "inception_score",
    "jackknife",
    "k_means",
    "kernel_distance",
    "kernel_interval",
    "macro_intervals",
    "mean_interval",
    "mutual_information_gap",
    "nearest_neighbours",
    "neighbourhoods",
    "precision_recall",
    "probability_below",
    "proportion_interval",
    "sap",
    "scores",
    "sliced_wasserstein",
    "z_score",
]
