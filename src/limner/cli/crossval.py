"""`limner crossval`: how good a recipe is, whatever pictures are held out."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.early import MIN_SAMPLES, check_above_zero, check_at_least, check_data, check_recipe
from limner.cli.shared_options import Data, DrawSeed, RawSize, Settings


def crossval(
    data: Data,
    recipe: Annotated[str, typer.Option(help="Name of a recipe (see `limner recipes`), or a YAML file.")] = "gan",
    folds: Annotated[
        int, typer.Option(help="Number of folds: models trained, each without another part of the pictures.")
    ] = 5,
    minutes: Annotated[float, typer.Option(help="Training time of all folds together, in minutes.")] = 10.0,
    n: Annotated[int, typer.Option("--n", help="Samples that each model generates.")] = 2000,
    settings: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for the runs, report.json and report.html.")] = Path("crossval"),
    seed: DrawSeed = 0,
    size: RawSize = None,
) -> None:
    """Cross-validate a recipe: train and evaluate it once for each fold. The same command continues after an interruption."""
    check_recipe(recipe, settings)
    check_data(data, size)
    check_above_zero(minutes=minutes)
    check_at_least(2, folds=folds)
    check_at_least(MIN_SAMPLES, n=n)

    from limner.cli.table import show
    from limner.evaluation import cross_validate

    prepare = {"size": size} if size else {}
    found = cross_validate(
        data, recipe, out, folds=folds, minutes=minutes, n=n, settings=tuple(settings or ()), seed=seed, **prepare
    )
    show(found.rows())
    typer.echo(f"report: {out / 'report.html'}")
