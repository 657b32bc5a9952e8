"""`limner train`: from pictures and a recipe to a run with a model."""

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from limner.cli.early import check_above_zero, check_data, check_recipe, check_start


def train(
    data: Annotated[
        str | None, typer.Argument(help="A prepared dataset, or pictures as `limner prepare` reads them.")
    ] = None,
    recipe: Annotated[str | None, typer.Option(help="A recipe's name (gan if left out), or a YAML file.")] = None,
    out: Annotated[Path, typer.Option(help="The run's folder.")] = Path("run"),
    minutes: Annotated[float | None, typer.Option(help="Train so long in all.")] = None,
    steps: Annotated[int | None, typer.Option(help="Train so many steps in all.")] = None,
    pictures: Annotated[int | None, typer.Option(help="Train on so many pictures in all, repeats counted.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the recipe.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="none|RUN",
            help="Start from a run's or model's weights, or from noise; if left out, from the base that fits.",
        ),
    ] = None,
    model_size: Annotated[str, typer.Option(help="Width of the networks: small, base or large.")] = "base",
    seed: Annotated[int | None, typer.Option(help="Decides weights, order and draws; 0 if left out.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the run in --out; without a limit, as far as its recipe goes.")
    ] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    save_every: Annotated[int | None, typer.Option(help="Steps between checkpoints; every minute if left out.")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Check all pictures against their digests first.")] = False,
    size: Annotated[str | None, typer.Option(help="Size of raw pictures, e.g. 64 or 96x64 (width x height).")] = None,
) -> None:
    """Train a recipe on pictures; Ctrl-C saves and says how to continue."""
    from limner.errors import RunError, UsageError

    if data is None and not resume:
        raise UsageError("give the pictures to train on: limner train DATA --out RUN")
    if start is not None and resume:
        raise UsageError("--from says what a new run starts from; leave it out with --resume.")
    check_recipe(recipe or "gan", settings, model_size)
    if data is not None:
        check_data(data, size)
    check_above_zero(steps=steps, pictures=pictures, minutes=minutes, save_every=save_every)
    if start not in (None, "none", "auto"):
        check_start(Path(str(start)))
    leads = os.environ.get("RANK", "0") == "0"  # of several processes, the first one makes the run
    if leads and not resume and out.is_dir() and any(entry.name != ".lock" for entry in out.iterdir()):
        raise RunError(f"{out} exists: continue it with --resume, or give another --out.")

    from limner.recipes import apply_settings, find_recipe, resize

    apply_settings(
        resize(find_recipe(recipe or "gan"), model_size), settings or []
    )  # before what training needs is loaded

    from limner.training import train as train_run

    prepare = {"size": size} if size else {}
    model = train_run(
        data,
        recipe,
        out,
        steps=steps,
        pictures=pictures,
        minutes=minutes,
        settings=settings or [],
        model_size=model_size,
        seed=seed,
        resume=resume,
        device=device,
        save_every=save_every,
        verify=verify,
        start=start,
        **prepare,
    )
    if not leads:
        return
    typer.echo(
        f"{out / 'model'}: {model.about['training']['pictures']:,} pictures seen. Samples: {out / 'model' / 'samples.png'}"
    )
    typer.echo(f"next: limner sample {shlex.quote(str(out))} --n 64 --out samples.png")
