"""How a model paints: PyTorch as it is, PyTorch compiled, or ONNX Runtime.

Every runtime turns codes and a condition into the same pictures; what differs is the time it takes, and the last digits.
"""

from collections.abc import Callable
from importlib.util import find_spec

import torch
from torch import Tensor

import limner
from limner.data.cache import cache_folder
from limner.errors import UsageError, nearest
from limner.methods import Painter
from limner.networks.conditioning import Condition
from limner.runtimes.export import PARITY, export_onnx, require
from limner.runtimes.int8 import export_int8
from limner.runtimes.session import Session
from limner.tensors import content_digest

__all__ = ["PARITY", "RUNTIMES", "Paint", "choose_runtime", "export_int8", "export_onnx"]

Paint = Callable[[Tensor, Condition], Tensor]
"""Codes (B, latent) and a condition -> pictures (B, C, H, W) in [-1, 1]."""


def _as_it_is(painter: Painter, table: Condition) -> Paint:
    return painter.paint


def _compiled(painter: Painter, table: Condition) -> Paint:
    # the batch is dynamic: one compilation serves a single picture and a grid
    return torch.compile(painter.paint, dynamic=True)


def _onnx(painter: Painter, table: Condition) -> Paint:
    # exporting takes seconds, so it is done once for the same weights
    require("onnxruntime")
    file = cache_folder() / "onnx" / f"{limner.__version__}-{content_digest(painter.state_dict())[:32]}.onnx"
    if not file.is_file():
        export_onnx(painter, table, file)
    return Session(file)


RUNTIMES: dict[str, Callable[[Painter, Condition], Paint]] = {
    "torch": _as_it_is,
    "compiled": _compiled,
    "onnx": _onnx,
}


def choose_runtime(name: str, device: str) -> str:
    """Returns the runtime that `name` stands for on a device: `auto` is the fastest that is installed.

    On a CPU that is ONNX Runtime, on a GPU compiled PyTorch. UsageError for a name that is unknown or cannot run there.
    """
    kind, installed = device.partition(":")[0], find_spec("onnxruntime") and find_spec("onnxscript")
    if name == "auto":
        return {"cpu": "onnx" if installed else "torch", "cuda": "compiled"}.get(kind, "torch")
    if name not in RUNTIMES:
        raise UsageError(f"--runtime {name}: {nearest(name, ['auto', *RUNTIMES])}")
    if name == "onnx" and kind != "cpu":
        raise UsageError(f"--runtime onnx paints on the CPU; on {device} use --runtime compiled.")
    return name
