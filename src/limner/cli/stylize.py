"""`limner stylize`: a picture, a folder or a film in the style of others."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from limner.cli.early import check_extractor, check_suffix
from limner.cli.overwrite import Overwrite, check_new
from limner.cli.shared_options import Anonymous, DrawSeed, Strip

PREVIEW_SIDE, PREVIEW_STEPS = 256, 0.5
"""Longest side of a preview, and its steps as a multiple of the usual ones."""

OF_STYLES: dict[str, tuple[str, Any]] = {
    "styles": ("STYLE", None),
    "colour": ("--colour", 1.0),
    "line": ("--line", 1.0),
    "texture": ("--texture", 1.0),
    "keep": ("--content", 0.5),
    "colour_from": ("--colour-from", None),
    "line_from": ("--line-from", None),
    "texture_from": ("--texture-from", None),
    "weight": ("--weight", None),
    "keep_colour": ("--keep-colour", False),
    "colours": ("--colours", "linear"),
    "scale": ("--scale", 1.0),
    "steps": ("--steps", 1.0),
    "extractor": ("--extractor", "limner"),
    "model": ("--model", ""),
}
"""What is for styles alone: how each is called, and its usual value."""
OF_OPTIMISATION = ("keep", "colours", "scale", "steps", "extractor")
"""Which of these an instant model does not use."""
From = Annotated[
    list[Path] | None,
    typer.Option(metavar="PICTURE", help="Take this property from PICTURE, not from STYLE. Repeatable."),
]
Strength = Annotated[
    float, typer.Option(min=0, max=1, help="How much of the style's property is taken over, 0 (nothing) to 1 (all).")
]


def stylize(
    content: Annotated[Path, typer.Argument(help="Picture, folder of pictures or film (.mp4, .gif) to change.")],
    out: Annotated[
        Path, typer.Option(help="Result: a .png, .webp or .jpg; of a folder, a new folder; of a film, a .mp4 or .gif.")
    ],
    styles: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[STYLE]...", help="Pictures whose style is taken over; with --model, names of the model's styles."
        ),
    ] = None,
    colour: Strength = 1.0,
    line: Strength = 1.0,
    texture: Strength = 1.0,
    keep: Annotated[
        float, typer.Option("--content", min=0, max=1, help="How strongly the shapes of CONTENT are kept, 0 to 1.")
    ] = 0.5,
    colour_from: From = None,
    line_from: From = None,
    texture_from: From = None,
    weight: Annotated[
        list[float] | None, typer.Option(help="Weight of a style, such as 2; once for each STYLE, in their order.")
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option(
            help="Grey picture that says where each STYLE goes: black the first, white the last; a single STYLE goes to white."
        ),
    ] = None,
    keep_colour: Annotated[
        bool, typer.Option("--keep-colour", help="Keep the colours of CONTENT; the same as --colour 0.")
    ] = False,
    colours: Annotated[
        str,
        typer.Option(
            help="How colours are matched to the style: linear, or nonlinear (optimal transport, needs limner[style])."
        ),
    ] = "linear",
    scale: Annotated[
        float, typer.Option(help="Size of the style relative to CONTENT, 0.1 to 10; larger gives larger strokes.")
    ] = 1.0,
    size: Annotated[
        int | None,
        typer.Option(
            help="Longest side of the result in pixels, 32 to 4096 (by default 512; of a --look, 4096); nothing is enlarged."
        ),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Fast preview: at most 256 pixels and half the steps.")
    ] = False,
    steps: Annotated[
        float, typer.Option(help="Number of optimisation steps, as a multiple of the usual number: 0.5 is half.")
    ] = 1.0,
    seed: DrawSeed = 0,
    extractor: Annotated[
        str,
        typer.Option(help="Network whose features define style: limner, squeezenet or vgg19 (see `limner weights`)."),
    ] = "limner",
    model: Annotated[
        str,
        typer.Option(
            help="Use a trained style model, which takes a moment: a run of `limner style train`, or limner for the one included."
        ),
    ] = "",
    look: Annotated[
        str,
        typer.Option(
            help="A look instead of a STYLE: paper-cut, oil, pen, watercolour, woodcut, mosaic or pixel-art; needs no painting."
        ),
    ] = "",
    strength: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            help="How strong the style or look is, 0 (the picture itself) to 1: a factor of --colour, --line and --texture.",
        ),
    ] = 1.0,
    anonymous: Anonymous = False,
    strip: Strip = False,
    overwrite: Overwrite = False,
) -> None:
    """Change the style of a picture to that of others, with separate controls for colour, line, texture and content."""
    from limner.errors import PictureError, UsageError, quoted

    if look:
        from limner.style.looks import check_look

        check_look(look)
        _check_alone(locals(), "--look", OF_STYLES)
    elif model:
        _check_alone(locals(), "--model", OF_OPTIMISATION)

    read = [] if model else [Path(style) for style in styles or []]
    for path in (content, *read, *(colour_from or []), *(line_from or []), *(texture_from or [])):
        if not path.exists():  # told before PyTorch is loaded
            raise PictureError(f"{quoted(path, 200)}: no such picture.")
    if not content.is_dir() and out.resolve() != content.resolve():
        check_new(out, overwrite)

    from pydantic import ValidationError

    from limner.config import in_words
    from limner.pictures import WALKS, WRITTEN
    from limner.style.instant.names import check_styles
    from limner.style.looks.request import LookRequest
    from limner.style.request import SHIPPED_MODEL, Source, Stylization
    from limner.style.video import SUFFIXES as VIDEOS

    check_extractor(extractor)
    film = content.suffix.lower() in VIDEOS
    if not content.is_dir():
        check_suffix(out, [*WRITTEN, *(WALKS if film else ())])
    given = [str(style) for style in styles or []]
    if weight and len(weight) != len(given):
        raise UsageError(f"{len(weight)} --weight for {len(given)} styles: give one for each.")
    if weight and mask:
        raise UsageError("--weight cannot be combined with --mask, which says where each style goes; leave one out.")
    weighted = zip(given, weight or [1.0] * len(given), strict=True)
    asked: dict[str, Any] = {"mask": str(mask) if mask else "", "seed": seed, "strength": strength}
    if preview or size is not None:
        asked["size"] = min(size or PREVIEW_SIDE, PREVIEW_SIDE) if preview else size
    request: LookRequest | Stylization
    try:
        if look:
            request = LookRequest(look=look, **asked)
        else:
            request = Stylization(
                styles=[Source(style=style, weight=value) for style, value in weighted],
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
                steps=steps * (PREVIEW_STEPS if preview else 1),
                scale=scale,
                colours=colours,
                extractor=extractor,
                model=model,
                **asked,
            )
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"--{first['loc'][0]}: {in_words(first)}.") from None

    if model:
        check_styles(None if model == SHIPPED_MODEL else Path(model), given)

    from limner.style import run

    for line_ in run.carry_out(request, content, out, anonymous, strip):
        typer.echo(line_, err=True)
    typer.echo(str(out))


def _check_alone(given: dict[str, Any], beside: str, names: Iterable[str]) -> None:
    """Raises UsageError for an argument of `names`, by its option, that was given beside an option that does not use it."""
    from limner.errors import UsageError

    for name in names:
        option, usual = OF_STYLES[name]
        if given[name] not in (usual, None, []):
            raise UsageError(f"{beside} needs no {option}; leave out one of them.")
