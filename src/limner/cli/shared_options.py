"""Arguments and options that several verbs have, each stated once."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[str, typer.Argument(help="A prepared dataset, or pictures as `limner prepare` reads them.")]
ModelOrRun = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL", help="A model folder, a run, or a model that comes with Limner (garden, drawings)."
    ),
]
RawSize = Annotated[
    str | None, typer.Option(help="Pixels, if DATA is not prepared yet: 64, or 96x64 for width x height.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change a setting of the recipe, such as batch=32; `limner recipes NAME` lists them. Repeatable.",
    ),
]
ModelSize = Annotated[str, typer.Option(help="Width of the networks: small, base or large.")]
PictureSeed = Annotated[int, typer.Option(help="Random seed, from 0; the same seed gives the same pictures.")]
DrawSeed = Annotated[int, typer.Option(help="Random seed, from 0, of everything that is drawn at random.")]
Verify = Annotated[
    bool,
    typer.Option(
        "--verify", help="First compare all pictures with the checksums that `limner prepare` stored; else only some."
    ),
]
Anonymous = Annotated[
    bool,
    typer.Option("--anonymous", help="Record the files that were read by their SHA-256 alone, without their paths."),
]
Strip = Annotated[
    bool,
    typer.Option("--strip", help="Do not copy the source's copyright, artist, dates and dpi into the result."),
]
