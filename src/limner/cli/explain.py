"""`limner explain`: what a trained network has learned, by changing it and measuring what happens."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.overwrite import Overwrite, check_report

app = typer.Typer(help="What a trained network has learned.", no_args_is_help=True)


@app.callback()
def explain() -> None:
    """What a trained network has learned."""


@app.command()
def channels(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A model or run, of any recipe that has a decoder.")],
    attribute: Annotated[
        str, typer.Option(metavar="NAME", help="The attribute: a number, or NAME=CLASS, a class's probability.")
    ],
    data: Annotated[
        str | None,
        typer.Option(help="The dataset that a predictor learns the attribute from; the run's own if left out."),
    ] = None,
    layer: Annotated[
        str | None, typer.Option(help="The layer whose input channels are set; one in the middle if left out.")
    ] = None,
    n: Annotated[int, typer.Option("--n", help="Pictures, of which half choose and half evaluate.")] = 256,
    top: Annotated[int, typer.Option(help="Channels that are reported, and set together.")] = 10,
    out: Annotated[Path | None, typer.Option(help="The folder of the report; MODEL/channels if left out.")] = None,
    seed: Annotated[int, typer.Option(help="Decides the pictures.")] = 0,
    overwrite: Overwrite = False,
) -> None:
    """Measure which channels of a trained network change an attribute, by switching them off and on."""
    from limner.model_folder import find_folder

    find_folder(model)  # before PyTorch is loaded
    folder = out or model / "channels"
    check_report(folder, "channels.json", "layer", "report of channels", overwrite)

    from limner.cli.table import show
    from limner.explain import dissect
    from limner.explain.dissection_page import HOW, LIMITS, summary, tables, write
    from limner.model import load
    from limner.training.run import data_for

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
