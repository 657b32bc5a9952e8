"""`limner demo`: the whole way once, on pictures that need no download."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    out: Annotated[Path, typer.Option(help="The folder of the demonstration.")] = Path("limner-demo"),
    minutes: Annotated[float | None, typer.Option(help="Training time in all.", show_default="5")] = None,
) -> None:
    """Draw a garden, train a GAN and a VAE on it, and leave a page to open."""
    from limner.demo import demo as run_demo

    page = run_demo(out, minutes)
    typer.echo(f"open {page.resolve().as_uri()}")
