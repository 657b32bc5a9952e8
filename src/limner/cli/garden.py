"""`limner garden`: the embedded dataset, flowers from a known causal model."""

import shlex
from pathlib import Path
from typing import Annotated

import typer


def garden(
    out: Annotated[Path, typer.Argument(help="The folder to make: pictures, their attributes, and the truth.")],
    n: Annotated[int, typer.Option("--n", help="How many pictures.")] = 2000,
    size: Annotated[int, typer.Option(help="Pixels a side, 16 to 2048.")] = 64,
    seed: Annotated[int, typer.Option(help="Picture i of a seed is always the same.")] = 0,
) -> None:
    """Draw a garden: flower pictures whose causes are known, for a first training and for testing causal claims."""
    from limner.data.garden import make

    make(out, n, size, seed)
    typer.echo(f"{n} pictures: {out}. Next: limner train {shlex.quote(str(out))} --recipe vae --minutes 5 --out run")
