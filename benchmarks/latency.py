"""How fast models generate: one picture, and as many as possible, with PyTorch as it is and with ONNX Runtime.

    python benchmarks/latency.py [--size 64] [--of small base] [--recipes gan vae ...] [--seconds 4] [--json FILE]

Weights are fresh: what they are makes no difference to the time. One picture is timed from z to pixels as uint8, as a
studio would ask for it. Runtimes take turns of a second, so that a busy moment of the machine hits all; the first calls of
a turn do not count, because the threads of the runtime before are still waiting for work. Pictures a second are those of
the best batch. Int8 is the same file with whole-number convolutions.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import command
import numpy as np
import torch

from limner.conditions.attribute import Attribute
from limner.data.schema import Schema
from limner.errors import LimnerError
from limner.methods import build_generator
from limner.model import Model
from limner.recipes import RECIPES, SIZES, find_recipe, resize
from limner.runtimes import Runner
from limner.runtimes.session import Session

BATCHES = (8, 16, 32, 64, 128)
TURNS, FIRST = 3, 20
"""Turns of each runtime, and the calls of each that do not count."""


def fresh_model(name: str, size: str, side: int) -> Model:
    """A model of a recipe with fresh weights, for colour pictures of ten classes."""
    schema = Schema(
        height=side,
        width=side,
        channels=3,
        attributes=(Attribute(name="label", kind="label", classes=tuple("0123456789")),),
        label="label",
    )
    recipe = resize(find_recipe(name), size)
    attributes = recipe.attributes(schema)
    torch.manual_seed(0)
    table = {a.name: torch.arange(10) for a in attributes}
    return Model(recipe, schema, build_generator(recipe.method, schema, attributes), table, {})


def runtimes(model: Model, folder: Path) -> dict[str, Callable[[int], Any]]:
    """Returns what generates a batch of a given size, by name: torch and onnx, and int8 where quality holds."""
    runs: dict[str, Runner] = {"torch": model.generator}
    model.export(folder / "float.onnx")
    runs["onnx"] = Session(folder / "float.onnx")
    try:
        model.export(folder / "int8.onnx", int8=True)
        runs["int8"] = Session(folder / "int8.onnx")
    except LimnerError as error:
        print(f"int8 left out: {error}", flush=True)

    def generating(run: Runner) -> Callable[[int], Any]:
        def act(batch: int) -> np.ndarray:
            model.runner = run
            return model.generate(latent.rows(slice(batch)), batch=batch)

        return act

    latent = model.sample_latents(max(BATCHES))
    return {name: generating(run) for name, run in runs.items()}


def measure(acts: dict[str, Callable[[int], Any]], seconds: float) -> dict[str, dict[str, float]]:
    """Milliseconds for one picture (median and 95th percentile), and pictures a second at the best batch."""
    singles: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(TURNS):
        for name, act in acts.items():
            times: list[float] = []
            ends = time.perf_counter() + seconds / TURNS
            while time.perf_counter() < ends or len(times) < 2 * FIRST:
                times.append(timed(act, 1))
            singles[name] += times[FIRST:]
    rates = {name: [best(act, batch, seconds) for batch in BATCHES] for name, act in acts.items()}
    return {
        name: {
            "median_ms": 1e3 * float(np.median(times)),
            "p95_ms": 1e3 * float(np.percentile(times, 95)),
            "pictures_per_second": max(rates[name]),
            "batch": BATCHES[int(np.argmax(rates[name]))],
        }
        for name, times in singles.items()
    }


def timed(act: Callable[[int], Any], batch: int) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    act(batch)
    return time.perf_counter() - began


def best(act: Callable[[int], Any], batch: int, seconds: float) -> float:
    """Pictures a second of the median call."""
    act(batch)
    times: list[float] = []
    ends = time.perf_counter() + seconds / len(BATCHES)
    while time.perf_counter() < ends or len(times) < 3:
        times.append(timed(act, batch))
    return batch / float(np.median(times))


def main() -> None:
    parser = command.parser(__doc__)
    parser.add_argument("--size", type=int, default=64, help="pixels a side")
    parser.add_argument("--of", nargs="+", choices=list(SIZES), default=["base"], help="sizes of the models")
    parser.add_argument("--recipes", nargs="+", choices=list(RECIPES), default=list(RECIPES), help="names")
    parser.add_argument("--seconds", type=float, default=4.0, help="a measurement")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    options = parser.parse_args()
    if not 8 <= options.size <= 1024:
        parser.error(f"--size {options.size}: give 8 to 1024.")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
    threads = torch.get_num_threads()
    print(f"{options.size}x{options.size}x3, {threads} threads of {os.cpu_count()}, torch {torch.__version__}\n")
    print("| recipe | runtime | ms for one, median | 95th percentile | times as fast | pictures/s | batch |")
    print("|---|---|---|---|---|---|---|", flush=True)
    found = []
    for name in options.recipes:
        for size in options.of:
            with tempfile.TemporaryDirectory() as folder:
                rows = measure(runtimes(fresh_model(name, size, options.size), Path(folder)), options.seconds)
            for runtime, row in rows.items():
                ratio = rows["torch"]["median_ms"] / row["median_ms"]
                found.append({"recipe": name, "size": size, "runtime": runtime, "times_as_fast": ratio, **row})
                print(
                    f"| {name} {size} | {runtime} | {row['median_ms']:.2f} | {row['p95_ms']:.2f} | {ratio:.2f} "
                    f"| {row['pictures_per_second']:,.0f} | {row['batch']} |",
                    flush=True,
                )
    if options.json:
        options.json.write_text(json.dumps({"threads": threads, "side": options.size, "found": found}, indent=1) + "\n")


if __name__ == "__main__":
    command.call(main)
