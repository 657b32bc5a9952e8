"""`limner stylize`: a picture, a folder or a film in the style of others."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.early import check_extractor, check_suffix
from limner.cli.overwrite import Overwrite, check_new

PREVIEW, HURRIED = 256, 0.5
"""Longest side of a preview, and its share of the usual steps."""

From = Annotated[
    list[Path] | None, typer.Option(metavar="PICTURE", help="Take this factor from here instead; repeatable.")
]
Share = Annotated[float, typer.Option(min=0, max=1, help="0 to 1.")]


def stylize(
    content: Annotated[Path, typer.Argument(help="A picture, a folder of pictures, or a film.")],
    out: Annotated[Path, typer.Option(help="A .png, .webp or .jpg; a new folder; a .mp4 or .gif.")],
    styles: Annotated[
        list[str] | None,
        typer.Argument(metavar="[STYLE]...", help="Pictures whose style is taken; with --model, names of its styles."),
    ] = None,
    colour: Share = 1.0,
    line: Share = 1.0,
    texture: Share = 1.0,
    keep: Annotated[float, typer.Option("--content", min=0, max=1, help="How strongly to keep the content.")] = 0.5,
    colour_from: From = None,
    line_from: From = None,
    texture_from: From = None,
    weight: Annotated[list[float] | None, typer.Option(help="Weight of a style, in their order.")] = None,
    mask: Annotated[
        Path | None, typer.Option(help="Black to white: a style a level; with one style, white gets it.")
    ] = None,
    keep_colour: Annotated[bool, typer.Option("--keep-colour", help="The same as --colour 0.")] = False,
    colours: Annotated[str, typer.Option(help="How colours are moved: linear, or nonlinear.")] = "linear",
    scale: Annotated[float, typer.Option(help="Size of a style beside the content: larger strokes.")] = 1.0,
    size: Annotated[int, typer.Option(help="Longest side in pixels, up to 4096.")] = 512,
    preview: Annotated[bool, typer.Option("--preview", help="Small and in a hurry.")] = False,
    steps: Annotated[float, typer.Option(help="Share of the usual steps.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Chance.")] = 0,
    extractor: Annotated[str, typer.Option(help="Network that looks: limner, squeezenet, vgg19.")] = "limner",
    model: Annotated[
        str, typer.Option(help="Stylise at once by a model: a run of `limner style train`, or limner.")
    ] = "",
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Name what was read by digests alone, without paths.")
    ] = False,
    strip: Annotated[
        bool, typer.Option("--strip", help="Leave out copyright, artist, dates and dpi, which go along otherwise.")
    ] = False,
    overwrite: Overwrite = False,
) -> None:
    """Stylise a picture in the style of others, with separate controls for colour, line, texture and content."""
    from limner.errors import PictureError, shown

    read = [] if model else [Path(style) for style in styles or []]
    for path in (content, *read, *(colour_from or []), *(line_from or []), *(texture_from or [])):
        if not path.exists():  # told before PyTorch is loaded
            raise PictureError(f"{shown(path, 200)}: no such picture.")
    if not content.is_dir() and out.resolve() != content.resolve():
        check_new(out, overwrite)

    from pydantic import ValidationError

    from limner.config import in_words
    from limner.errors import UsageError
    from limner.pictures import WALKS, WRITTEN
    from limner.style.request import Source, Stylization
    from limner.style.video import SUFFIXES as VIDEOS

    check_extractor(extractor)
    film = content.suffix.lower() in VIDEOS
    if not content.is_dir():
        check_suffix(out, [*WRITTEN, *(WALKS if film else ())])
    given = [str(style) for style in styles or []]
    if weight and len(weight) != len(given):
        raise UsageError(f"{len(weight)} --weight for {len(given)} styles: give one for each.")
    if weight and mask:
        raise UsageError("--weight has no say with --mask, which gives each style its place; leave one out.")
    weighted = zip(given, weight or [1.0] * len(given), strict=True)
    try:
        request = Stylization(
            styles=[Source(style=style, weight=share) for style, share in weighted],
            **{
                name: [Source(style=str(path)) for path in paths or []]
                for name, paths in (
                    ("colour_from", colour_from),
                    ("line_from", line_from),
                    ("texture_from", texture_from),
                )
            },
            colour=0.0 if keep_colour else colour,
            line=line,
            texture=texture,
            content=keep,
            size=min(size, PREVIEW) if preview else size,
            steps=steps * (HURRIED if preview else 1),
            scale=scale,
            colours=colours,
            mask=str(mask) if mask else "",
            seed=seed,
            extractor=extractor,
            model=model,
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"--{first['loc'][0]}: {in_words(first)}.") from None

    from limner.style import run

    for line_ in run.carry_out(request, content, out, anonymous, strip):
        typer.echo(line_, err=True)
    typer.echo(str(out))
