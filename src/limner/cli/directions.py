"""`limner directions`: directions in a model's latents, with and without names, and what they change."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.early import check_data, check_targets
from limner.cli.overwrite import Overwrite, check_report
from limner.cli.shared_options import ModelOrRun, PictureSeed


def directions(
    model: ModelOrRun,
    attributes: Annotated[
        list[str] | None,
        typer.Option(
            "--attribute",
            metavar="NAME",
            help="Find a direction for this: a number, NAME=CLASS, or brightness, contrast, colourfulness, warmth or size. "
            "Repeatable.",
        ),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Attribute that the directions of --attribute must not change. Repeatable."),
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="Dataset with the attributes.", show_default="what the model was trained on")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the result.", show_default="MODEL/directions")] = None,
    n: Annotated[
        int,
        typer.Option(
            "--n", help="Number of pictures that are generated; half serve to find directions, half to measure them."
        ),
    ] = 512,
    seed: PictureSeed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Find directions in the latent space of a model along which its pictures change, and measure what changes."""
    from limner.explain.targets import check_count

    check_targets(model, [] if data else [*(attributes or []), *(keep or [])])
    check_count(n)
    if data:
        check_data(data)
    folder = out or model / "directions"
    check_report(folder, "directions.json", "directions", "folder of directions", overwrite)

    from limner.cli.table import show
    from limner.explain.directions_page import HOW, LIMITS, faults, summary
    from limner.functions import directions as find

    found = find(model, attributes or [], keep=keep or [], data=data, out=folder, n=n, seed=seed)
    show(summary(found))
    for line in faults(found):
        typer.echo(f"warning: {line}", err=True)
    typer.echo(f"\n{HOW}\n{LIMITS}\n{folder / 'report.html'}")
