"""How fast recipes train: their share of this machine's convolution peak, and `dcgan` against the usual tutorial loop.

    python benchmarks/training.py [--seconds 5] [--rounds 10] [--recipes gan vae ...] [--size 32] [--json FILE]

The peak is the best of several 3x3 channels-last convolutions, measured before and after the recipes. A recipe's rate is
that of whole training steps (pictures read, augmented, learned from, weights averaged); its operations are counted once,
over as many steps as lie between two penalties, by torch's FlopCounterMode: convolutions and matrix products only.

The tutorial trains networks built from the same recipe, at the same batch, with the same Adam: default memory layout,
neither fused nor foreach, a DataLoader that opens PNG files with Pillow (already at the right size, so nothing is resized),
binary cross-entropy against labels, one backward pass for real and one for generated pictures, and a generator pass that
fills the discriminator's gradients too. Its generator runs once a step, and the faster of 0 and 2 workers counts. Each
loop has a process of its own, as it would for whoever runs it, and the three take turns, so that a busy moment of the
machine hits all of them; the ratio is the median of the turns' ratios.
"""

import contextlib
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import command
import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torch.utils.flop_counter import FlopCounterMode

from limner.data import Dataset, garden, prepare
from limner.methods import StepContext, build_method
from limner.pictures import save
from limner.recipes import RECIPES, Recipe, find_recipe
from limner.training.processes import Processes
from limner.training.run import Run
from limner.training.trainer import Trainer

CONVOLUTIONS = ((64, 64, 64), (64, 128, 32), (64, 256, 16), (64, 512, 8), (16, 256, 32))  # batch, channels, side
COMPARED, COMPARED_SIZE = "dcgan", 64
WORKERS = (0, 2)
WARM_UP = 5  # steps


def pictures(folder: Path, size: int) -> Dataset:
    """The emoji, else Fashion-MNIST, of `LIMNER_SHARED`; without them a garden."""
    shared = Path(os.environ.get("LIMNER_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    names = ("noto-emoji-128.zip", "fashion-mnist/test-00000-of-00001.parquet")
    source = next((path for name in names if (path := shared / "data" / name).exists()), folder / "garden")
    if source.name == "garden" and not source.exists():
        garden.make(source, 1000, size=COMPARED_SIZE)
    return prepare(source, folder / f"dataset-{size}", size=size, missing="keep")


def convolution_peak(seconds: float) -> float:
    """The most GFLOP/s that a 3x3 channels-last convolution reaches here, a multiplication and an addition being two."""
    best = 0.0
    for batch, channels, side in CONVOLUTIONS:
        layer = nn.Conv2d(channels, channels, 3, padding=1, bias=False).to(memory_format=torch.channels_last)
        maps = torch.randn(batch, channels, side, side).contiguous(memory_format=torch.channels_last)
        operations = 2 * batch * channels * channels * 9 * side * side
        with torch.inference_mode():
            layer(maps)
            # the best call, not the mean: a peak is what the machine can do when nothing else disturbs it
            ends = time.perf_counter() + seconds / len(CONVOLUTIONS)
            while time.perf_counter() < ends:
                started = time.perf_counter()
                layer(maps)
                best = max(best, operations / (time.perf_counter() - started) / 1e9)
    return best


def rate(step: Callable[[], Any], batch: int, seconds: float) -> float:
    """Pictures per second of whole steps, at least one."""
    started, count = time.perf_counter(), 0
    while count == 0 or time.perf_counter() - started < seconds:
        step()
        count += 1
    return count * batch / (time.perf_counter() - started)


def trainer(name: str, dataset: Dataset, folder: Path) -> Trainer:
    """A run of a recipe, ready for `advance`."""
    built = Trainer(Run.create(folder, find_recipe(name), 0, dataset), dataset, Processes("cpu"))
    built.started, built.seconds_at_resume = time.monotonic(), 0.0
    built.run.close()
    return built


class Untracked(contextlib.nullcontext):
    """A tracker of modules that sees one whole."""

    parents = ("Global",)


def operations(built: Trainer) -> float:
    """Floating-point operations a picture, of convolutions and matrix products, in one step of the method."""
    batch, steps = built.recipe.batch, getattr(built.recipe.method, "penalty_every", 1)
    counter = FlopCounterMode(display=False)
    # Its tracker of modules refuses torch.autograd.grad to leaves, and only the sum over all of them is wanted.
    counter.mod_tracker = Untracked()  # type: ignore[assignment]
    with counter:
        for step in range(steps):
            context = StepContext(step, step * batch, 0)
            built.method.step(built.dataset.batch(built.order.at(step), built.names), context)
    return counter.get_total_flops() / (steps * batch)


def measure_recipes(names: list[str], dataset: Dataset, folder: Path, seconds: float) -> list[dict[str, Any]]:
    """Each recipe's pictures per second and GFLOP per picture."""
    rows = []
    for name in names:
        built = trainer(name, dataset, folder / name)
        cost = operations(built) / 1e9  # which warms the method up, too
        built.advance()
        speed = rate(built.advance, built.recipe.batch, seconds)
        rows.append({"recipe": name, "batch": built.recipe.batch, "pictures_per_second": speed, "gflop": cost})
        print(f"{name}: {speed:,.1f} pictures/s", flush=True)
    return rows


class Files(torch.utils.data.Dataset):
    """A folder of PNG files as a tutorial reads it: opened, decoded and brought to [-1, 1] one by one."""

    def __init__(self, folder: Path, mode: str) -> None:
        self.files, self.mode = sorted(folder.glob("*.png")), mode

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> Tensor:
        values = np.asarray(Image.open(self.files[index]).convert(self.mode))
        image = torch.from_numpy(values.copy()).reshape(*values.shape[:2], -1).permute(2, 0, 1).contiguous()
        return image.float().div(255).sub(0.5).div(0.5)


def batches(files: Files, batch: int, workers: int) -> Iterator[Tensor]:
    """Shuffled batches without end."""
    loader = DataLoader(files, batch, shuffle=True, num_workers=workers, drop_last=True, persistent_workers=workers > 0)
    while True:
        yield from loader


def tutorial(recipe: Recipe, dataset: Dataset, data: Iterator[Tensor]) -> Callable[[], None]:
    """One iteration of the loop that DCGAN tutorials teach, on the recipe's own networks."""
    method = build_method(recipe.method, recipe.optimiser, dataset.schema, (), len(dataset))
    generator, discriminator, latent = method.generator, method.discriminator, recipe.method.latent_dim
    adam = {"lr": recipe.optimiser.lr, "betas": recipe.optimiser.betas, "fused": False, "foreach": False}
    generator_adam = torch.optim.Adam(generator.parameters(), **adam)
    discriminator_adam = torch.optim.Adam(discriminator.parameters(), **adam)
    criterion, history = nn.BCEWithLogitsLoss(), []

    def iteration() -> None:
        discriminator.zero_grad()
        real = next(data)
        label = torch.full((len(real),), 1.0)
        loss_real = criterion(discriminator(real, {}), label)
        loss_real.backward()
        fake = generator.raw_output(torch.randn(len(real), latent), {})
        label.fill_(0.0)
        loss_fake = criterion(discriminator(fake.detach(), {}), label)
        loss_fake.backward()
        discriminator_adam.step()
        generator.zero_grad()
        label.fill_(1.0)
        loss = criterion(discriminator(fake, {}), label)
        loss.backward()
        generator_adam.step()
        history.append((loss_real.item() + loss_fake.item(), loss.item()))

    return iteration


def compete(workers: int | None, dataset: Path, folder: Path, seconds: float, turns: Connection) -> None:
    """Takes a turn at training, in this process, for every true message and answers its pictures per second."""
    opened = Dataset.open(dataset)
    built = trainer(COMPARED, opened, folder / f"run-{workers}")
    step: Callable[[], Any] = built.advance
    if workers is not None:
        files = Files(folder / "files", "RGB" if opened.schema.channels == 3 else "L")
        step = tutorial(built.recipe, opened, batches(files, built.recipe.batch, workers))
    for _ in range(WARM_UP):
        step()
    turns.send(None)
    while turns.recv():
        turns.send(rate(step, built.recipe.batch, seconds))


def compare(dataset: Path, folder: Path, seconds: float, rounds: int) -> dict[str, Any]:
    """Median pictures per second of the recipe and of the tutorial, taking turns, and the ratio to its faster form."""
    opened = Dataset.open(dataset)
    for index in opened.split("train"):
        save(opened.pictures[index], folder / "files" / f"{index:06d}.png")
    context, loops = torch.multiprocessing.get_context("spawn"), {}
    for workers in (None, *WORKERS):
        ours, theirs = context.Pipe()
        # not a daemon: the DataLoader's workers are its children
        context.Process(target=compete, args=(workers, dataset, folder, seconds, theirs)).start()
        theirs.close()
        ours.recv()
        loops["limner" if workers is None else f"tutorial, {workers} workers"] = ours
    rates: dict[str, list[float]] = {name: [] for name in loops}
    for _ in range(rounds):
        for name, loop in loops.items():
            loop.send(True)
            rates[name].append(loop.recv())
    for loop in loops.values():
        loop.send(False)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    best = max((name for name in medians if name != "limner"), key=lambda name: medians[name])
    ratios = [ours / theirs for ours, theirs in zip(rates["limner"], rates[best], strict=True)]
    return {"medians": medians, "peer": best, "ratio": statistics.median(ratios), "ratios": ratios}


def main() -> None:
    parser = command.parser(__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="a measurement")
    parser.add_argument("--rounds", type=int, default=10, help="turns of the comparison; 0 leaves it out")
    parser.add_argument("--recipes", nargs="*", choices=list(RECIPES), default=list(RECIPES))
    parser.add_argument("--size", type=int, default=32, help="pixels a side for the recipes")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dataset = pictures(folder, options.size)
        peak = convolution_peak(options.seconds)
        rows = measure_recipes(options.recipes, dataset, folder, options.seconds)
        peak = max(peak, convolution_peak(options.seconds))
        found: dict[str, Any] = {"torch": torch.__version__, "threads": torch.get_num_threads(), "size": options.size}
        found |= {"peak_gflops": peak, "recipes": rows}
        _print_recipes(found, dataset)
        if options.rounds:
            large = dataset if options.size == COMPARED_SIZE else pictures(folder, COMPARED_SIZE)
            found["comparison"] = compare(large.path, folder, options.seconds, options.rounds)
            _print_comparison(found["comparison"], options.rounds)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _print_recipes(found: dict[str, Any], dataset: Dataset) -> None:
    shape = f"{dataset.schema.width}x{dataset.schema.height}x{dataset.schema.channels}"
    print(f"\n{found['threads']} threads, torch {found['torch']}, {len(dataset):,} pictures of {shape}")
    print(f"3x3 convolution, channels last, at best: {found['peak_gflops']:,.0f} GFLOP/s\n")
    print("| recipe | batch | pictures/s | GFLOP a picture | GFLOP/s | of the peak |\n|---|---|---|---|---|---|")
    for row in found["recipes"]:
        row["gflops"] = row["pictures_per_second"] * row["gflop"]
        row["share"] = row["gflops"] / found["peak_gflops"]
        print(
            f"| {row['recipe']} | {row['batch']} | {row['pictures_per_second']:,.1f} | {row['gflop']:.3f} "
            f"| {row['gflops']:,.1f} | {row['share']:.0%} |"
        )


def _print_comparison(comparison: dict[str, Any], rounds: int) -> None:
    print(f"\n`{COMPARED}` at {COMPARED_SIZE}x{COMPARED_SIZE}, medians of {rounds} turns\n")
    print("| loop | pictures/s |\n|---|---|")
    for name, value in comparison["medians"].items():
        print(f"| {name} | {value:,.1f} |")
    low, high = min(comparison["ratios"]), max(comparison["ratios"])
    print(f"\n{comparison['ratio']:.2f} times '{comparison['peer']}' (single turns: {low:.2f} to {high:.2f})")


if __name__ == "__main__":
    command.call(main)
