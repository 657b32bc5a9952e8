"""`limner export`: a model for other programs."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    onnx = "onnx"


def export(
    model: Annotated[Path, typer.Argument(help="A model folder or a run.")],
    to: Annotated[Format, typer.Option(help="The format.")] = Format.onnx,
    out: Annotated[Path, typer.Option(help="The file.")] = Path("model.onnx"),
    int8: Annotated[bool, typer.Option("--int8", help="Whole-number convolutions: smaller, slightly inexact.")] = False,
) -> None:
    """Write a model as one file that ONNX Runtime paints with, on a server or in a browser."""
    from limner.model import load

    painter = load(model)
    said = painter.export(out, int8=int8)
    typer.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB, {said}")
