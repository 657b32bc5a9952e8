"""`limner causal`: a causal graph, its test against the data, interventions and counterfactuals."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from limner.cli.early import check_above_zero, check_causal, check_data, check_files, check_recipe
from limner.cli.overwrite import Overwrite, check_new, check_report
from limner.cli.shared_options import Data, DrawSeed, Settings

if TYPE_CHECKING:
    from limner.causal.effects import Effects
    from limner.metrics.intervals import Interval

app = typer.Typer(help="Causal graphs of attributes, interventions and counterfactual pictures.", add_completion=False)


GraphFile = Annotated[Path, typer.Option("--graph", help="YAML file with the causal graph (docs/causal.md).")]

ModelFolder = Annotated[
    Path,
    typer.Argument(
        metavar="RUN", help="Folder of a causal model (`limner causal fit`), or garden, which comes with Limner."
    ),
]
DoOption = Annotated[
    list[str] | None,
    typer.Option(
        "--do", metavar="NAME=VALUE", help="Intervention: set an attribute, such as species=rose. Repeatable."
    ),
]
COMPARED_UNITS = 5000
"""Units over which the means under an intervention are computed."""


@app.command("check")
def check(data: Data, graph: GraphFile, seed: DrawSeed = 0) -> None:
    """Test whether the data contradict a causal graph."""
    from limner.causal import read_graph

    declared = read_graph(graph)
    check_data(data)

    from limner.causal import check as check_graph
    from limner.data import open_dataset

    found = check_graph(open_dataset(data), declared, seed)
    if found.incomplete:
        typer.echo(f"{found.incomplete:,} units lack a value and were left out; {found.rows:,} have all.")
    for one, other, p in found.violations:
        chance = f"p = {p:.3f}" if p >= 0.001 else "p < 0.001"
        typer.echo(f"not independent: {one} and {other}, although the causes of {one} are known ({chance})")
    for (cause, effect), gain, error in found.better_reversed:
        typer.echo(
            f"rather {effect} -> {cause} than {cause} -> {effect}: by {gain:.2g} nats a unit (standard error {error:.1g})"
        )
    for line in found.unsupported:
        typer.echo(f"hardly seen: {line}")
    for line in found.unidentified_edges:
        typer.echo(f"not identified: {line}")
    typer.echo(found.verdict)


@app.command("discover")
def discover(
    data: Data,
    out: Annotated[Path | None, typer.Option(help="New YAML file for the graph.")] = None,
    columns: Annotated[
        str | None,
        typer.Option(help="Attributes to include, separated by commas: a,b,c.", show_default="all labels and numbers"),
    ] = None,
    seed: DrawSeed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Propose a causal graph from the data, to be checked by you; it assumes that there are no unobserved common causes."""
    check_data(data)
    if out:
        check_new(out, overwrite)

    from limner.causal import discover as propose
    from limner.data import open_dataset

    names = [name.strip() for name in columns.split(",")] if columns else None
    graph, undirected = propose(open_dataset(data), names, seed)
    typer.echo(graph.to_yaml().rstrip())
    for one, other in undirected:
        typer.echo(f"a guess: {one} -> {other}; the data allow the other direction as well", err=True)
    if out:
        graph.save(out)
        typer.echo(f"{out}: examine every edge before you use it", err=True)


@app.command("fit")
def fit(
    data: Data,
    graph: GraphFile,
    out: Annotated[Path, typer.Option(help="Folder for the causal model.")] = Path("causal"),
    recipe: Annotated[
        str | None,
        typer.Option(help="Recipe of the image model; to a GAN an encoder is added.", show_default="causal-vae"),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            help="Training time of the image model in minutes, all sessions counted.", show_default="by the recipe"
        ),
    ] = None,
    settings: Settings = None,
    seed: DrawSeed = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted training in --out.")] = False,
) -> None:
    """Fit a causal model: how each attribute depends on its causes, and how pictures depend on the attributes."""
    from limner.causal import read_graph

    check_recipe(recipe or "causal-vae", settings)
    declared = read_graph(graph)
    check_data(data)
    check_above_zero(minutes=minutes)

    from limner.causal import CausalModel
    from limner.cli.table import show
    from limner.data import open_dataset

    model = CausalModel.fit(
        open_dataset(data),
        declared,
        out,
        recipe=recipe,
        minutes=minutes,
        settings=settings or [],
        seed=seed,
        resume=resume,
    )
    rows = [["attribute", "causes", "mechanism", "nll (nats a unit)", "without causes"]]
    for name, one in model.structure.fits.items():
        causes = ", ".join(model.structure.graph.parents(name)) or "none"
        rows.append([name, causes, one.mechanism.form, f"{one.nll:.3f}", f"{one.nll_without_parents:.3f}"])
    show(rows)
    typer.echo(f"{out}: next: limner causal counterfactual {out} PICTURE --data {data} --do ATTRIBUTE=VALUE")


@app.command("sample")
def sample(
    model: ModelFolder,
    n: Annotated[int, typer.Option("--n", help="Number of pictures.")] = 16,
    do: DoOption = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Observation: only pictures in which the attribute has this value, without an intervention. Repeatable.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="File for the grid of pictures.")] = Path("sample.png"),
    seed: DrawSeed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Generate pictures under an intervention (--do) or an observation (--given), and print the mean attributes."""
    from limner.conditions.written import parse_condition
    from limner.errors import UsageError

    check_new(out, overwrite)
    done, observed = parse_condition(do or [], "--do"), parse_condition(given or [], "--given")
    check_causal(model, done, observed)
    if done and observed:
        raise UsageError("give either --do or --given: units observed after an intervention are not supported.")

    from limner.causal import CausalModel
    from limner.causal.what_if import extrapolation_warnings, means, write_samples
    from limner.cli.table import show

    causal = CausalModel.load(model)
    table = write_samples(causal, n, done, observed, out, seed)
    for line in extrapolation_warnings(causal, {**done, **observed}):
        typer.echo(line, err=True)
    rows = [["", *causal.structure.variables], ["generated", *means(causal, table).values()]]
    if observed:
        # the same values set by an intervention: where this row differs, observing is not intervening
        rows[1][0] = "observed"
        rows.append(["set", *means(causal, causal.structure.sample(COMPARED_UNITS, observed, seed)).values()])
        rows[1][1:] = means(causal, causal.structure.condition_on(COMPARED_UNITS, observed, seed)).values()
    show(rows)
    typer.echo(str(out))


@app.command("counterfactual")
def counterfactual(
    model: ModelFolder,
    pictures: Annotated[
        list[str],
        typer.Argument(metavar="PICTURE...", help="File names in the dataset of --data; without it, picture files."),
    ],
    data: Annotated[
        str | None,
        typer.Option(
            help="Dataset with the true attributes; without it, they are predicted from the pictures, and marked so."
        ),
    ] = None,
    do: DoOption = None,
    out: Annotated[Path, typer.Option(help="New folder for the pictures.")] = Path("what-if"),
    seed: DrawSeed = 0,
) -> None:
    """Generate counterfactuals: what pictures would look like if an attribute had been different."""
    from limner.conditions.written import parse_condition
    from limner.errors import UsageError

    done = parse_condition(do or [], "--do")
    if not done:
        raise UsageError("nothing is set: say what, with --do ATTRIBUTE=VALUE.")
    check_causal(model, done)
    if data:
        check_data(data)
    else:
        check_files(pictures, "; of a dataset's picture, say which dataset with --data")

    from limner.causal import CausalModel
    from limner.causal.what_if import extrapolation_warnings, of_dataset, of_files, write_counterfactuals
    from limner.cli.table import show
    from limner.data import open_dataset

    causal = CausalModel.load(model)
    units = of_dataset(causal, open_dataset(data), pictures) if data else of_files(causal, pictures)
    other = write_counterfactuals(causal, units, done, out, seed)
    for line in extrapolation_warnings(causal, done):
        typer.echo(line, err=True)
    variables = causal.structure.variables
    if not data:
        typer.echo("the attributes were predicted from the pictures; --data DATASET takes the true ones", err=True)
    show(
        [
            ["counterfactual", *variables],
            *([name, *(v.format(other[key][i]) for key, v in variables.items())] for i, name in enumerate(pictures)),
        ]
    )
    typer.echo(f"{out / 'grid.png'}: the pictures above, their counterfactuals below")


@app.command("soundness")
def soundness(
    model: ModelFolder,
    data: Annotated[str, typer.Option(help="Dataset; its test pictures must not have been used in training.")],
    n: Annotated[int, typer.Option("--n", help="Number of pictures that are evaluated, at most.")] = 500,
    truth: Annotated[
        Path | None,
        typer.Option(
            help="If DATA was made by `limner garden`: that folder, for a comparison with true counterfactuals."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the report.", show_default="RUN/soundness")] = None,
    seed: DrawSeed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Measure how far the counterfactual pictures of a model can be trusted, and write a report."""
    check_causal(model)
    check_data(data)
    folder = out or model / "soundness"
    check_report(folder, "report.json", "unchanged", "report of soundness", overwrite)

    from limner.causal import CausalModel
    from limner.causal.page import UNDER_THE_GRAPH, tables
    from limner.causal.soundness_run import soundness_of_run
    from limner.cli.table import show
    from limner.data import open_dataset

    causal = CausalModel.load(model)
    found = soundness_of_run(causal, open_dataset(data), folder, n=n, truth=truth, seed=seed)
    for title, header, rows, words in tables(causal, found):
        typer.echo(f"\n{title}")
        show([header, *rows])
        typer.echo(words)
    typer.echo(f"\n{UNDER_THE_GRAPH}\n{folder / 'report.html'}")


@app.command("effects")
def effects(
    model: ModelFolder,
    on: Annotated[
        str,
        typer.Option(
            metavar="OUTCOME",
            help="Outcome: a number, NAME=CLASS, or picture:brightness, picture:contrast or picture:saturation.",
        ),
    ],
    data: Annotated[str, typer.Option(help="Dataset that the model was fitted to.")],
    n: Annotated[int, typer.Option("--n", help="Number of test pictures, at most, for an effect on picture:...")] = 500,
    seed: DrawSeed = 0,
) -> None:
    """Estimate the total and direct effect of each cause on an outcome, with intervals."""
    check_causal(model, on=on)
    check_data(data)

    from limner.causal import CausalModel
    from limner.data import open_dataset

    _print_effects(CausalModel.load(model).effects(open_dataset(data), on, n, seed))


def _print_effects(found: "Effects") -> None:
    from limner.cli.table import show

    def said(figure: "Interval | None") -> str:
        return f"{figure:+.3g}" if figure else "none"

    rows = [["cause", "from", "to", "total effect", "direct effect"]]
    rows += [
        [one.cause, one.control_value, one.treatment_value, said(one.total), said(one.direct)] for one in found.effects
    ]
    not_identified = [", ".join(one.unidentified_edges) or "-" for one in found.effects]
    if any(one.unidentified_edges for one in found.effects):
        rows = [[*row, last] for row, last in zip(rows, ["not identified", *not_identified], strict=True)]
    show(rows)
    for edge in dict.fromkeys(edge for one in found.effects for edge in one.unidentified_edges):
        typer.echo(f"not identified: {edge}: another cause, seen or not, goes with it; effects along it may be far off")
    if found.strengths:
        strengths = ([f"{one.cause} -> {one.node}", said(one.strength).replace("+", "")] for one in found.strengths)
        show([["arrow", "strength"], *strengths])
    for one in found.refutations:
        bounds = f"{one.effect:+.3g}, expected between {one.low:+.3g} and {one.high:+.3g}"
        typer.echo(f"{one.kind}, {one.cause}: {'passes' if one.passes else 'fails'}, {bounds}")
    typer.echo(found.protocol)
    typer.echo("These effects hold under the graph as it was declared, which no data can prove.")
