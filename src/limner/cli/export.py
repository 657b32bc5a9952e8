"""`limner export`: a model for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.early import check_suffix
from limner.cli.overwrite import Overwrite, check_new
from limner.cli.shared_options import ModelOrRun


def export(
    model: ModelOrRun,
    to: Annotated[str, typer.Option(help="Format; onnx is the only one.")] = "onnx",
    out: Annotated[Path, typer.Option(help="File to write; its name ends in .onnx.")] = Path("model.onnx"),
    int8: Annotated[
        bool,
        typer.Option(
            "--int8", help="Round the weights of convolutions to 8 bits: a smaller file, slightly different pictures."
        ),
    ] = False,
    overwrite: Overwrite = False,
) -> None:
    """Export a model as one ONNX file, for ONNX Runtime on a server or in a browser."""
    from limner.errors import UsageError, quoted
    from limner.model_folder import find_folder

    find_folder(model)
    if to != "onnx":
        raise UsageError(f"--to {quoted(to)}: the format is onnx.")
    check_suffix(out, (".onnx",))
    check_new(out, overwrite)

    from limner.model import load

    opened = load(model)
    said = opened.export(out, int8=int8)
    typer.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB, {said}")
