"""`limner garden`: the embedded dataset, flowers from a known causal model."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from limner.cli.shared_options import PictureSeed


def garden(
    out: Annotated[
        Path,
        typer.Argument(
            help="New folder for the pictures, metadata.csv with their attributes, and noise.csv with their true causes."
        ),
    ],
    n: Annotated[int, typer.Option("--n", help="Number of pictures.")] = 2000,
    size: Annotated[int, typer.Option(help="Width and height in pixels, 16 to 2048.")] = 64,
    seed: PictureSeed = 0,
) -> None:
    """Draw pictures of flowers from a known causal model, for a first training and for testing causal methods."""
    from limner.data.garden import make

    make(out, n, size, seed)
    typer.echo(f"{n} pictures: {out}. Next: limner train {shlex.quote(str(out))} --recipe vae --minutes 5 --out run")
