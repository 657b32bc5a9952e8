"""`limner tune`: search for a better recipe."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.early import check_above_zero, check_at_least, check_data, check_recipe
from limner.cli.shared_options import Data, DrawSeed, RawSize, Settings


def tune(
    data: Data,
    recipe: Annotated[
        str, typer.Option(help="Recipe to improve: a name (see `limner recipes`), or a YAML file.")
    ] = "gan",
    trials: Annotated[int, typer.Option(help="Number of variants to try.")] = 20,
    minutes: Annotated[float, typer.Option(help="Training time of all trials together, in minutes.")] = 60.0,
    settings: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for the trials, recipe.yaml and report.html.")] = Path("tune"),
    seed: DrawSeed = 0,
    size: RawSize = None,
) -> None:
    """Search for better settings of a recipe. The same command continues after an interruption."""
    check_recipe(recipe, settings)
    check_data(data, size)
    check_above_zero(minutes=minutes)
    check_at_least(1, trials=trials)

    from limner.cli.table import show
    from limner.evaluation import tune as search

    prepare = {"size": size} if size else {}
    changes = tuple(settings or ())
    found = search(data, recipe, out, trials=trials, minutes=minutes, settings=changes, seed=seed, **prepare)
    show(found.rows())
    typer.echo(f"tuned recipe: {found.verdict}")
    typer.echo(f"recipe: {out / 'recipe.yaml'}")
    typer.echo(f"report: {out / 'report.html'}")
