"""`limner evaluate`: how good models are, side by side."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.early import check_data, check_extractor, check_groups
from limner.cli.overwrite import Overwrite, check_report


def evaluate(
    models: Annotated[list[str], typer.Argument(metavar="MODEL...", help="Model or run folders.")],
    data: Annotated[str, typer.Option(help="The dataset they learned from, or pictures that they never saw.")],
    n: Annotated[int, typer.Option("--n", help="Samples of each model.")] = 10_000,
    features: Annotated[str, typer.Option(help="An extractor; see `limner weights`.")] = "limner",
    only: Annotated[
        list[str] | None,
        typer.Option(help="distances, fidelity, utility, generalisation, likelihood or cost; repeat it, or write a,b."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of report.json and report.html.")] = Path("evaluation"),
    seed: Annotated[int, typer.Option(help="Decides the samples and the resampling.")] = 0,
    verify: Annotated[bool, typer.Option("--verify", help="Check all pictures against their digests first.")] = False,
    overwrite: Overwrite = False,
) -> None:
    """Judge models against held-out pictures: quality, utility, copying, likelihood and cost, with intervals."""
    from limner.model_folder import find_folder

    for model in models:
        find_folder(Path(model))
    chosen = [group.strip() for groups in only or () for group in groups.split(",")]
    check_data(data)
    check_groups(chosen)
    check_extractor(features)
    check_report(out, "report.json", "protocol", "evaluation", overwrite)

    from limner.cli.table import show
    from limner.evaluation import evaluate as judge
    from limner.evaluation import table, write_report
    from limner.evaluation.report import claimed

    with claimed(out):
        evaluation = judge(models, data, n=n, features=features, only=chosen, seed=seed, verify=verify)
        show(table.rows(evaluation))
        write_report(evaluation, out)
    for line in [*table.verdicts(evaluation), *(f"note: {warning}" for warning in table.warnings(evaluation))]:
        typer.echo(line)
    typer.echo(f"report: {out / 'report.html'}")
