"""`limner sample`: pictures, folders and walks from a model."""

from pathlib import Path
from typing import Annotated, Any

import typer

from limner.cli.early import check_condition, check_suffix
from limner.cli.overwrite import Overwrite, check_new
from limner.cli.shared_options import ModelOrRun, PictureSeed


def sample(
    model: ModelOrRun,
    n: Annotated[int | None, typer.Option("--n", min=1, help="Number of pictures.", show_default="64")] = None,
    seed: PictureSeed = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            help="A .png, .webp or .jpg for one picture or a grid of them, or a new folder for single files.",
            show_default="samples.png",
        ),
    ] = None,
    condition: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Attributes of the pictures, such as species=rose,height=0.8; others are drawn at random. Repeatable.",
        ),
    ] = None,
    truncation: Annotated[
        float,
        typer.Option(
            help="Scale of the random latents, above 0 to 1: below 1 pictures are more typical and less varied."
        ),
    ] = 1.0,
    walk: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.mp4|.gif",
            help="Write a film of 8 seconds that changes smoothly from picture to picture, all of one class.",
        ),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMNSxROWS",
            help="Write one picture of, say, 8x4 sprites without gaps, and a JSON file with their positions.",
        ),
    ] = None,
    palette: Annotated[
        int | None,
        typer.Option(
            metavar="COLOURS",
            help="Reduce the pictures to this number of colours, 2 to 64, taken from the training pictures.",
        ),
    ] = None,
    scale: Annotated[int, typer.Option(help="Enlarge by this whole number, with smoothing.")] = 1,
    nearest: Annotated[bool, typer.Option("--nearest", help="Enlarge without smoothing, for pixel art.")] = False,
    background: Annotated[
        str | None,
        typer.Option(
            metavar="COLOUR",
            help="Fill transparent areas with this colour, such as white or #ffcc00.",
            show_default="stay transparent",
        ),
    ] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda or mps.")] = "cpu",
    runtime: Annotated[
        str, typer.Option(help="Library that computes: torch, compiled, onnx, or auto, which starts fastest.")
    ] = "torch",
    overwrite: Overwrite = False,
) -> None:
    """Generate pictures with a trained model."""
    from limner.conditions.written import parse_condition
    from limner.devices import check_device_name, check_runtime_name
    from limner.errors import UsageError, quoted
    from limner.model_config import check_sampling
    from limner.pictures import WALKS, WRITTEN
    from limner.pictures.appearance import read_appearance
    from limner.pictures.modes import colour
    from limner.pictures.sheet import frames_file, parse_layout

    asked = parse_condition(condition or [])
    check_condition(model, asked)
    check_sampling(n or 1, seed, truncation)
    check_device_name(device)
    check_runtime_name(runtime)
    if walk and n and not out:
        raise UsageError("--n says how many pictures and --walk makes none: give --out for them, or leave out --n.")
    ignored = {"--sheet": sheet, "--palette": palette, "--scale": scale != 1, "--nearest": nearest}
    if walk and not out and any(ignored.values()):
        option = next(name for name, given in ignored.items() if given)
        raise UsageError(
            f"{option} is for pictures and --walk makes a film: give --out for them, or leave out {option}."
        )
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

    from limner.conditions.values import extrapolation_warnings
    from limner.model import load
    from limner.samples import save_model_walk, save_samples

    opened = load(model, device, runtime)
    for line in extrapolation_warnings(asked, opened.attributes):
        typer.echo(line, err=True)
    if walk:
        labels = save_model_walk(opened, model, walk, background=background, **how)
        if labels:
            fixed_labels = ",".join(f"{name}={value}" for name, value in labels.items())
            typer.echo(f"{walk}: every frame has {quoted(fixed_labels, 200)}; --condition NAME=VALUE asks for another.")
        else:
            typer.echo(str(walk))
    if target:
        save_samples(
            opened, model, target, n or (layout.frames if layout else 64), appearance=appearance, layout=layout, **how
        )
        typer.echo(f"{target}, {frames_file(target)}" if layout else str(target))
