"""`limner demo`: the whole way once, on pictures that need no download."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    out: Annotated[
        Path, typer.Option(help="Folder to write to; a demo that was interrupted there is continued.")
    ] = Path("limner-demo"),
    minutes: Annotated[
        float | None, typer.Option(help="Training time of both models together, in minutes.", show_default="5")
    ] = None,
) -> None:
    """Draw pictures of flowers, train a GAN and a VAE on them, and write a web page with the results."""
    from limner.demo import demo as run_demo

    page = run_demo(out, minutes)
    typer.echo(f"open {page.resolve().as_uri()}")
