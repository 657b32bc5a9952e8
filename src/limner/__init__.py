"""Limner: from a folder of pictures to a living image studio."""

import importlib
from typing import TYPE_CHECKING, Any

from limner.version import __version__

if TYPE_CHECKING:
    from limner.data import Dataset, prepare
    from limner.evaluation.evaluate import evaluate
    from limner.functions import directions, edit, sample, stylize
    from limner.model import Model, load
    from limner.training import train

__all__ = [
    "Dataset",
    "Model",
    "__version__",
    "directions",
    "edit",
    "evaluate",
    "load",
    "prepare",
    "sample",
    "stylize",
    "train",
]

_HOMES = {
    "Dataset": "limner.data",
    "prepare": "limner.data",
    "evaluate": "limner.evaluation",
    "directions": "limner.functions",
    "edit": "limner.functions",
    "sample": "limner.functions",
    "stylize": "limner.functions",
    "Model": "limner.model",
    "load": "limner.model",
    "train": "limner.training",
}


def __getattr__(name: str) -> Any:
    # torch takes seconds to import: `import limner` and `limner --help` answer at once because of this.
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'limner' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
