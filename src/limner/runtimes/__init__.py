"""What a model runs in: PyTorch as it is, PyTorch compiled, or ONNX Runtime.

Every runtime turns z and a condition into the same pictures; what differs is the time it takes, and the last digits.
"""

import contextlib
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor

from limner.data.cache import cache_folder
from limner.devices import check_runtime_name
from limner.errors import ModelError, UsageError
from limner.methods import Generator
from limner.networks.conditioning import Condition
from limner.runtimes.export import PARITY, examples, export_onnx, require
from limner.runtimes.int8 import export_int8
from limner.runtimes.session import Session
from limner.tensors import content_digest
from limner.version import __version__

__all__ = ["PARITY", "RUNTIMES", "Runner", "choose_runtime", "export_int8", "export_onnx"]

Runner = Callable[[Tensor, Condition], Tensor]
"""z (B, latent_dim) and a condition -> pictures (B, C, H, W) in [-1, 1]."""


def _as_it_is(generator: Generator, table: Condition, description: str) -> Runner:
    return generator


def _compiled(generator: Generator, table: Condition, description: str) -> Runner:
    # the batch is dynamic: one compilation serves a single picture and a grid
    run = torch.compile(generator, dynamic=True)
    z, condition = examples(generator, table, 2)
    try:  # what cannot be compiled shall be known now, not in the middle of a request
        with torch.inference_mode():
            run(z.to(generator.device), {name: values.to(generator.device) for name, values in condition.items()})
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[0]
        raise ModelError(
            f"torch cannot compile here ({reason[:200]}): give it a C++ compiler, or use torch or onnx."
        ) from None
    return run


def exported_file(generator: Generator, description: str) -> Path:
    """Returns where the ONNX file of a generator is kept: exporting takes seconds, and is done once for the same weights."""
    identity = generator.state_dict() | {"description": torch.tensor(list(description.encode()), dtype=torch.uint8)}
    return cache_folder() / "onnx" / f"{__version__}-{content_digest(identity)[:32]}.onnx"


def _onnx(generator: Generator, table: Condition, description: str) -> Runner:
    require("onnxruntime")
    file = exported_file(generator, description)
    if file.is_file():
        with contextlib.suppress(ModelError):  # a damaged file is written again
            return Session(file)
    try:
        export_onnx(generator, table, file)
    except OSError:  # no place to keep it
        with tempfile.TemporaryDirectory() as folder:
            export_onnx(generator, table, Path(folder) / file.name)
            return Session(Path(folder) / file.name)
    return Session(file)


RUNTIMES: dict[str, Callable[[Generator, Condition, str], Runner]] = {
    "torch": _as_it_is,
    "compiled": _compiled,
    "onnx": _onnx,
}
"""How a generator is run, from conditions to try and a description that, with its weights, tells it from all others."""


def choose_runtime(name: str, device: str) -> str:
    """Returns the runtime that `name` stands for on a device: `auto` is what is soonest ready with one picture.

    On a CPU that is ONNX Runtime, if it is installed, on a GPU compiled PyTorch. UsageError for a name that is unknown or
    cannot run there.
    """
    kind, installed = device.partition(":")[0], find_spec("onnxruntime") and find_spec("onnxscript")
    if name == "auto":
        return {"cpu": "onnx" if installed else "torch", "cuda": "compiled"}.get(kind, "torch")
    check_runtime_name(name)
    if name == "onnx" and kind != "cpu":
        raise UsageError(f"runtime onnx runs on the CPU; on {device} use compiled.")
    return name
