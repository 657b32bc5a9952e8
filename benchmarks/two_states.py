"""Two states of Limner's own code, side by side: training, one picture at a time, and the start of the command line.

    python benchmarks/two_states.py BEFORE AFTER [--data DATA] [--recipes gan vae] [--steps 150] [--rounds 5] [--json FILE]

BEFORE and AFTER are checkouts (`git worktree add FOLDER COMMIT` makes one). Each measurement is a process of its own that imports
one of them; the two take turns, and the ratio after / before is the median over the rounds, so that a busy moment of the
machine hits both. Training is pictures a second over the second half of a run; a picture is `model.sample(1)` by PyTorch, as a
rate; the start is `limner --help`.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import command

TRAIN = """
import pathlib, sys, limner
from limner.training.history import read_history
data, recipe, out, steps = sys.argv[1:]
limner.train(limner.data.open_dataset(data) if hasattr(limner.data, "open_dataset") else data, recipe, out, steps=int(steps))
rows = [row for row in read_history(pathlib.Path(out) / "history.jsonl") if "seconds" in row]
half = rows[(len(rows) - 1) // 2]
print((rows[-1]["pictures"] - half["pictures"]) / (rows[-1]["seconds"] - half["seconds"]))
"""
SAMPLE = """
import sys, time, limner
model, seconds = limner.load(sys.argv[1]), 3.0
for _ in range(20):
    model.sample(1)
began, count = time.perf_counter(), 0
while time.perf_counter() - began < seconds:
    model.sample(1, seed=count)
    count += 1
print(count / (time.perf_counter() - began))
"""
HELP = """
import subprocess, sys, time
began = time.perf_counter()
for _ in range(5):
    subprocess.run([sys.executable, "-m", "limner", "--help"], check=True, capture_output=True)
print(5 / (time.perf_counter() - began))
"""


def run(tree: Path, code: str, *arguments: str) -> float:
    """Returns the number that a script prints last when it imports Limner from a checkout."""
    environment = os.environ | {"PYTHONPATH": str(tree / "src"), "PYTHONWARNINGS": "ignore"}
    finished = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if finished.returncode:
        raise SystemExit(f"{tree}: {finished.stderr.strip().splitlines()[-1]}")
    return float(finished.stdout.split()[-1])


def compared(before: Path, after: Path, rounds: int, measure: Callable[[Path], float]) -> dict[str, float]:
    """Returns the median rates of both, and the median of the rounds' ratios."""
    pairs = []
    for number in range(rounds):
        first, second = (before, after) if number % 2 == 0 else (after, before)
        found = {first: measure(first), second: measure(second)}
        pairs.append((found[before], found[after]))
    old, new = zip(*pairs, strict=True)
    ratio = statistics.median(b / a for a, b in pairs)
    return {"before": statistics.median(old), "after": statistics.median(new), "ratio": ratio}


def main() -> None:
    parser = command.parser(__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument(
        "--data", help="a prepared dataset that both can read; a garden of 500 pictures of 32 px otherwise"
    )
    parser.add_argument("--recipes", nargs="*", default=["gan", "vae"])
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        data = {
            tree: chosen.data or _garden(tree, place / str(number))
            for number, tree in enumerate((chosen.before, chosen.after))
        }
        count = iter(range(10**6))
        for recipe in chosen.recipes:
            train: Callable[[Path], float] = lambda tree, recipe=recipe: run(  # noqa: E731
                tree, TRAIN, data[tree], recipe, str(place / f"run-{next(count)}"), str(chosen.steps)
            )
            models = {tree: str(place / f"model-{recipe}-{tree.name}") for tree in (chosen.before, chosen.after)}
            for tree, model in models.items():
                run(tree, TRAIN, data[tree], recipe, model, "40")
            results[f"train {recipe}"] = compared(chosen.before, chosen.after, chosen.rounds, train)
            results[f"sample {recipe}"] = compared(
                chosen.before, chosen.after, chosen.rounds, lambda tree, models=models: run(tree, SAMPLE, models[tree])
            )
        results["limner --help"] = compared(chosen.before, chosen.after, chosen.rounds, lambda tree: run(tree, HELP))
    for name, found in results.items():
        print(
            f"{name:20} {found['before']:10.1f} {found['after']:10.1f} a second   after / before {found['ratio']:.3f}"
        )
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=2))


def _garden(tree: Path, place: Path) -> str:
    code = (
        "import sys, limner; from limner.data import garden, prepare; from pathlib import Path; p = Path(sys.argv[1]); p.mkdir();"
        "garden.make(p / 'pictures', 500, size=32, seed=0); prepare(p / 'pictures', p / 'dataset'); print(0)"
    )
    run(tree, code, str(place))
    return str(place / "dataset")


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"{time.monotonic() - began:.0f} s")
