"""`limner style`: teach a network styles for instant use, and ask what each factor of a style really changes."""

from pathlib import Path
from typing import Annotated

import typer

from limner.cli.early import check_files
from limner.cli.shared_options import DrawSeed

app = typer.Typer(help="Train fast style models, and measure what each style control changes.", no_args_is_help=True)


@app.command()
def train(
    styles: Annotated[list[Path], typer.Argument(help="Pictures whose styles the model learns, one style a picture.")],
    out: Annotated[Path, typer.Option(help="Folder of the run; if it holds an interrupted one, that is continued.")],
    minutes: Annotated[float, typer.Option(min=0.01, help="Training time in minutes, all sessions counted.")] = 40.0,
    contents: Annotated[
        Path | None,
        typer.Option(
            help="Folder of pictures that the styles are applied to while training.",
            show_default="drawn flowers and the styles",
        ),
    ] = None,
    seed: DrawSeed = 0,
) -> None:
    """Train one small network that applies these styles in a moment, with controls for colour, line and texture."""
    check_files(styles)

    from limner.style.instant.train import train as learn

    learn(styles, out, minutes, contents, seed)
    typer.echo(f"{out}: next: limner stylize PICTURE {styles[0].stem} --model {out} --out FILE")


@app.command()
def effects(
    contents: Annotated[Path, typer.Option(help="Folder of pictures to change.")],
    styles: Annotated[Path, typer.Option(help="Folder of style pictures.")],
    out: Annotated[
        Path, typer.Option(help="Folder of the report; if it holds an interrupted measurement, that is continued.")
    ],
    pairs: Annotated[int, typer.Option(min=2, help="Number of pairs of a picture and a style, at least 2.")] = 12,
    size: Annotated[int, typer.Option(min=64, max=1024, help="Longest side in pixels, 64 to 1024.")] = 128,
    seed: Annotated[int, typer.Option(help="Random seed, from 0, of the pairs.")] = 0,
) -> None:
    """Measure what each style control changes, with intervals and cost, by switching it on and off for pairs of pictures."""
    from limner.cli.table import show
    from limner.style import factorial
    from limner.style.factors import Settings, Sources, Style
    from limner.style.transfer import stylize

    settings = Settings(seed=seed, quiet=True)
    plan = factorial.Plan(
        factorial.choose(contents, styles, pairs, seed),
        size,
        lambda original, style, factors: stylize(original, [Sources.all([Style(style)])], factors, settings),
        f"{size} pixels, seed {seed}",
    )
    show(factorial.matrix(factorial.run(plan, out)))
    typer.echo(str(out / "report.html"))
