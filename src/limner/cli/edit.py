"""`limner edit`: one picture, or a folder of them, through a list of edits."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from limner.cli.early import check_suffix
from limner.cli.overwrite import Overwrite, check_new


def edit(
    source: Annotated[
        Path | None, typer.Argument(metavar="INPUT", help="A picture, a folder of pictures, or a model.")
    ] = None,
    out: Annotated[Path | None, typer.Argument(help="A .png, .webp or .jpg; of a folder, a new folder.")] = None,
    ops: Annotated[
        list[str] | None, typer.Option("--op", metavar="NAME:ARGUMENTS", help="An edit; again for the next.")
    ] = None,
    recipe: Annotated[Path | None, typer.Option(help="A YAML list of edits, done before those of --op.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Drop the last edit that INPUT carries.")] = False,
    seed: Annotated[int, typer.Option(help="Which picture of a model.")] = 0,
    listed: Annotated[bool, typer.Option("--list", help="Print every edit with its arguments.")] = False,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Name what was read by digests alone, without paths.")
    ] = False,
    strip: Annotated[
        bool, typer.Option("--strip", help="Leave out copyright, artist, dates and dpi, which go along otherwise.")
    ] = False,
    overwrite: Overwrite = False,
) -> None:
    """Edit pictures: each carries its edits, and can be made again without the last."""
    from limner.editing import OPERATIONS, history, parse, read_edits
    from limner.editing.asked import beyond_seen_of, directions_named
    from limner.editing.edits import arguments
    from limner.editing.examples import EXAMPLES
    from limner.errors import PictureError, UsageError, shown
    from limner.pictures import WRITTEN

    if listed:
        for name, kind in OPERATIONS.items():
            typer.echo(f"{name:15} {', '.join(arguments(kind))}".rstrip())
            typer.echo(f"{'':15} for example: --op {shlex.quote(EXAMPLES[name])}")
        return
    if source is None or out is None:
        raise UsageError("give a picture and where the result goes: limner edit INPUT OUT --op NAME:ARGUMENTS")
    if not source.exists():
        raise PictureError(f"{shown(source, 200)}: no such picture, folder or model.")
    edits = [*(read_edits(recipe) if recipe else []), *map(parse, ops or [])]
    if not edits and not undo:
        raise UsageError(f"give an edit with --op or --recipe, or --undo the last; there are {', '.join(OPERATIONS)}.")
    if out.resolve() == source.resolve():
        raise UsageError(f"{out} is the picture itself; give another name.")
    folder = source.is_dir() and not history.is_model(source)
    if not folder:
        check_new(out, overwrite)
        check_suffix(out, WRITTEN)
    if folder:
        if undo:
            raise UsageError("--undo takes one picture, not a folder.")
        with directions_named(edits, source):
            left_out = history.save_folder(source, edits, out, anonymous, strip)
        lines = [*left_out, *beyond_seen_of(edits)]
    else:
        opened = history.open_source(source, seed)
        before = opened.without_last(str(source)) if undo else opened
        with directions_named(edits, source):
            history.save_edited(before, edits, out, anonymous, strip)
        lines = beyond_seen_of(edits, before.latent)
    for line in lines:
        typer.echo(line, err=True)
    typer.echo(str(out))
