"""`limner crossval`: how good a recipe is, whatever pictures are held out."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.early import check_above_zero, check_data, check_recipe


def crossval(
    data: Annotated[str, typer.Argument(help="A prepared dataset, or pictures as `limner prepare` reads them.")],
    recipe: Annotated[str, typer.Option(help="A recipe's name, or a YAML file.")] = "gan",
    folds: Annotated[int, typer.Option(help="So many times a part of the pictures is held out.")] = 5,
    minutes: Annotated[float, typer.Option(help="Training time of all folds together.")] = 10.0,
    n: Annotated[int, typer.Option("--n", help="Samples of each model.")] = 2000,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the recipe.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the runs, report.json and report.html.")] = Path("crossval"),
    seed: Annotated[int, typer.Option(help="Decides folds, weights and draws.")] = 0,
    size: Annotated[str | None, typer.Option(help="Size of raw pictures, e.g. 64 or 96x64 (width x height).")] = None,
) -> None:
    """Train and judge a recipe once a fold; the same command continues what was interrupted."""
    check_recipe(recipe, settings)
    check_data(data, size)
    check_above_zero(minutes=minutes)

    from limner.cli.table import show
    from limner.evaluation import cross_validate

    prepare = {"size": size} if size else {}
    found = cross_validate(
        data, recipe, out, folds=folds, minutes=minutes, n=n, settings=tuple(settings or ()), seed=seed, **prepare
    )
    show(found.rows())
    typer.echo(f"report: {out / 'report.html'}")
