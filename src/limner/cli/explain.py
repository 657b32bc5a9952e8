"""`limner explain`: what a trained network has learned, by changing it and measuring what happens."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.early import check_data_of, check_targets
from limner.cli.overwrite import Overwrite, check_report
from limner.cli.shared_options import ModelOrRun, PictureSeed

app = typer.Typer(help="Examine what a trained network has learned.", no_args_is_help=True)


@app.callback()
def explain() -> None:
    """What a trained network has learned."""


@app.command()
def channels(
    model: ModelOrRun,
    attribute: Annotated[
        str, typer.Option(metavar="NAME", help="Attribute: a number, or NAME=CLASS for the probability of a class.")
    ],
    data: Annotated[
        str | None,
        typer.Option(
            help="Dataset with the attribute, on which a predictor is trained.",
            show_default="what the model was trained on",
        ),
    ] = None,
    layer: Annotated[
        str | None, typer.Option(help="Layer whose input channels are changed.", show_default="one in the middle")
    ] = None,
    n: Annotated[
        int,
        typer.Option(
            "--n", help="Number of pictures that are generated; half serve to choose channels, half to measure them."
        ),
    ] = 256,
    top: Annotated[int, typer.Option(help="Number of channels that are reported, and changed together.")] = 10,
    out: Annotated[Path | None, typer.Option(help="Folder for the report.", show_default="MODEL/channels")] = None,
    seed: PictureSeed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Measure which channels of a network change an attribute of its pictures, by switching them off and on."""
    from limner.explain.targets import check_counts

    check_targets(model, [] if data else [attribute], of_any_picture=False)
    check_counts(n, top)
    folder = out or model / "channels"
    check_report(folder, "channels.json", "layer", "report of channels", overwrite)
    check_data_of(model, data)

    from limner.cli.table import show
    from limner.data.of_run import data_for
    from limner.explain import dissect
    from limner.explain.dissection_page import HOW, LIMITS, summary, tables, write
    from limner.model import load

    opened = load(model)
    dataset = data_for(model, data)
    found, error = dissect(opened, dataset, attribute, layer=layer, n=n, top=top, seed=seed)
    write(opened, model, found, attribute, error, folder, n=n, top=top, seed=seed, data=str(dataset.path))
    for line in summary(found, attribute, error):
        typer.echo(line)
    for rows in tables(found, top):
        typer.echo()
        show(rows)
    typer.echo(f"\n{HOW}\n{LIMITS}\n{folder / 'report.html'}")
