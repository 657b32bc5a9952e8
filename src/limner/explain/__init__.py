"""What a trained network has learned: its channels, its directions, and the attributes that pictures show."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from limner.explain.dissection import Dissection, dissect

__all__ = ["Dissection", "dissect"]


def __getattr__(name: str) -> Any:
    # What a direction or a channel is asked for by is checked without PyTorch.
    if name not in __all__:
        raise AttributeError(f"module 'limner.explain' has no attribute '{name}'")
    return getattr(importlib.import_module("limner.explain.dissection"), name)
