"""`limner recipes`: what can be trained."""

from typing import Annotated

import typer

from limner.cli.shared_options import ModelSize, Settings


def recipes(
    name: Annotated[
        str | None,
        typer.Argument(help="Recipe to print, with all its settings, as YAML; without a name, all recipes are listed."),
    ] = None,
    settings: Settings = None,
    model_size: ModelSize = "base",
) -> None:
    """List the recipes, or print one as YAML that `limner train --recipe FILE.yaml` accepts."""
    from limner.errors import UsageError
    from limner.recipes import RECIPES, apply_settings, find_recipe, resize, to_yaml

    if name:
        typer.echo(to_yaml(apply_settings(resize(find_recipe(name), model_size), settings or [])), nl=False)
        return
    if settings or model_size != "base":
        raise UsageError("--set and --model-size change a recipe that is printed: give its name, too.")
    for known, make in RECIPES.items():
        typer.echo(f"{known:16} {make().summary}")
