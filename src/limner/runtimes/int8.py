"""Whole-number weights and activations for an exported generator's convolutions: a smaller file, where quality holds."""

import logging
import math
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from limner import files
from limner.errors import ModelError
from limner.methods import Generator
from limner.networks.conditioning import Condition
from limner.runtimes.export import check_target, examples, export_onnx, require
from limner.runtimes.session import NOISE, Session, input_name

MIN_PSNR = 30.0
"""Decibels to the unrounded pictures below which an int8 file is not left."""
CALIBRATION_SAMPLES, VALIDATION_SAMPLES, CALIBRATION_BATCH = 256, 64, 32


def export_int8(generator: Generator, table: Condition, out: Path, about: Mapping[str, Any] | None = None) -> float:
    """Writes an ONNX file whose convolutions are int8 and returns its peak signal-to-noise ratio to the float one, dB.

    Ranges are those of 256 samples, weights are rounded channel by channel. ModelError below `MIN_PSNR`, and
    for a generator without convolutions to round; nothing is written then. UsageError as `export_onnx`.
    """
    check_target(out)
    require("onnx", "onnxscript", "onnxruntime")
    with tempfile.TemporaryDirectory() as name, files.atomic_file(out) as temporary:
        float_file = Path(name) / "float.onnx"
        export_onnx(generator, table, float_file, {**(about or {}), "int8": True})
        _quantise(float_file, temporary, _calibration(generator, table))
        ratio = _psnr(generator, table, float_file, temporary)
        if math.isinf(ratio):
            raise ModelError(f"{out}: nothing in this model can be rounded to int8: export without --int8.")
        if ratio < MIN_PSNR:
            raise ModelError(
                f"{out}: int8 would change the pictures too much ({ratio:.1f} dB, at least {MIN_PSNR:g} wanted): "
                "export without --int8."
            )
    return ratio


def _quantise(source: Path, target: Path, feeds: Iterator[dict[str, Any]]) -> None:
    import onnxruntime
    from onnxruntime.quantization import CalibrationDataReader, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Feeds(CalibrationDataReader):
        def get_next(self) -> dict[str, Any] | None:
            return next(feeds, None)

    onnxruntime.set_default_logger_severity(3)  # errors: it warns of weights that what it makes no longer needs
    log = logging.getLogger()
    level = log.level
    log.setLevel(logging.ERROR)  # it recommends, through the root logger, the step that has just been taken
    try:
        prepared = source.with_name("prepared.onnx")
        quant_pre_process(source, prepared, skip_symbolic_shape=True)
        quantize_static(prepared, target, Feeds(), op_types_to_quantize=["Conv"], per_channel=True)
    finally:
        log.setLevel(level)


def _calibration(generator: Generator, table: Condition) -> Iterator[dict[str, Any]]:
    z, condition = examples(generator, table, CALIBRATION_SAMPLES)
    for start in range(0, CALIBRATION_SAMPLES, CALIBRATION_BATCH):
        part = slice(start, start + CALIBRATION_BATCH)
        asked = {input_name(name): values[part].numpy() for name, values in condition.items()}
        yield {NOISE: z[part].numpy(), **asked}


def _psnr(generator: Generator, table: Condition, float_file: Path, int8_file: Path) -> float:
    z, condition = examples(generator, table, CALIBRATION_SAMPLES + VALIDATION_SAMPLES)
    fresh = {name: values[CALIBRATION_SAMPLES:] for name, values in condition.items()}
    exact, rounded = (Session(file)(z[CALIBRATION_SAMPLES:], fresh) for file in (float_file, int8_file))
    return float(10 * torch.log10(4 / (exact - rounded).square().mean()))
