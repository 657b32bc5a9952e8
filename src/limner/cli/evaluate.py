"""`limner evaluate`: how good models are, side by side."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.early import MIN_SAMPLES, check_at_least, check_data_of, check_extractor, check_groups
from limner.cli.overwrite import Overwrite, check_report
from limner.cli.shared_options import DrawSeed, Verify


def evaluate(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL...", help="One or more model folders or runs, which are compared.")
    ],
    data: Annotated[
        str | None,
        typer.Option(
            help="The dataset that the models were trained on, or other pictures, as `limner prepare` reads them.",
            show_default="what the first model was trained on",
        ),
    ] = None,
    n: Annotated[int, typer.Option("--n", help="Samples that each model generates.")] = 10_000,
    features: Annotated[
        str, typer.Option(help="Network that computes the features: limner, or one that `limner weights` lists.")
    ] = "limner",
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Measure only these groups: distances, fidelity, utility, generalisation, likelihood, cost; separated by commas.",
            show_default="all",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for report.json and report.html.")] = Path("evaluation"),
    seed: DrawSeed = 0,
    verify: Verify = False,
    overwrite: Overwrite = False,
) -> None:
    """Measure how good models are, against pictures they were not trained on: quality, copying, utility, likelihood, cost."""
    from limner.model_folder import find_folder

    for model in models:
        find_folder(Path(model))
    chosen = [group.strip() for groups in only or () for group in groups.split(",")]
    check_at_least(MIN_SAMPLES, n=n)
    check_groups(chosen)
    check_extractor(features)
    check_report(out, "report.json", "protocol", "evaluation", overwrite)
    check_data_of(Path(models[0]), data)

    from limner.cli.table import show
    from limner.data import Dataset
    from limner.evaluation import evaluate as evaluate_models
    from limner.evaluation import table, write_report
    from limner.evaluation.evaluate import recorded_dataset
    from limner.evaluation.report import claimed

    with claimed(out):
        dataset: str | Dataset = data or recorded_dataset([Path(model) for model in models])
        if isinstance(dataset, Dataset):
            typer.echo(
                f"dataset: {dataset.name} ({dataset.path}), which {models[0]} was trained on; --data DATASET compares with others."
            )
        evaluation = evaluate_models(models, dataset, n=n, features=features, only=chosen, seed=seed, verify=verify)
        show(table.rows(evaluation))
        typer.echo(table.LEGEND)
        write_report(evaluation, out)
    for line in [*table.verdicts(evaluation), *(f"note: {warning}" for warning in table.warnings(evaluation))]:
        typer.echo(line)
    typer.echo(f"report: {out / 'report.html'}")
