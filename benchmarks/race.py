"""Time to quality: recipes and the tutorial's DCGAN train on the same pictures, and a judge that none of them sees compares them.

    python benchmarks/race.py DATA --recipes dcgan gan --minutes 15 [--every 1] [--seeds 0] [--set KEY=VALUE] [--out FOLDER]
    python benchmarks/race.py DATA --against conv-vae --recipes vae --minutes 5

DATA is a dataset or pictures, as `limner train` takes them. The racers train one after another, each in this process, on the
same cores. The clock of a racer stands still while it is judged. At every mark it generates 5,000 pictures with the model that
a user would get at that moment, and the judge (`judge.py`) states the Frechet distance to training pictures, without bias; of
a VAE's reconstructions of test pictures, too.

The folder gets `race.json`, and `race.html` with the curves, the time in which each racer reached the last distance of the one
that it runs against, and samples side by side. A race that was interrupted continues with the same command.
"""

import json
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import command
import numpy as np
from judge import Judge
from peers.tutorial_dcgan import TutorialDcgan

from limner import files
from limner.data import Dataset, open_dataset
from limner.model import Model
from limner.pictures import Page, grid, save
from limner.training import train

TUTORIAL = "tutorial"
SAMPLES, SHOWN = 5000, 64


class Generated(NamedTuple):
    """Samples uint8 (5000, H, W, C), and of a VAE at most as many test pictures, reconstructed."""

    samples: np.ndarray
    reconstructions: np.ndarray | None = None


Racer = Callable[[float], Generated]
"""Trains until so many minutes have gone into training, and generates."""


def racer(name: str, dataset: Dataset, folder: Path, seed: int, settings: list[str], start: str = "none") -> Racer:
    """Returns who races under a name: the tutorial, or a recipe."""
    if name == TUTORIAL:
        peer = TutorialDcgan(np.asarray(dataset.pictures[dataset.split("train")]), seed)

        def tutorial(minutes: float) -> Generated:
            peer.train_until(60 * minutes)
            return Generated(peer.sample(SAMPLES))

        return tutorial

    def recipe(minutes: float) -> Generated:
        begun = (folder / "recipe.yaml").is_file()
        first = {} if begun else {"init_from": start}
        model = train(dataset, name, folder, minutes=minutes, settings=settings, seed=seed, resume=begun, **first)
        return Generated(model.sample(SAMPLES, seed=1), reconstructions(model, dataset))

    return recipe


def reconstructions(model: Model, dataset: Dataset) -> np.ndarray | None:
    """Returns test pictures as a VAE gives them back, None of what is none."""
    if not model.generator.encodes:
        return None
    rows = dataset.split("test")[:SAMPLES]
    condition = dataset.condition(rows, model.generator.condition_names)
    parts = [slice(start, start + 250) for start in range(0, len(rows), 250)]
    originals = np.asarray(dataset.pictures[rows])
    return np.concatenate(
        [
            model.reconstruct(originals[part], {name: values[part] for name, values in condition.items()})
            for part in parts
        ]
    )


def run(name: str, racer: Racer, judge: Judge, marks: list[float], folder: Path) -> list[dict[str, Any]]:
    """Lets one racer run to the end, judged at every mark; marks that a file already has are not run again."""
    file, measured = folder / "marks.json", []
    if file.is_file():
        measured = json.loads(file.read_text(encoding="utf-8"))
        # the tutorial keeps nothing that it could continue from
        measured = measured[: len(marks)] if name != TUTORIAL or len(measured) >= len(marks) else []
    for minutes in marks[len(measured) :]:
        generated = racer(minutes)
        found = {by: interval._asdict() for by, interval in judge.distances(generated.samples).items()}
        if generated.reconstructions is not None:
            reconstructed = judge.distances(generated.reconstructions)
            found |= {f"{by}, reconstructions": interval._asdict() for by, interval in reconstructed.items()}
        measured.append({"minutes": minutes, **found})
        said = ", ".join(f"{by} {one['value']:.3g} [{one['low']:.3g}, {one['high']:.3g}]" for by, one in found.items())
        print(f"{folder.name}, {minutes:g} minutes: {said}", flush=True)
        save(
            grid(generated.samples[:SHOWN]),
            folder / f"{minutes:06.2f}.png",
            {"ai_generated": True, "racer": folder.name},
        )
        files.write_text(file, json.dumps(measured, indent=1) + "\n")
    return measured


def medians(runs: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Returns, mark by mark, the median over seeds of each judge's distance."""
    seen = [by for by in runs[0][0] if by != "minutes"]
    return [
        {"minutes": marks[0]["minutes"]} | {by: statistics.median(one[by]["value"] for one in marks) for by in seen}
        for marks in zip(*runs, strict=True)
    ]


def reached(measured: list[dict[str, Any]], goal: float, by: str) -> float | None:
    """Returns the first mark, in minutes, at which the distance was not above the goal."""
    return next((mark["minutes"] for mark in measured if mark[by] <= goal), None)


def table(results: dict[str, list[dict[str, Any]]], by: str) -> list[list[str]]:
    """A column a racer: the distance at every mark, when it reached what the first has at the end, and the share of that."""
    first, peer = next(iter(results.items()))
    goal, whole = peer[-1][by], peer[-1]["minutes"]
    judged = {name: measured for name, measured in results.items() if by in measured[-1]}
    rows = [["minutes", *judged]]
    rows += [
        [f"{mark['minutes']:g}", *(f"{measured[at][by]:.3g}" for measured in judged.values())]
        for at, mark in enumerate(peer)
    ]
    when = [reached(measured, goal, by) for measured in judged.values()]
    rows.append(
        [f"reaches {first}'s last", *(f"{one:g} min, {whole / one:.3g} times as fast" if one else "no" for one in when)]
    )
    rows.append(["of it, at the end", *(f"{measured[-1][by] / goal:.2f}" for measured in judged.values())])
    return rows


def judges(results: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Who judged, and what: the names in the first racer's marks."""
    return [by for by in next(iter(results.values()))[0] if by != "minutes"]


def write(results: dict[str, list[dict[str, Any]]], judge: Judge, dataset: Dataset, out: Path, seed: int) -> None:
    """Writes race.json and race.html."""
    files.write_text(out / "race.json", json.dumps({"accuracy": judge.accuracy, "results": results}, indent=1) + "\n")
    page = Page("Time to quality", f"{dataset.name}, {len(dataset.split('train')):,} training pictures. {judge.what()}")
    for by in judges(results):
        page.heading(f"Frechet distance by {by}")
        header, *rows = table(results, by)
        page.table(header, rows)
        page.curves(
            {
                name: [(mark["minutes"], mark[by]) for mark in measured]
                for name, measured in results.items()
                if by in measured[0]
            },
            f"Frechet distance by {by}",
            "minutes of training",
            log=True,
        )
    last = f"{next(iter(results.values()))[-1]['minutes']:06.2f}.png"
    page.heading("Samples at equal time")
    for name in results:
        page.figure((out / f"{name}-{seed}" / last).read_bytes(), name)
    page.save(out / "race.html")


def main() -> None:
    parser = command.parser(__doc__)
    parser.add_argument("data", help="a dataset, or pictures as `limner prepare` reads them")
    parser.add_argument("--recipes", nargs="+", default=["dcgan", "gan"], help="names or YAML files")
    parser.add_argument("--against", default=TUTORIAL, help="the tutorial's DCGAN, or a recipe")
    parser.add_argument("--minutes", type=command.above_zero, default=15.0, help="training time of each racer")
    parser.add_argument("--every", type=command.above_zero, default=1.0, help="minutes between marks")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="the table states medians over them")
    parser.add_argument("--set", dest="settings", nargs="*", default=[], metavar="KEY=VALUE", help="of every recipe")
    parser.add_argument("--from", dest="start", default="none", help="as of limner train; auto is the base that fits")
    parser.add_argument("--size", help="of raw pictures, e.g. 32")
    parser.add_argument("--squeezenet", type=Path, help="SqueezeNet's weight file, for a second judge")
    parser.add_argument("--out", type=Path, default=Path("race"), help="the folder, new or of this race")
    options = parser.parse_args()
    racers = [options.against, *options.recipes]
    command.check_recipes([name for name in racers if name != TUTORIAL], options.settings)
    dataset = open_dataset(options.data, **({"size": options.size} if options.size else {}))
    judge = Judge(dataset, options.squeezenet)
    print(judge.what(), flush=True)
    count = max(1, round(options.minutes / options.every))
    marks = [options.minutes * (mark + 1) / count for mark in range(count)]
    results = {}
    for name in racers:
        runs = []
        for seed in options.seeds:
            folder = options.out / f"{Path(name).stem}-{seed}"
            runs.append(
                run(name, racer(name, dataset, folder, seed, options.settings, options.start), judge, marks, folder)
            )
        results[Path(name).stem] = medians(runs)
        write(results, judge, dataset, options.out, options.seeds[0])
    for by in judges(results):
        print(f"\nFrechet distance by {by}, medians of {len(options.seeds)} seeds\n")
        for index, row in enumerate(table(results, by)):
            print(f"| {' | '.join(row)} |" + (f"\n|{'---|' * len(row)}" if index == 0 else ""))


if __name__ == "__main__":
    command.call(main)
