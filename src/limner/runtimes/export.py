"""A painter as one ONNX file: any batch, weights inside, checked against PyTorch before it is left."""

import json
import logging
import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from limner import files
from limner.errors import ModelError, UsageError
from limner.methods import Painter
from limner.networks.conditioning import Condition
from limner.runtimes.session import CODES, PICTURES, Session, input_name

PARITY = 1e-4
"""The most that a value of a picture, in [-1, 1], may differ from what PyTorch paints."""
OPSET = 20
CHECKED = (1, 5)
"""Batches painted by both before a file is left."""


class _Paint(nn.Module):
    def __init__(self, painter: Painter) -> None:
        super().__init__()
        self.painter = painter

    def forward(self, codes: Tensor, condition: dict[str, Tensor]) -> Tensor:
        return self.painter.paint(codes, condition)


def export_onnx(painter: Painter, table: Condition, out: Path, about: Mapping[str, Any] | None = None) -> float:
    """Writes an ONNX file and returns the largest difference of a picture's value to PyTorch's.

    Inputs: `codes` float32 (batch, latent) and, for every attribute, `condition.NAME` (batch,), int64 class index or
    float32 in its own unit. Output: `pictures` float32 (batch, C, H, W) in [-1, 1]. `table` holds conditions to try, `about`
    goes into the file's metadata under `limner`, as JSON. UsageError for a path that `check_target` refuses; ModelError when
    ONNX Runtime paints something that differs by more than `PARITY`; nothing is written then.
    """
    check_target(out)
    require("onnx", "onnxscript", "onnxruntime")
    program = _trace(painter, table)
    program.model.metadata_props["limner"] = json.dumps(dict(about or {}), ensure_ascii=False)
    with files.atomic_file(out) as temporary:
        program.save(temporary)
        difference = _difference(painter, table, temporary)
        if not difference <= PARITY:
            raise ModelError(
                f"{out}: ONNX Runtime paints other pictures than PyTorch (by {difference:.2g}); not written."
            )
    return difference


def examples(painter: Painter, table: Condition, batch: int) -> tuple[Tensor, Condition]:
    """Returns codes (batch, latent) and conditions of the training set, the same at every call."""
    codes = torch.randn(batch, painter.latent, generator=torch.Generator().manual_seed(0))
    return codes, {name: values[torch.arange(batch) % len(values)] for name, values in table.items()}


def check_target(out: Path) -> None:
    """Raises UsageError for a path that is not to become an ONNX file: another suffix, or there and no ordinary file."""
    if out.suffix.lower() != ".onnx":
        raise UsageError(f"{out}: give a file that ends in .onnx.")
    if out.exists() and not out.is_file():
        raise UsageError(f"{out}: there is something that is not a file; give another name.")


def require(*modules: str) -> None:
    """Raises UsageError, which names the extra to install, when one of the modules is missing."""
    if any(find_spec(module) is None for module in modules):
        raise UsageError("the ONNX packages are not installed: install Limner with its extra [onnx].")


def _difference(painter: Painter, table: Condition, file: Path) -> float:
    session, worst = Session(file), 0.0
    for batch in CHECKED:
        codes, condition = examples(painter, table, batch)
        with torch.inference_mode():
            worst = max(worst, float((painter.paint(codes, condition) - session(codes, condition)).abs().max()))
    return worst


def _trace(painter: Painter, table: Condition) -> torch.onnx.ONNXProgram:
    codes, condition = examples(painter, table, 2)
    batch = {0: torch.export.Dim("batch")}
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)  # it warns of every package for which it knows operators and that is not here
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the exporter itself uses that torch is about to drop
            program = torch.onnx.export(
                _Paint(painter).eval(),
                (codes,),
                kwargs={"condition": dict(condition)},
                input_names=[CODES, *map(input_name, condition)],
                output_names=[PICTURES],
                dynamic_shapes={"codes": batch, "condition": dict.fromkeys(condition, batch)},
                opset_version=OPSET,
                external_data=False,
                dynamo=True,
                verbose=False,
            )
    finally:
        log.setLevel(level)
    assert program is not None
    return program
