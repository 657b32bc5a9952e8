"""`limner train`: from pictures and a recipe to a run with a model."""

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from limner.cli.early import check_above_zero, check_data, check_recipe, check_start
from limner.cli.shared_options import ModelSize, RawSize, Settings, Verify


def train(
    data: Annotated[
        str | None, typer.Argument(help="A prepared dataset, or pictures as `limner prepare` reads them.")
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(help="Name of a recipe (see `limner recipes`), or a YAML file.", show_default="gan")
    ] = None,
    out: Annotated[Path, typer.Option(help="New folder for the model, its checkpoints and its history.")] = Path("run"),
    minutes: Annotated[
        float | None, typer.Option(help="Stop after this training time in minutes, all sessions counted.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Stop after this number of steps (batches), all sessions counted.")
    ] = None,
    pictures: Annotated[
        int | None,
        typer.Option(
            help="Stop after this number of pictures, repeats and all sessions counted.", show_default="the recipe's"
        ),
    ] = None,
    settings: Settings = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="none|RUN|MODEL",
            help="Weights to start with: those of a run or model, or none for random ones; if left out, the base that fits "
            "the recipe (docs/bases.md).",
        ),
    ] = None,
    model_size: ModelSize = "base",
    seed: Annotated[
        int | None,
        typer.Option(
            help="Random seed, from 0, of the weights, the order of pictures and all draws.", show_default="0"
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the run in --out; DATA, --recipe and --seed are not needed.")
    ] = False,
    device: Annotated[str, typer.Option(help="auto (the fastest there is), cpu, cuda or mps.")] = "auto",
    save_every: Annotated[
        int | None, typer.Option(help="Steps from one checkpoint to the next.", show_default="one a minute")
    ] = None,
    verify: Verify = False,
    size: RawSize = None,
) -> None:
    """Train a model on pictures, by a recipe; Ctrl-C saves it and prints the command that continues."""
    from limner.devices import check_device_name
    from limner.errors import RunError, UsageError

    if data is None and not resume:
        raise UsageError("give the pictures to train on: limner train DATA --out RUN")
    if start is not None and resume:
        raise UsageError("--from says what a new run starts from; leave it out with --resume.")
    check_recipe(recipe or "gan", settings, model_size)
    if data is not None:
        check_data(data, size)
    check_above_zero(steps=steps, pictures=pictures, minutes=minutes, save_every=save_every)
    if device != "auto":
        check_device_name(device)
    if seed is not None and seed < 0:
        raise UsageError(f"--seed {seed}: give a whole number of at least 0.")
    if start not in (None, "none", "auto"):
        check_start(Path(str(start)))
    leads = os.environ.get("RANK", "0") == "0"  # of several processes, the first one makes the run
    if leads and not resume and out.is_dir() and any(entry.name != ".lock" for entry in out.iterdir()):
        raise RunError(f"{out} exists: continue it with --resume, or give another --out.")

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
        init_from=start,
        **prepare,
    )
    if not leads:
        return
    typer.echo(
        f"{out / 'model'}: {model.about['training']['pictures']:,} pictures seen. Samples: {out / 'model' / 'samples.png'}"
    )
    typer.echo(f"next: limner sample {shlex.quote(str(out))} --n 64 --out samples.png")
