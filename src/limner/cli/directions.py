"""`limner directions`: directions in a model's latents, with and without names, and what they change."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.overwrite import Overwrite, check_report


def directions(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A model or run, of any recipe that has a decoder.")],
    attributes: Annotated[
        list[str] | None,
        typer.Option(
            "--attribute",
            metavar="NAME",
            help="Also find the direction of this: a number, NAME=CLASS, or brightness, contrast, colourfulness, warmth or size.",
        ),
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="What directions of attributes must not change.")
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="The dataset that attributes are learned from; the run's own if left out.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The folder; MODEL/directions if left out.")] = None,
    n: Annotated[
        int, typer.Option("--n", help="Pictures, of which half find directions and half evaluate them.")
    ] = 512,
    seed: Annotated[int, typer.Option(help="Decides the pictures.")] = 0,
    overwrite: Overwrite = False,
) -> None:
    """Find the directions in which a model's pictures change, without names and by attributes."""
    from limner.model_folder import find_folder

    find_folder(model)  # before PyTorch is loaded
    folder = out or model / "directions"
    check_report(folder, "directions.json", "directions", "folder of directions", overwrite)

    from limner.cli.table import show
    from limner.editing.directions import factorised, principal
    from limner.editing.latent_space import editing_model
    from limner.errors import UsageError
    from limner.explain.attribute_scorers import scorers_of_model
    from limner.explain.directions import check_count, effects, supervised
    from limner.explain.directions_page import HOW, LIMITS, faults, summary, write

    if keep and not attributes:
        raise UsageError("--keep says what the direction of an --attribute must not change: give one.")
    check_count(n)  # before a predictor is trained
    opened = editing_model(model)
    named, constant = attributes or [], keep or []
    scorers = scorers_of_model(model, opened, data, [*named, *constant], seed)
    steps = supervised(opened, scorers, named, constant, n, seed) | principal(opened) | factorised(opened)
    found = effects(opened, steps, scorers, n, seed)
    write(opened, model, steps, found, folder, attributes=named, keep=constant, n=n, seed=seed)
    show(summary(found))
    for line in faults(found):
        typer.echo(f"warning: {line}", err=True)
    typer.echo(f"\n{HOW}\n{LIMITS}\n{folder / 'report.html'}")
