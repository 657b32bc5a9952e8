"""Editing: typed operations on pictures, in lists that can be replayed."""

from limner.editing.edits import OPERATIONS, apply, from_list, parse, read_edits, to_list
from limner.editing.operation import Canvas, Operation

__all__ = ["OPERATIONS", "Canvas", "Operation", "apply", "from_list", "parse", "read_edits", "to_list"]
