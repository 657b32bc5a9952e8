"""`limner tune`: search for a better recipe."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.early import check_above_zero, check_data, check_recipe


def tune(
    data: Annotated[str, typer.Argument(help="A prepared dataset, or pictures as `limner prepare` reads them.")],
    recipe: Annotated[str, typer.Option(help="The recipe to begin from: a name, or a YAML file.")] = "gan",
    trials: Annotated[int, typer.Option(help="Changed recipes to try.")] = 20,
    minutes: Annotated[float, typer.Option(help="Training time of all trials together.")] = 60.0,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the recipe before the search."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the trials, recipe.yaml and report.html.")] = Path("tune"),
    seed: Annotated[int, typer.Option(help="Decides trials, weights and draws.")] = 0,
    size: Annotated[str | None, typer.Option(help="Size of raw pictures, e.g. 64 or 96x64 (width x height).")] = None,
) -> None:
    """Search a recipe's space by held-out measure; the same command continues what was interrupted."""
    check_recipe(recipe, settings)
    check_data(data, size)
    check_above_zero(minutes=minutes)

    from limner.cli.table import show
    from limner.evaluation import tune as search

    prepare = {"size": size} if size else {}
    changes = tuple(settings or ())
    found = search(data, recipe, out, trials=trials, minutes=minutes, settings=changes, seed=seed, **prepare)
    show(found.rows())
    typer.echo(f"tuned recipe: {found.verdict}")
    typer.echo(f"recipe: {out / 'recipe.yaml'}")
    typer.echo(f"report: {out / 'report.html'}")
