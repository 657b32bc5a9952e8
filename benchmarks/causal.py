"""Counterfactual pictures of the garden beside the true ones.

    limner garden flowers --n 8000 --size 32
    limner prepare flowers garden
    limner causal fit garden --graph garden.yaml --out causal --minutes 40
    python benchmarks/causal.py causal [--n 300] [--seed 1] [--out FOLDER]

RUN is a causal model of the garden. Flowers that it never saw, of a garden of another seed, are intervened on, one attribute at a
time, to a value of another flower. Skill is 1 - distance(what the model shows) / distance(the picture as it was), both to the true
counterfactual, in mean absolute grey levels: 1 is the truth, 0 is doing nothing. `oracle` is told the true attributes after the
intervention, and so has only the picture's error. Intervals are 95 %, by resampling flowers.

The folder gets `causal.json` and `causal.png`: flowers, and for each attribute the truth above what the model shows.
"""

import json
from pathlib import Path
from typing import Any

import command
import numpy as np
import torch

from limner import files
from limner.causal import CausalModel
from limner.causal.variables import Table
from limner.data import garden
from limner.metrics.intervals import Interval, bootstrap
from limner.pictures import grid, save

SHOWN = 12


def table_of(model: CausalModel, flowers: list[garden.Flower]) -> Table:
    """The flowers' attributes as the model has them."""
    variables = model.structure.variables
    return {name: np.array([v.value(getattr(one, name)) for one in flowers]) for name, v in variables.items()}


def skill(of: np.ndarray, beside: np.ndarray) -> Interval:
    """Skill of distances (n,) beside those of doing nothing (n,), with its 95 % interval."""
    pairs = torch.from_numpy(np.stack([of, beside], 1))
    return bootstrap(lambda drawn: 1 - float(drawn[:, 0].mean() / drawn[:, 1].mean()), pairs)


def distance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Mean absolute difference of pictures uint8 (n, H, W, C), grey levels, (n,)."""
    return np.abs(one.astype(float) - other).mean((1, 2, 3))


def main() -> None:
    parser = command.parser(__doc__)
    parser.add_argument("run", type=Path, help="the folder of a causal model of the garden")
    parser.add_argument("--n", type=int, default=300, help="flowers")
    parser.add_argument("--seed", type=int, default=1, help="of their garden; not that of the training pictures")
    parser.add_argument(
        "--out", type=Path, default=Path("causal-bench"), help="the folder of causal.json and causal.png"
    )
    options = parser.parse_args()
    model = CausalModel.load(options.run)
    size = model.painter.schema.height
    flowers = garden.sample(options.n, options.seed)
    before, table = np.stack([garden.draw(one, size) for one in flowers]), table_of(model, flowers)
    found: dict[str, Any] = {}
    sheet = [before[:SHOWN]]
    print("| do | skill | oracle | doing nothing, grey levels |\n|---|---|---|---|")
    donors = garden.sample(2 * options.n, options.seed + 1)
    for name in model.structure.graph.order:
        values = [getattr(one, name) for one in donors]
        to = [next(value for value in values[i:] if value != getattr(one, name)) for i, one in enumerate(flowers)]
        true_flowers = [garden.counterfactual(one, {name: value}) for one, value in zip(flowers, to, strict=True)]
        truth, true_table = np.stack([garden.draw(one, size) for one in true_flowers]), table_of(model, true_flowers)
        _, made = model.counterfactual(table, before, {name: true_table[name]})
        told = model.show(before, table, true_table)
        nothing = distance(before, truth)
        found[name] = {
            "skill": skill(distance(made, truth), nothing),
            "oracle": skill(distance(told, truth), nothing),
            "nothing": float(nothing.mean()),
        }
        cells = [f"{a:.2f} [{b:.2f}, {c:.2f}]" for a, b, c in (found[name]["skill"], found[name]["oracle"])]
        print(f"| {name} | {' | '.join(cells)} | {found[name]['nothing']:.2f} |", flush=True)
        sheet += [truth[:SHOWN], made[:SHOWN]]
    options.out.mkdir(parents=True, exist_ok=True)
    files.write_text(options.out / "causal.json", json.dumps(found, indent=1) + "\n")
    save(grid(np.concatenate(sheet), columns=SHOWN), options.out / "causal.png", {"ai_generated": True})


if __name__ == "__main__":
    command.call(main)
