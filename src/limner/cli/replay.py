"""`limner replay`: make a picture again from what it carries."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.overwrite import Overwrite, check_new


def replay(
    picture: Annotated[Path, typer.Argument(help="A picture that Limner made; it records how.")],
    out: Annotated[
        Path | None, typer.Option(help="File of the new picture.", show_default="NAME-replay.png in the current folder")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="Where the model or causal run is now, if it was moved.")] = None,
    moved: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="OLD=NEW",
            help="Where a file or folder that was used is now; OLD is its former path or the first 8 digits of its SHA-256. "
            "Repeatable.",
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Generate a picture again from what it records, and compare the pixels."""
    from limner.errors import UsageError, quoted
    from limner.pictures import read_metadata, read_provenance, save
    from limner.replay import replay as make_again

    target = out or Path(f"{picture.stem}-replay.png")
    if target.resolve() == picture.resolve():
        raise UsageError(f"--out {target} is the picture itself; choose another name.")
    check_new(target, overwrite)
    places = {}
    for text in moved or []:
        old, equals, new = text.rpartition("=")
        if not equals or not old or not new:
            raise UsageError(f"--from {quoted(text)}: write it as OLD=NEW.")
        places[old.rstrip("/")] = Path(new)
    regenerated, difference = make_again(picture, model, places)
    save(regenerated, target, read_provenance(picture), read_metadata(picture))
    verdict = "the same pixels" if difference == 0 else f"pixels differ by up to {difference} of 255"
    typer.echo(f"{target}: {verdict}")
