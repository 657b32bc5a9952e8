"""Evaluation: honest measures of models, cross-validation and the search for better recipes."""

from limner.evaluation.crossval import CrossValidation, cross_validate
from limner.evaluation.evaluate import GROUPS, Evaluation, evaluate
from limner.evaluation.report import write_report
from limner.evaluation.tuning import Tuning, tune

__all__ = [
    "GROUPS",
    "CrossValidation",
    "Evaluation",
    "Tuning",
    "cross_validate",
    "evaluate",
    "tune",
    "write_report",
]
