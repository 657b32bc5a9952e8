"""Is a picture's inversion nearer to it than any training picture is?

    python benchmarks/inversion.py DATA RUN --n 50
    LIMNER_WEIGHTS=../shared/weights python benchmarks/inversion.py DATA RUN --n 50 --out inversion

Pictures of the test split (and, if these are too few, of the validation split), which the model has not seen, are inverted, and
what it generates from their latents is compared with the nearest of all training pictures, by perceptual distance. Inversion
itself minimises the distance by the embedded network, so another one judges, too: SqueezeNet, when its file is here. With all
offsets, which reach the last maps, inversion can generate almost anything; with coarse offsets and from w alone, what the model
has learned counts for more. The sheets show pictures, their inversions of these three kinds, and the nearest training pictures.
"""

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import command
import numpy as np
import torch
from torch import Tensor

from limner.data import Dataset, open_dataset
from limner.editing.inversion import distance_to, initial_latent, optimisation_stages
from limner.editing.inversion_config import INVERSION_STEPS
from limner.editing.latent_space import load_for_editing, one_thread
from limner.errors import ModelError
from limner.features import Extractor, load_extractor
from limner.features.likeness import embed
from limner.images import to_uint8
from limner.metrics.intervals import proportion_interval
from limner.model import Model, check_shape
from limner.pictures import grid, save
from limner.progress import ProgressLine

BATCH, ACROSS = 64, 25
Judge = Callable[[Tensor], Tensor]
"""Pictures (n, C, H, W) in [-1, 1] -> vectors (n, D), whose squared distance counts."""
KINDS = ("w alone", "with coarse offsets", "with all offsets")
"""What each stage of inversion adds, which continues the one before."""


def judges() -> dict[str, Judge]:
    """What says how alike pictures are."""
    found: dict[str, Judge] = {"pixels": lambda images: images.flatten(1) / images[0].numel() ** 0.5}
    for name in ("limner", "squeezenet"):
        try:
            found[name] = _embedded_by(load_extractor(name))
        except ModelError as error:
            print(error)
    return found


def _embedded_by(extractor: Extractor) -> Judge:
    return lambda images: embed(extractor, images)


def held_out(dataset: Dataset, n: int, seed: int) -> np.ndarray:
    """Rows of n pictures that were not learned from, at random."""
    test, validation = (
        np.random.default_rng([seed, len(name)]).permutation(dataset.split(name)) for name in ("test", "validation")
    )
    rows = np.concatenate([test, validation])[:n]
    if len(rows) < n:
        raise SystemExit(f"--n {n}: only {len(rows)} pictures are held out.")
    return rows


@torch.inference_mode()
def nearest(dataset: Dataset, images: Tensor, judge: Judge, name: str) -> tuple[Tensor, np.ndarray]:
    """The distance (n,) to the nearest training picture, and its row."""
    rows, own = dataset.split("train"), judge(images)
    least, which = torch.full((len(images),), torch.inf), torch.zeros(len(images), dtype=torch.long)
    with ProgressLine(f"nearest by {name}", len(rows), "pictures") as bar:
        for start in range(0, len(rows), BATCH):
            some = rows[start : start + BATCH]
            distance, index = torch.cdist(own, judge(dataset.images(some))).square().min(1)
            nearer = distance < least
            least, which = torch.where(nearer, distance, least), torch.where(nearer, index + start, which)
            bar.advance(len(some))
    return least, rows[which.numpy()]


def nearest_once(dataset: Dataset, rows: np.ndarray, judge: Judge, name: str, out: Path) -> tuple[Tensor, np.ndarray]:
    """As `nearest`, kept in a file for other runs on the same pictures."""
    identity = hashlib.sha256(f"{dataset.fingerprint} {rows.tolist()}".encode()).hexdigest()[:16]
    path = out / f"nearest-{name}-{identity}.npz"
    if not path.exists():
        least, which = nearest(dataset, dataset.images(rows), judge, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, least=least.numpy(), which=which)
    kept = np.load(path)
    return torch.from_numpy(kept["least"]), kept["which"]


@torch.inference_mode()
def distances(images: Tensor, others: np.ndarray, judge: Judge) -> Tensor:
    """The distance (n,) of pictures from others, uint8 (n, H, W, C)."""
    images_of_others = torch.tensor(others).permute(0, 3, 1, 2).float() / 127.5 - 1
    return (judge(images) - judge(images_of_others)).square().sum(1)


def inversions(model: Model, images: Tensor, steps: int) -> dict[str, np.ndarray]:
    """What a model generates from the latents of pictures, uint8 (n, H, W, C), after each stage of inversion."""
    generated, started = {}, time.perf_counter()
    with one_thread(), torch.no_grad():
        stages = optimisation_stages(model, initial_latent(model, images, {}), distance_to(images), steps)
        for kind, latent in zip(KINDS, stages, strict=True):
            generated[kind] = to_uint8(model.hooks.decode(latent))
    print(f"{(time.perf_counter() - started) / len(images):.2f} s a picture", flush=True)
    return generated


def judged(name: str, kind: str, own: Tensor, least: Tensor) -> dict[str, Any]:
    """How many pictures (n,) are nearer than the nearest training pictures; prints a row."""
    share = proportion_interval(int((own < least).sum()), len(own))
    bounds = f"{share:.0%}"
    print(f"| {name} | {kind} | {bounds} | {own.median():.4g} | {least.median():.4g} |", flush=True)
    return {"judge": name, "of": kind, "share": share, "own": own.tolist(), "nearest": least.tolist()}


def save_sheets(rows: list[np.ndarray], out: Path) -> None:
    """Writes rows of pictures, each uint8 (n, H, W, C), under one another, `ACROSS` to a sheet."""
    for number, start in enumerate(range(0, len(rows[0]), ACROSS)):
        part = [row[start : start + ACROSS] for row in rows]
        save(grid(np.concatenate(part), columns=len(part[0])), out / f"sheet-{number}.png", {"ai_generated": True})


def main() -> None:
    parser = command.parser(__doc__)
    parser.add_argument("data", help="a dataset, or pictures as `limner prepare` reads them")
    parser.add_argument("run", type=Path, help="a model or run that was trained on its training split")
    parser.add_argument("--n", type=int, default=50, help="pictures")
    parser.add_argument("--steps", type=int, default=INVERSION_STEPS, help="of inversion")
    parser.add_argument("--size", help="of raw pictures, e.g. 64")
    parser.add_argument("--seed", type=int, default=0, help="decides which pictures")
    parser.add_argument("--out", type=Path, default=Path("inversion"), help="the folder of the sheets and figures")
    options = parser.parse_args()
    dataset = open_dataset(options.data, **({"size": options.size} if options.size else {}))
    model = load_for_editing(options.run)
    check_shape(str(options.run), model, dataset)
    rows = held_out(dataset, options.n, options.seed)
    images, found = dataset.images(rows), []
    generated = inversions(model, images, options.steps)
    print("| judge | inverted | nearer than the nearest | median distance | of the nearest |\n|---|---|---|---|---|")
    for name, judge in judges().items():
        least, which = nearest_once(dataset, rows, judge, name, options.out)
        found += [judged(name, kind, distances(images, pictures, judge), least) for kind, pictures in generated.items()]
    (options.out / "inversion.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    save_sheets([dataset.pictures[rows], *generated.values(), dataset.pictures[which]], options.out)


if __name__ == "__main__":
    command.call(main)
