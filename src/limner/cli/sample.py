"""`limner sample`: pictures, folders and walks from a model."""

from pathlib import Path
from typing import Annotated, Any

import typer

from limner.cli.early import check_suffix
from limner.cli.overwrite import Overwrite, check_new


def sample(
    model: Annotated[Path, typer.Argument(help="A model folder or a run.")],
    n: Annotated[int | None, typer.Option("--n", min=1, help="How many pictures.", show_default="64")] = None,
    seed: Annotated[int, typer.Option(help="Picture i of a seed is always the same.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            help="A .png, .webp or .jpg (one picture, or a grid), or a new folder.", show_default="samples.png"
        ),
    ] = None,
    condition: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="What to ask for.")] = None,
    truncation: Annotated[float, typer.Option(help="Below 1: more typical, less varied.")] = 1.0,
    walk: Annotated[
        Path | None, typer.Option(metavar="FILE.mp4|.gif", help="A smooth walk through latent space.")
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(metavar="COLUMNSxROWS", help="A sheet of sprites, without gaps, and a JSON of its frames."),
    ] = None,
    palette: Annotated[
        int | None,
        typer.Option(metavar="COLOURS", help="Use so many of the usual colours of the training pictures alone."),
    ] = None,
    scale: Annotated[int, typer.Option(help="Enlarge so many times, smoothly.")] = 1,
    nearest: Annotated[
        bool, typer.Option("--nearest", help="Enlarge without smoothing: a pixel becomes a square.")
    ] = False,
    background: Annotated[
        str | None,
        typer.Option(metavar="COLOUR", help="A colour to lay see-through pictures on, which stay so if left out."),
    ] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda or mps.")] = "cpu",
    runtime: Annotated[
        str, typer.Option(help="What generates: torch, compiled, onnx, or auto, the quickest for one picture.")
    ] = "torch",
    overwrite: Overwrite = False,
) -> None:
    """Generate pictures with a model."""
    from limner.conditions.written import parse_condition
    from limner.errors import UsageError
    from limner.model_folder import find_folder
    from limner.pictures import WALKS, WRITTEN
    from limner.pictures.appearance import read_appearance
    from limner.pictures.modes import colour
    from limner.pictures.sheet import frames_file, parse_layout

    find_folder(model)
    if walk and n and not out:
        raise UsageError("--n says how many pictures and --walk makes none: give --out for them, or leave out --n.")
    asked = parse_condition(condition or [])
    how: dict[str, Any] = {"seed": seed, "condition": asked, "truncation": truncation}
    layout = parse_layout(sheet) if sheet else None
    if background:
        colour(background)
    appearance = read_appearance(background=background, palette=palette, scale=scale, nearest=nearest)
    target = out or (None if walk else Path("samples.png"))
    if walk:
        check_suffix(walk, WALKS)
        check_new(walk, overwrite)
    if target and target.suffix:
        check_suffix(target, WRITTEN, ", or give a folder (no suffix)")
        check_new(target, overwrite)
    if target and layout:
        check_new(frames_file(target), overwrite)

    from limner.conditions.resolve import beyond_seen
    from limner.model import load
    from limner.samples import save_model_walk, save_samples

    opened = load(model, device, runtime)
    for line in beyond_seen(asked, opened.attributes):
        typer.echo(line, err=True)
    if walk:
        save_model_walk(opened, model, walk, background=background, **how)
        typer.echo(str(walk))
    if target:
        save_samples(
            opened, model, target, n or (layout.frames if layout else 64), appearance=appearance, layout=layout, **how
        )
        typer.echo(f"{target}, {frames_file(target)}" if layout else str(target))
