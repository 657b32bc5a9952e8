"""`limner weights`: which networks can judge pictures here, and how others come here."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="List the feature networks for evaluation and style; download or add their weights.", add_completion=False
)


@app.callback(invoke_without_command=True)
def weights(context: typer.Context) -> None:
    """List the feature networks, the name of the Frechet distance with each, and whether their weights are here."""
    if context.invoked_subcommand:
        return
    import torch

    from limner.features import weights
    from limner.features.embedded.network import Network

    with torch.device("meta"):
        embedded = sum(weight.numel() for weight in Network().parameters())
    rows = [("name", "distance", "weights", "licence", "file")]
    rows.append(("limner", "FD-limner", f"{embedded / 1e6:.1f} M", "Apache-2.0", "embedded, always here"))
    places = {name: weights.find(name) for name in weights.KNOWN}
    for name, known in weights.KNOWN.items():
        size = f"{weights.parameters(name) / 1e6:.1f} M"
        rows.append((name, known.network.distance, size, known.licence, str(places[name] or "not here")))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for name, known in weights.KNOWN.items():
        if not places[name]:
            get = f"limner weights get {name}, or " if known.url else ""
            typer.echo(f"\n{name}: {known.about}\n  {get}limner weights add FILE --as {name}; from {known.page}")


@app.command("get")
def get(name: Annotated[str, typer.Argument(help="vgg19, inception-v3 or dinov2.")]) -> None:
    """Download the weights of a network into the cache folder, and check them."""
    from limner.features import weights

    typer.echo(f"{name}: {weights.get(name)}")


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="A .safetensors, .pth or .pt file; the latter are converted.")],
    name: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help="Network that the weights are of.", show_default="the one they fit"),
    ] = None,
) -> None:
    """Check a file of weights that you have, and copy it into the cache folder."""
    from limner.features import weights

    kept = weights.add(file, name)
    typer.echo(f"{kept.stem}: {kept}")
