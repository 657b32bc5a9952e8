"""Weights from a file into a module: nothing is taken over before names, shapes, types and values are what they must be."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from limner.errors import ModelError, shown


def load_weights(module: nn.Module, tensors: Mapping[str, Tensor], *, assign: bool = False) -> None:
    """Gives a module the weights of a file; `assign` puts them in its place, for a module on the device "meta".

    ModelError, one line, for a weight that is missing, unknown, of another shape or type, or not finite.
    """
    own = module.state_dict()
    for name in sorted(own.keys() | tensors.keys()):
        if name not in tensors:
            raise ModelError(f"'{shown(name)}' is missing")
        if name not in own:
            raise ModelError(f"'{shown(name)}' belongs to no part of it")
        check_tensor(name, tensors[name], own[name].dtype, tuple(own[name].shape))
    module.load_state_dict(tensors, assign=assign)


def check_tensor(name: str, tensor: Tensor, dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    """Raises ModelError for a tensor of another type or shape, or with values that are not finite."""
    if tensor.dtype != dtype or tuple(tensor.shape) != shape:
        found, expected = (f"{kind} {tuple(sides)}" for kind, sides in ((tensor.dtype, tensor.shape), (dtype, shape)))
        raise ModelError(f"'{shown(name)}' is {found}, not {expected}".replace("torch.", ""))
    if dtype.is_floating_point and not bool(torch.isfinite(tensor).all()):
        raise ModelError(f"'{shown(name)}' holds values that are not finite")
