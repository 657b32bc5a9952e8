"""`limner prepare`: a source of pictures becomes a dataset."""

from pathlib import Path
from typing import Annotated

import typer


def prepare(
    source: Annotated[
        Path, typer.Argument(help="Pictures: a folder, .zip, .tar, .parquet (or a folder of these), .npy or .npz.")
    ],
    out: Annotated[Path, typer.Argument(help="New folder for the dataset.")],
    size: Annotated[
        str | None,
        typer.Option(help="Size in pixels: 64, or 96x64 for width x height.", show_default="chosen from the pictures"),
    ] = None,
    fit: Annotated[
        str,
        typer.Option(
            help="How pictures of another shape are made to fit: crop (cut the edges off), pad (with --background) or stretch."
        ),
    ] = "crop",
    background: Annotated[
        str | None,
        typer.Option(
            help="Fill transparent areas and padding with this colour, such as white or #ffcc00.",
            show_default="transparency is kept, padding is white",
        ),
    ] = None,
    missing: Annotated[
        str | None,
        typer.Option(
            help="Pictures without a label or number: drop, keep, or mean (of a number); if left out, up to a tenth are dropped."
        ),
    ] = None,
    keep_duplicates: Annotated[
        bool,
        typer.Option("--keep-duplicates", help="Keep equal and nearly equal pictures, all of a set in the same split."),
    ] = False,
    split: Annotated[
        str | None,
        typer.Option(help="Shares of train, validation and test.", show_default="as in SOURCE, else 0.8,0.1,0.1"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed, from 0, of the splits.")] = 0,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=KIND",
            help="Kind of a column of the table: label, number, caption, or none to leave it out. Repeatable.",
        ),
    ] = None,
    bits: Annotated[
        int | None,
        typer.Option(
            help="Bits of the values in 16-bit grey pictures: 8, 10, 12, 14 or 16.",
            show_default="by their greatest value",
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Number of processes that read pictures.", show_default="one a core")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the dataset in OUT.")] = False,
) -> None:
    """Make a dataset of pictures: read them, leave out damaged ones and duplicates, resize, split, and write a report."""
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
        bits=bits,
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
