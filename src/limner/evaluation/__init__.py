"""Evaluation: the honest judgement of models, cross-validation and the search for better recipes."""

from limner.evaluation.evaluate import GROUPS, Evaluation, evaluate
from limner.evaluation.page import write_page
from limner.evaluation.report import rows, write_json

__all__ = ["GROUPS", "Evaluation", "evaluate", "rows", "write_json", "write_page"]
