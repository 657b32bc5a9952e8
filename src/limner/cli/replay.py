"""`limner replay`: make a picture again from what it carries."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.overwrite import Overwrite, check_new


def replay(
    picture: Annotated[Path, typer.Argument(help="A picture that limner made.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write it.", show_default="NAME-replay.png, in this folder")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="Where its model or causal run is now, if it has moved.")] = None,
    moved: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="OLD=NEW",
            help="Where something is now that it was made of: a file or folder, or the first 8 digits of its digest. Repeatable.",
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Make a picture again, and say whether the pixels are the same."""
    from limner.errors import UsageError, shown
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
            raise UsageError(f"--from {shown(text)}: write it as OLD=NEW.")
        places[old.rstrip("/")] = Path(new)
    regenerated, difference = make_again(picture, model, places)
    save(regenerated, target, read_provenance(picture), read_metadata(picture))
    verdict = "the same pixels" if difference == 0 else f"pixels differ by up to {difference} of 255"
    typer.echo(f"{target}: {verdict}")
