"""Weights of a file into a module, and small: nothing is taken over before names, shapes, types and values are right."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from limner.errors import ModelError, quoted

SCALES = ".scales"
"""What follows the name of a weight of 8-bit numbers: the value of 1 for each of its outputs."""
LARGE = 2**14
"""Elements from which a weight is kept in 8 bits an element."""


def load_weights(module: nn.Module, tensors: Mapping[str, Tensor], *, assign: bool = False) -> None:
    """Gives a module the weights of a file; `assign` puts them in its place, for a module on the device "meta".

    What was made small for a file (`halved`, `quantised`) becomes the module's own type. ModelError, one line, for a weight that
    is missing, unknown, of another shape or type, or not finite.
    """
    own = module.state_dict()
    tensors = _typed(tensors, own)
    for name in sorted(own.keys() | tensors.keys()):
        if name not in tensors:
            raise ModelError(f"'{quoted(name)}' is missing")
        if name not in own:
            raise ModelError(f"'{quoted(name)}' belongs to no part of it")
        check_tensor(name, tensors[name], own[name].dtype, tuple(own[name].shape))
    module.load_state_dict(tensors, assign=assign)


def halved(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Returns tensors in half precision; whole numbers stay as they are."""
    return {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}


def quantised(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Returns tensors in half precision, and large weights (outputs, ...) in 8 bits with a scale an output."""
    small = {}
    for name, tensor in halved(tensors).items():
        if tensor.ndim > 1 and tensor.numel() >= LARGE and tensor.is_floating_point():
            exact = tensors[name].float()
            scales = (exact.abs().amax(tuple(range(1, exact.ndim)), keepdim=True) / 127).clamp_min(1e-12)
            small[name] = (exact / scales).round().to(torch.int8)
            small[name + SCALES] = scales
        else:
            small[name] = tensor
    return small


def dequantised(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Returns what `halved` or `quantised` made of tensors in single precision; others as they are.

    ModelError, one line, for scales that are not one value an output, or not finite.
    """
    wide = {}
    for name, tensor in tensors.items():
        if name.endswith(SCALES) and _is_quantised(name.removesuffix(SCALES), tensors):
            continue
        if _is_quantised(name, tensors):
            scales = tensors[name + SCALES]
            check_tensor(name + SCALES, scales, torch.float32, (*tensor.shape[:1], *(1,) * (tensor.ndim - 1)))
            tensor = tensor * scales
        wide[name] = tensor.float() if tensor.dtype == torch.half else tensor
    return wide


def check_tensor(name: str, tensor: Tensor, dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    """Raises ModelError for a tensor of another type or shape, or with values that are not finite."""
    if tensor.dtype != dtype or tuple(tensor.shape) != shape:
        found, expected = (f"{kind} {tuple(sides)}" for kind, sides in ((tensor.dtype, tensor.shape), (dtype, shape)))
        raise ModelError(f"'{quoted(name)}' is {found}, not {expected}".replace("torch.", ""))
    if dtype.is_floating_point and not bool(torch.isfinite(tensor).all()):
        raise ModelError(f"'{quoted(name)}' holds values that are not finite")


def _is_quantised(name: str, tensors: Mapping[str, Tensor]) -> bool:
    return name + SCALES in tensors and name in tensors and tensors[name].dtype == torch.int8


def _typed(tensors: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Returns tensors of a file in the types of a module's own, where they were made small for the file."""
    wide = dequantised(tensors)
    for name, tensor in wide.items():
        if name in own and own[name].is_floating_point() and tensor.dtype != tensors[name].dtype:
            wide[name] = tensor.to(own[name].dtype)
    return wide
