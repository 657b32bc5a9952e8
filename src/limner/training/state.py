"""Any nested state of dictionaries, lists, numbers and tensors as flat tensors and JSON, and back."""

import json
from typing import Any

import torch
from torch import Tensor

from limner.errors import DamagedFileError, reason


def flatten(state: Any) -> tuple[dict[str, Tensor], str]:
    """Returns the tensors by number and JSON of everything else; TypeError for what neither can hold."""
    tensors: dict[str, Tensor] = {}
    return tensors, json.dumps(_describe(state, tensors))


def unflatten(tensors: dict[str, Tensor], text: str) -> Any:
    """Returns what `flatten` was given; DamagedFileError for a text that it cannot have written."""
    try:
        return _restore(json.loads(text), tensors)
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise DamagedFileError(f"its state cannot be read ({type(error).__name__}: {reason(error)}).") from None


def _describe(value: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, Tensor):
        name = str(len(tensors))
        # cloned, because safetensors refuses two names for one memory
        tensors[name] = value.detach().cpu().clone(memory_format=torch.contiguous_format)
        return {"tensor": name}
    if isinstance(value, dict):
        # pairs, because the keys of optimiser states are integers and JSON has none
        return {"pairs": [[key, _describe(item, tensors)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return {"tuple" if isinstance(value, tuple) else "list": [_describe(item, tensors) for item in value]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a checkpoint cannot hold a {type(value).__name__}")


def _restore(value: Any, tensors: dict[str, Tensor]) -> Any:
    if not isinstance(value, dict):
        return value
    if "tensor" in value:
        return tensors[value["tensor"]]
    if "pairs" in value:
        return {key: _restore(item, tensors) for key, item in value["pairs"]}
    items = [_restore(item, tensors) for item in value["list" if "list" in value else "tuple"]]
    return items if "list" in value else tuple(items)
