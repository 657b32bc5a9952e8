"""Data: from a folder, an archive, Parquet or arrays to a clean, memory-mapped dataset."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from limner.conditions.attribute import Attribute
    from limner.data.cache import open_dataset
    from limner.data.dataset import Batch, Dataset, is_dataset, write_dataset
    from limner.data.preparation import prepare
    from limner.data.schema import Schema

__all__ = ["Attribute", "Batch", "Dataset", "Schema", "is_dataset", "open_dataset", "prepare", "write_dataset"]

_HOMES = {
    "Attribute": "schema",
    "Batch": "dataset",
    "Dataset": "dataset",
    "Schema": "schema",
    "is_dataset": "dataset",
    "open_dataset": "cache",
    "prepare": "preparation",
    "write_dataset": "dataset",
}


def __getattr__(name: str) -> Any:
    # The worker processes of `prepare` import this package: they must start quickly, without all that it can do.
    if name not in _HOMES:
        raise AttributeError(f"module 'limner.data' has no attribute '{name}'")
    return getattr(importlib.import_module(f"limner.data.{_HOMES[name]}"), name)
