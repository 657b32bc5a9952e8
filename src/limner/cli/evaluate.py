"""`limner evaluate`: how good models are, side by side."""

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    models: Annotated[list[str], typer.Argument(metavar="MODEL...", help="Model or run folders.")],
    data: Annotated[str, typer.Option(help="The dataset they learned from, or pictures that they never saw.")],
    n: Annotated[int, typer.Option("--n", help="Samples of each model.")] = 10_000,
    features: Annotated[str, typer.Option(help="An extractor; see `limner weights`.")] = "limner",
    only: Annotated[
        list[str] | None,
        typer.Option(help="Measure only: distances, fidelity, usefulness, generalisation, likelihood or cost; repeat for more."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of report.json and report.html.")] = Path("evaluation"),
    seed: Annotated[int, typer.Option(help="Decides the samples and the resampling.")] = 0,
) -> None:
    """Judge models against held-out pictures: quality, usefulness, copying, likelihood and cost, with intervals."""
    from rich.console import Console
    from rich.table import Table

    from limner.evaluation import evaluate as judge
    from limner.evaluation import report, write_json, write_page

    evaluation = judge(models, data, n=n, features=features, only=only or (), seed=seed)
    write_json(evaluation, out / "report.json")
    write_page(evaluation, out / "report.html")
    header, *rows = report.rows(evaluation)
    table = Table(*header, box=None)
    for row in rows:
        table.add_row(*row)
    console = Console(width=None)
    console.print(table)
    for warning in report.warnings(evaluation):
        typer.echo(f"note: {warning}")
    for one in evaluation.judged:
        for group in one.groups.values():
            if "verdict" in group.details:
                typer.echo(f"{one.subject.name} {group.details['verdict']}")
    typer.echo(f"report: {out / 'report.html'}")
