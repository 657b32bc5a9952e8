"""Does a model generate all there is? Pictures whose modes can be counted: a grid of 25 places, and 1,000 stacks of three digits.

    python benchmarks/modes.py --recipes dcgan gan --minutes 20 [--tests grid digits] [--mnist FOLDER] [--out modes]

grid    A disc on a square of 32 pixels, near one of 5 x 5 places: the 25 Gaussians of mode tests, as pictures.
digits  Three handwritten digits as red, green and blue (Metz et al. 2016, arXiv 1611.02163, section 3.3.1): 1,000 modes.

Recipes train without condition, so that they are not given the modes. A generated picture counts for a place when its disc lies
within three standard deviations of it, and for the digits that a classifier of real ones reads. Stated are the modes generated
at least once, and the divergence of the modes' frequencies from those of the training pictures, in nats.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

import command
import numpy as np

from limner.data import Dataset, open_dataset, write_dataset
from limner.evaluation.classifier import train_classifier
from limner.pictures import grid, save
from limner.training import train

SIDE, PICTURES, SAMPLES = 32, 50_000, 25_600
PLACES, STEP, STD, RADIUS = 5, 5.5, 0.5, 2.0
"""The grid: places a side, pixels between them, the standard deviation around each, and the disc's radius."""
Count = Callable[[np.ndarray], np.ndarray]
"""Pictures uint8 (N, H, W, C) -> the mode of each, -1 for none (N,)."""


def places(folder: Path) -> tuple[Dataset, Count, int]:
    """The grid of discs, who tells where a disc lies, and the number of places."""
    draw = np.random.default_rng(0)
    chosen = draw.integers(PLACES, size=(PICTURES, 2))
    dataset = write_dataset(folder, discs(_centres(chosen) + STD * draw.standard_normal((PICTURES, 2))), {})
    return dataset, nearest_place, PLACES**2


def discs(centres: np.ndarray) -> np.ndarray:
    """Soft white discs around centres (N, 2), uint8 (N, 32, 32, 1)."""
    rows = np.arange(SIDE)
    away = np.hypot(rows[None, :, None] - centres[:, 0, None, None], rows[None, None, :] - centres[:, 1, None, None])
    return (255 * np.clip(RADIUS + 0.5 - away, 0, 1)).round().astype(np.uint8)[..., None]


def nearest_place(pictures: np.ndarray) -> np.ndarray:
    """The place that the light's centre lies at, -1 beyond three standard deviations, or where there is not one disc's light."""
    light = pictures[..., 0].astype(np.float64) / 255
    whole = light.sum((1, 2))
    rows = np.arange(SIDE)
    centre = (
        np.stack([(light.sum(2) * rows).sum(1), (light.sum(1) * rows).sum(1)], 1) / np.maximum(whole, 1e-9)[:, None]
    )
    place = np.clip(((centre - _centres(np.zeros(2))) / STEP).round(), 0, PLACES - 1)
    usual = float(discs(np.full((1, 2), SIDE / 2)).sum()) / 255
    near = (np.abs(centre - _centres(place)) < 3 * STD).all(1) & (np.abs(whole / usual - 1) < 0.5)
    return np.where(near, place[:, 0] * PLACES + place[:, 1], -1).astype(int)


def _centres(place: np.ndarray) -> np.ndarray:
    return (SIDE - 1) / 2 + (place - (PLACES - 1) / 2) * STEP


def digits(folder: Path, mnist: Path) -> tuple[Dataset, Count, int]:
    """Stacks of digits, who reads them, and the number of stacks."""
    source = open_dataset(mnist, size=SIDE)
    rows = source.split("train")
    written = np.asarray(source.pictures[rows])
    read = train_classifier(written, source.condition(rows, ["label"])["label"], 10, seed=0, steps=2000)
    stacks = np.random.default_rng(0).integers(len(written), size=(PICTURES, 3))
    dataset = write_dataset(folder, np.concatenate([written[stacks[:, channel]] for channel in range(3)], 3), {})

    def stack(pictures: np.ndarray) -> np.ndarray:
        names = [read.probabilities(pictures[..., channel : channel + 1]).argmax(1) for channel in range(3)]
        return (names[0] * 100 + names[1] * 10 + names[2]).numpy()

    return dataset, stack, 1000


def judge(generated: np.ndarray, dataset: Dataset, count: Count, modes: int) -> dict[str, float]:
    """Modes generated, the share of pictures that are of none, and the divergence of frequencies from the training pictures'."""
    found, real = count(generated), count(np.asarray(dataset.pictures[:SAMPLES]))
    of_generated, of_real = (np.bincount(which[which >= 0], minlength=modes) for which in (found, real))
    p, q = of_generated / max(of_generated.sum(), 1), of_real / of_real.sum()
    some = p > 0
    divergence = float((p[some] * np.log(p[some] / np.maximum(q[some], 1 / SAMPLES))).sum()) if some.any() else np.inf
    return {
        "modes": int((of_generated > 0).sum()),
        "of": modes,
        "of_the_training_pictures": int((of_real > 0).sum()),
        "none": float((found < 0).mean()),
        "divergence": divergence,
    }


def main() -> None:
    shared = Path(os.environ.get("LIMNER_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    parser = command.parser(__doc__)
    parser.add_argument("--recipes", nargs="+", default=["dcgan", "gan"], help="names or YAML files")
    parser.add_argument("--minutes", type=command.above_zero, default=20.0, help="training time of each")
    parser.add_argument("--tests", nargs="+", choices=["grid", "digits"], default=["grid", "digits"])
    parser.add_argument(
        "--mnist", type=Path, default=shared / "data" / "mnist", help="digits, as `limner prepare` reads them"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("modes"), help="a new folder")
    options = parser.parse_args()
    command.check_recipes(options.recipes)
    if "digits" in options.tests and not options.mnist.exists():
        raise SystemExit(f"{options.mnist}: no digits there; give --mnist, or --tests grid.")
    print("| test | recipe | modes | of | of none | divergence, nats |\n|---|---|---|---|---|---|", flush=True)
    measured = []
    for test in options.tests:
        folder = options.out / test
        if (folder / "dataset").exists():
            raise SystemExit(f"{folder} is there already: give another --out.")
        dataset, count, modes = (
            places(folder / "dataset") if test == "grid" else digits(folder / "dataset", options.mnist)
        )
        for name in options.recipes:
            run = folder / Path(name).stem
            settings = ["condition=none"]
            model = train(
                dataset, name, run, minutes=options.minutes, seed=options.seed, settings=settings, init_from="none"
            )
            generated = model.sample(SAMPLES, seed=1)
            save(grid(generated[:64]), folder / f"{run.name}.png", {"ai_generated": True, "recipe": name})
            row = judge(generated, dataset, count, modes)
            measured.append({"test": test, "recipe": run.name, "minutes": options.minutes, **row})
            print(
                f"| {test} | {run.name} | {row['modes']:,} | {modes:,} | {row['none']:.1%} | {row['divergence']:.3f} |",
                flush=True,
            )
            (options.out / "modes.json").write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    command.call(main)
