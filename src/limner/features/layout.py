"""Weight files: read without trusting them, and only when they hold exactly what a network has."""

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from limner.errors import ModelError
from limner.features.extractor import Extractor

COUNTERS = ".num_batches_tracked"
"""Integers that batch normalisation counted in training; files of older conversions lack them and nothing reads them."""

Shapes = dict[str, tuple[int, ...]]


def shapes(network: type[Extractor]) -> Shapes:
    """Returns the names and shapes of a network's tensors, as its file has them."""
    with torch.device("meta"):
        return {name: tuple(tensor.shape) for name, tensor in network().state_dict().items() if not _counts(name)}


def header(path: Path) -> Shapes:
    """Returns the names and shapes in a safetensors file without reading its tensors; ModelError when it is none."""
    with _opened(path) as file:
        return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118


def read(path: Path, network: type[Extractor]) -> dict[str, Tensor]:
    """Returns the network's weights from a safetensors file; ModelError in one line when they are another's or damaged."""
    refuse_other(path, header(path), network)
    with _opened(path) as file:
        return sound(path, {name: file.get_tensor(name) for name in shapes(network)})


def load(path: Path, network: type[Extractor]) -> Extractor:
    """Returns the network with the weights of a safetensors file, in float32; ModelError as in `read`."""
    tensors = read(path, network)
    # what is drawn here is replaced at once, and must not move the generator that a training draws from
    with torch.random.fork_rng(devices=[]):
        made = network()
    made.load_state_dict(tensors, strict=False)  # whose names and shapes are checked, but for the counters
    return made


def refuse_other(path: Path, found: Shapes, network: type[Extractor]) -> None:
    """Raises ModelError unless the tensors found in a file are those of the network."""
    if problem := difference(found, network):
        raise ModelError(f"{path}: not {network.__name__}: {problem}.")


def sound(path: Path, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Returns tensors in float32; ModelError when one of them holds anything but finite numbers."""
    for name, tensor in tensors.items():
        if not tensor.is_floating_point():
            raise ModelError(f"{path}: damaged: {name} holds {tensor.dtype} where floating point belongs.")
        if not tensor.isfinite().all():
            raise ModelError(f"{path}: damaged: {name} has values that are not finite.")
    return {name: tensor.float() for name, tensor in tensors.items()}


def difference(found: Shapes, network: type[Extractor]) -> str | None:
    """Returns the first difference between a file's tensors and a network's in words; None when there is none."""
    required = shapes(network)
    allowed = required | network.optional()
    missing = [f"no tensor {name}" for name in required if name not in found]
    wrong = [
        f"{name} is {found[name]} where {shape} belongs"
        for name, shape in allowed.items()
        if name in found and found[name] != shape
    ]
    foreign = [f"unexpected tensor {name}" for name in found if name not in allowed and not _counts(name)]
    every = [*missing, *wrong, *foreign]
    more = f" (and {len(every) - 1} more differences)" if len(every) > 1 else ""
    return every[0] + more if every else None


def _opened(path: Path) -> Any:
    try:
        return safe_open(path, framework="pt")
    except FileNotFoundError:
        raise ModelError(f"{path}: missing.") from None
    except (SafetensorError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"{path}: no safetensors file, or damaged or truncated ({reason}).") from None


def _counts(name: str) -> bool:
    return name.endswith(COUNTERS)
