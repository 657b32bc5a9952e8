"""`limner prepare`: a source of pictures becomes a dataset."""

from pathlib import Path
from typing import Annotated

import typer


def prepare(
    source: Annotated[Path, typer.Argument(help="Folder, .zip, .tar, .parquet (or a folder of them), .npy or .npz.")],
    out: Annotated[Path, typer.Argument(help="The dataset folder to make.")],
    size: Annotated[
        str | None, typer.Option(help="64, or 96x64 for width x height; without it the pictures decide.")
    ] = None,
    fit: Annotated[str, typer.Option(help="crop the middle, pad with --background, or stretch.")] = "crop",
    background: Annotated[
        str | None,
        typer.Option(
            help="A colour to lay see-through pictures on, which stay so if left out, and of padding (white)."
        ),
    ] = None,
    missing: Annotated[
        str | None,
        typer.Option(
            help="A missing label or number: drop the picture, keep it, or use the mean; if left out, drop up to a tenth."
        ),
    ] = None,
    keep_duplicates: Annotated[
        bool, typer.Option("--keep-duplicates", help="Keep copies, each set in one split.")
    ] = False,
    split: Annotated[
        str | None,
        typer.Option(help="Shares of train, validation and test; if left out, those of the source, else 0.8,0.1,0.1."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the splits.")] = 0,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=KIND",
            help="What a column is: label, number, decimal-comma or thousands-comma (numbers), caption, or none to leave it out.",
        ),
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that decode; by default one a core.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the dataset that is at OUT.")] = False,
) -> None:
    """Prepare pictures: decode, set aside what is damaged, drop duplicates, fit, split, and report."""
    from limner.data.columns import parse_kinds
    from limner.data.preparation import prepare as run
    from limner.data.report import read_report
    from limner.data.splits import parse_fractions

    run(
        source,
        out,
        size=size,
        fit=fit,
        background=background,
        missing=missing,  # type: ignore[arg-type]
        keep_duplicates=keep_duplicates,
        splits=parse_fractions(split) if split else None,
        seed=seed,
        columns=parse_kinds(column or []),
        workers=workers,
        overwrite=overwrite,
    )
    _show(read_report(out).rows(), read_report(out).notes)
    typer.echo(f"dataset: {out}\nreport:  {out / 'report.html'}")


def _show(rows: list[tuple[str, str, str]], notes: list[str]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    console = Console()
    console.print(table)
    for note in notes:
        console.print(f"note: {note}", markup=False, highlight=False, soft_wrap=True)
