"""`limner causal`: a graph of what causes what, whether the data allow it, and what would have been."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Ask what would have been: graphs of causes, and pictures that follow them.", add_completion=False
)

Data = Annotated[str, typer.Argument(help="A prepared dataset, or pictures as `limner prepare` reads them.")]
GraphFile = Annotated[Path, typer.Option("--graph", help="The graph, a YAML file.")]
Seed = Annotated[int, typer.Option(help="Decides the draws.")]


@app.command("check")
def check(data: Data, graph: GraphFile, seed: Seed = 0) -> None:
    """Say whether the data speak against a graph, before anything is trained on it."""
    from limner.causal import check as judge
    from limner.causal import read_graph
    from limner.data import open_dataset

    found = judge(open_dataset(data), read_graph(graph), seed)
    if found.incomplete:
        typer.echo(f"{found.incomplete:,} units lack a value and were left out; {found.rows:,} have all.")
    for one, other, p in found.violations:
        typer.echo(f"not independent: {one} and {other}, although the causes of {one} are known (p = {p:.3f})")
    for (cause, effect), nats, error in found.doubtful:
        typer.echo(
            f"rather {effect} -> {cause} than {cause} -> {effect}: by {nats:.2g} nats a unit (standard error {error:.1g})"
        )
    for line in found.unsupported:
        typer.echo(f"hardly seen: {line}")
    for line in found.unidentified:
        typer.echo(f"cannot be known: {line}")
    typer.echo(found.verdict)


@app.command("discover")
def discover(
    data: Data,
    out: Annotated[Path | None, typer.Option(help="Write the proposal to a new YAML file.")] = None,
    columns: Annotated[
        str | None, typer.Option(help="Labels and numbers to look at, as a,b,c; all if left out.")
    ] = None,
    seed: Seed = 0,
) -> None:
    """Propose a graph from the data, for you to weigh: it assumes that no cause is unseen."""
    from limner.causal import discover as propose
    from limner.data import open_dataset
    from limner.errors import UsageError

    if out and out.exists():
        raise UsageError(f"{out} is there already: give another name.")
    names = [name.strip() for name in columns.split(",")] if columns else None
    graph, undirected = propose(open_dataset(data), names, seed)
    typer.echo(graph.to_yaml().rstrip())
    for one, other in undirected:
        typer.echo(f"a guess: {one} -> {other}; the data allow the other direction as well", err=True)
    if out:
        graph.save(out)
        typer.echo(f"{out}: weigh every edge before you use it", err=True)
