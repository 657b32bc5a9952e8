"""`limner style`: teach a network styles for instant use, and ask what each factor of a style really changes."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Instant models of styles, and what each factor changes.", no_args_is_help=True)


@app.command()
def train(
    styles: Annotated[list[Path], typer.Argument(help="Pictures to learn the style of.")],
    out: Annotated[Path, typer.Option(help="The run; stopped before, it goes on.")],
    minutes: Annotated[float, typer.Option(min=0.01, help="How long to learn, in all.")] = 40.0,
    contents: Annotated[
        Path | None, typer.Option(help="A folder of pictures to practise on.", show_default="the garden and the styles")
    ] = None,
    seed: Annotated[int, typer.Option(help="Chance.")] = 0,
) -> None:
    """Train one small network that stylises in these styles at once, with sliders for colour, line and texture."""
    from limner.style.instant.train import train as learn

    learn(styles, out, minutes, contents, seed)
    typer.echo(f"{out}: next: limner stylize PICTURE {styles[0].stem} --model {out} --out FILE")


@app.command()
def effects(
    contents: Annotated[Path, typer.Option(help="A folder of pictures.")],
    styles: Annotated[Path, typer.Option(help="A folder of styles.")],
    out: Annotated[Path, typer.Option(help="A folder for the page; stopped before, it goes on.")],
    pairs: Annotated[int, typer.Option(min=2, help="Pairs of a content and a style.")] = 12,
    size: Annotated[int, typer.Option(min=64, max=1024, help="Longest side in pixels.")] = 128,
    seed: Annotated[int, typer.Option(help="Which pairs.")] = 0,
) -> None:
    """Switch every factor on and off over pairs of pictures, and say what each changes, how surely, and at what cost."""
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
