"""A few pictures only: does the quality last, and does the model begin to copy?

    python benchmarks/few.py PICTURES --count 200 --size 64 --recipe gan --minutes 30 [--every 3] [--out few]

So many pictures, drawn at random, are learned from; all others are held out, and are what the distance is measured to. At
every mark the last weights are judged, not the best that a run keeps: FD-limner without bias, and whether they copy (C_T, and
the share of samples that lie suspiciously near a training picture).
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import command
import numpy as np
import pyarrow as pa

from limner.data import Dataset, open_dataset, write_dataset
from limner.evaluation import evaluate
from limner.pictures import grid, save
from limner.training import train

SAMPLES = 2000


def fewer(source: Dataset, count: int, folder: Path) -> Dataset:
    """A dataset whose training split has `count` pictures and whose test split has all others, each picture once."""
    digests = [hashlib.sha256(picture.tobytes()).digest() for picture in source.pictures]
    rows = np.unique(np.array(digests), return_index=True)[1]
    if not 0 < count < len(rows):
        raise SystemExit(
            f"--count {count}: {source.path} has {len(rows)} different pictures, and some must be held out."
        )
    splits = np.full(len(rows), "test", dtype=object)
    splits[np.random.default_rng(0).permutation(len(rows))[:count]] = "train"
    table = source.table.take(pa.array(rows))
    table = table.set_column(table.column_names.index("split"), "split", pa.array(splits.tolist()))
    return write_dataset(
        folder, np.asarray(source.pictures[rows]), table, source.schema.attributes, label=source.schema.label
    )


def main() -> None:
    parser = command.parser(__doc__)
    parser.add_argument("data", help="a dataset, or pictures as `limner prepare` reads them")
    parser.add_argument("--count", type=int, default=200, help="pictures to learn from")
    parser.add_argument("--size", help="of raw pictures, e.g. 64")
    parser.add_argument("--recipe", default="gan", help="a name or a YAML file")
    parser.add_argument("--minutes", type=command.above_zero, default=30.0, help="training time")
    parser.add_argument("--every", type=command.above_zero, default=3.0, help="minutes between marks")
    parser.add_argument("--out", type=Path, default=Path("few"), help="a new folder")
    options = parser.parse_args()
    command.check_recipes([options.recipe])
    if options.out.exists():
        raise SystemExit(f"{options.out} is there already: give another --out.")
    source = open_dataset(options.data, **({"size": options.size} if options.size else {}))
    dataset = fewer(source, options.count, options.out / "dataset")
    print("| minutes | FD-limner without bias | C_T | copies | verdict |\n|---|---|---|---|---|", flush=True)
    marks, count = [], max(1, round(options.minutes / options.every))
    for mark in range(1, count + 1):
        minutes = options.minutes * mark / count
        # the last weights, not the best: what is asked is whether they decay
        settings = ["stopping.every=0"]
        begun: dict[str, Any] = {"resume": True} if mark > 1 else {"init_from": "none"}
        model = train(dataset, options.recipe, options.out / "run", minutes=minutes, settings=settings, seed=0, **begun)
        found = evaluate(
            {"m": model}, dataset, n=SAMPLES, only=("distances", "generalisation"), with_training_pictures=False
        )
        verdict = found.models[0].groups["generalisation"].details["verdict"]
        names = ("FD-limner without bias", "C_T", "copies")
        row = {"minutes": minutes, **{name: found.value("m", name) for name in names}, "verdict": verdict}
        marks.append(row)
        print(f"| {minutes:g} | {row[names[0]]:.2f} | {row['C_T']:.1f} | {row['copies']:.1%} | {verdict} |", flush=True)
        save(grid(model.sample(64, seed=1)), options.out / f"{minutes:06.2f}.png", {"ai_generated": True})
        (options.out / "few.json").write_text(json.dumps(marks, indent=1) + "\n", encoding="utf-8")
    best, last = min(row["FD-limner without bias"] for row in marks), marks[-1]["FD-limner without bias"]
    print(f"\nlast {last:.2f}, best {best:.2f}: {last / best - 1:.1%} above the best")


if __name__ == "__main__":
    command.call(main)
