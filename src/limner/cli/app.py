"""`limner`: the table of verbs, and the one place where an error becomes a line and an exit code."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from limner.cli import (
    causal,
    crossval,
    demo,
    directions,
    edit,
    evaluate,
    explain,
    export,
    garden,
    prepare,
    recipes,
    replay,
    sample,
    serve,
    style,
    stylize,
    train,
    tune,
    weights,
)
from limner.errors import LimnerError, UsageError
from limner.memory import out_of_memory
from limner.version import __version__

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells give it: 128 and the number of the signal."""

app = typer.Typer(
    name="limner",
    help="Train generative models on your own pictures, generate and edit pictures, and measure the result.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("prepare")(prepare.prepare)
app.command("garden")(garden.garden)
app.command("recipes")(recipes.recipes)
app.command("train")(train.train)
app.command("sample")(sample.sample)
app.command("edit")(edit.edit)
app.command("directions")(directions.directions)
app.command("stylize")(stylize.stylize)
app.command("serve")(serve.serve)
app.command("studio")(serve.studio)
app.command("replay")(replay.replay)
app.command("export")(export.export)
app.command("evaluate")(evaluate.evaluate)
app.command("crossval")(crossval.crossval)
app.command("tune")(tune.tune)
app.add_typer(style.app, name="style")
app.add_typer(causal.app, name="causal")
app.add_typer(explain.app, name="explain")
app.add_typer(weights.app, name="weights")


def _version(shown: bool) -> None:
    if shown:
        typer.echo(f"limner {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Print the Python traceback of an error, not one line only.")
    ] = False,
) -> None:
    if debug:
        os.environ["LIMNER_DEBUG"] = "1"
    try:
        Path.cwd()
    except OSError:  # which some libraries end the process for, without a word that helps
        raise UsageError("the folder that this was started in is gone; change to another one and try again.") from None


def main() -> None:
    """Runs the command line; every failure becomes one line on stderr and a non-zero exit status."""
    try:
        app()
    except LimnerError as error:
        if os.environ.get("LIMNER_DEBUG"):
            raise
        typer.echo(f"limner: {error}", err=True)
        sys.exit(error.exit_code)
    except SystemExit as left:
        if left.code == INTERRUPTED:  # what Typer makes of Ctrl-C, without a word
            typer.echo("limner: interrupted", err=True)
        raise
    except OSError as error:
        if os.environ.get("LIMNER_DEBUG"):
            raise
        where = f" ({error.filename})" if error.filename else ""
        typer.echo(f"limner: {error.strerror or error}{where}", err=True)
        sys.exit(1)
    except Exception as error:
        if os.environ.get("LIMNER_DEBUG") or not out_of_memory(error):
            raise
        typer.echo("limner: this does not fit in memory: use fewer or smaller pictures, or a smaller model.", err=True)
        sys.exit(1)
