"""`limner export`: a model for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.overwrite import Overwrite, check_new


def export(
    model: Annotated[Path, typer.Argument(help="A model folder or a run.")],
    to: Annotated[str, typer.Option(help="The format: onnx.")] = "onnx",
    out: Annotated[Path, typer.Option(help="The file, which ends in .onnx.")] = Path("model.onnx"),
    int8: Annotated[bool, typer.Option("--int8", help="Whole-number convolutions: smaller, slightly inexact.")] = False,
    overwrite: Overwrite = False,
) -> None:
    """Write a model as one file that ONNX Runtime generates with, on a server or in a browser."""
    from limner.model_folder import find_folder

    find_folder(model)  # before PyTorch is loaded

    from limner.errors import UsageError
    from limner.model import load

    if to != "onnx":
        raise UsageError(f"--to {to}: the format is onnx.")
    check_new(out, overwrite)
    opened = load(model)
    said = opened.export(out, int8=int8)
    typer.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB, {said}")
