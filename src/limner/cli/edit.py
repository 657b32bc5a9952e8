"""`limner edit`: one picture, or a folder of them, through a list of edits."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from limner.cli.early import check_suffix
from limner.cli.overwrite import Overwrite, check_new
from limner.cli.shared_options import Anonymous, Strip


def edit(
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="INPUT", help="A picture, a folder of pictures, or a model, of which a picture is generated."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Argument(help="Result: a .png, .webp or .jpg; of a folder, a new folder.")
    ] = None,
    ops: Annotated[
        list[str] | None,
        typer.Option(
            "--op",
            metavar="NAME:ARGUMENTS",
            help="An edit, such as rotate:5; --list names all. Repeatable: applied in this order.",
        ),
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option(help="YAML file with a list of edits, which are applied before those of --op.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Remove the last edit that is recorded in INPUT.")] = False,
    seed: Annotated[int, typer.Option(help="If INPUT is a model: random seed, from 0, of the picture.")] = 0,
    listed: Annotated[bool, typer.Option("--list", help="Print all edits with their arguments, and exit.")] = False,
    anonymous: Anonymous = False,
    strip: Strip = False,
    overwrite: Overwrite = False,
) -> None:
    """Edit pictures; each result records its edits, so that they can be undone or repeated."""
    from limner.editing import OPERATIONS, history, parse, read_edits
    from limner.editing.edits import arguments
    from limner.editing.examples import EXAMPLES
    from limner.editing.request_warnings import check_edits, extrapolations_of_edits, masks_of_all
    from limner.errors import PictureError, UsageError, quoted
    from limner.model_config import check_sampling
    from limner.model_folder import resolve_shipped
    from limner.pictures import WRITTEN

    if listed:
        for name, kind in OPERATIONS.items():
            typer.echo(f"{name:15} {', '.join(arguments(kind))}".rstrip())
            typer.echo(f"{'':15} for example: --op {shlex.quote(EXAMPLES[name])}")
        return
    if source is None or out is None:
        raise UsageError("give a picture and where the result goes: limner edit INPUT OUT --op NAME:ARGUMENTS")
    found = resolve_shipped(source)
    if not found.exists():
        raise PictureError(f"{quoted(source, 200)}: no such picture, folder or model.")
    check_sampling(seed=seed)
    edits = [*(read_edits(recipe) if recipe else []), *map(parse, ops or [])]
    if not edits and not undo:
        raise UsageError(f"give an edit with --op or --recipe, or --undo the last; there are {', '.join(OPERATIONS)}.")
    if out.resolve() == source.resolve():
        raise UsageError(f"{out} is the picture itself; give another name.")
    folder = found.is_dir() and not history.is_model(found)
    if not folder:
        check_new(out, overwrite)
        check_suffix(out, WRITTEN)
    if folder and undo:
        raise UsageError("--undo takes one picture, not a folder.")
    check_edits(edits, source)
    if folder:
        left_out = history.save_folder(source, edits, out, anonymous, strip)
        lines = [*left_out, *(one.text for one in extrapolations_of_edits(edits))]
    else:
        opened = history.open_source(source, seed)
        before = opened.without_last(str(source)) if undo else opened
        warnings = history.save_edited(before, edits, out, anonymous, strip)
        lines = [*warnings, *(one.text for one in extrapolations_of_edits(edits, before.latent))]
    for line in [*masks_of_all(edits), *lines]:
        typer.echo(line, err=True)
    typer.echo(str(out))
