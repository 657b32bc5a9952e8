"""Instant style: one network that stylises in the styles that it has learned, fast enough to be dragged about."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from limner.style.instant.model import InstantModel, load_model, save_model

__all__ = ["InstantModel", "load_model", "save_model"]


def __getattr__(name: str) -> Any:
    # The names of its styles are read without PyTorch.
    if name not in __all__:
        raise AttributeError(f"module 'limner.style.instant' has no attribute '{name}'")
    return getattr(importlib.import_module("limner.style.instant.model"), name)
