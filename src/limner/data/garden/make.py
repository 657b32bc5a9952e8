"""A garden on disk: a folder that `limner prepare` reads, with the truth beside it."""

import csv
import json
from pathlib import Path
from typing import Any

from limner.data.garden import model
from limner.data.garden.captions import caption
from limner.data.garden.draw import SIZES, draw
from limner.data.garden.model import CATEGORIES, GRAPH, NUMBERS, Flower, Noise, View
from limner.errors import UsageError
from limner.files import atomic_folder
from limner.pictures import provenance_record, save
from limner.progress import ProgressLine
from limner.version import __version__


def make(out: Path | str, n: int = 2000, size: int = 64, seed: int = 0) -> None:
    """Writes flowers 0..n-1 of a garden to a new folder: PNG pictures, metadata.csv, noise.csv and garden.json.

    metadata.csv is what `prepare` reads (file_name, attributes, text); noise.csv holds the exogenous noise, garden.json
    the graph and the constants of its mechanisms. Raises UsageError for a value out of range or a folder in use.
    """
    out = Path(out)
    _check(out, n, size, seed)
    with atomic_folder(out) as folder, ProgressLine("garden", n, "pictures") as bar:
        rows, noises = [], []
        for index in range(n):
            flower, name = model.flower(seed, index), f"flower-{index:06d}.png"
            save(draw(flower, size), folder / name, provenance(flower, seed, index, size))
            rows.append([name, *flower.attributes.values(), caption(flower)])
            noises.append([name, *flat(flower.noise).values()])
            bar.advance()
        _write(folder / "metadata.csv", ["file_name", *GRAPH, "text"], rows)
        _write(folder / "noise.csv", ["file_name", *flat(flower.noise)], noises)
        about = {"limner": __version__, "seed": seed, "n": n, "size": size, **truth()}
        (folder / "garden.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def truth() -> dict[str, Any]:
    """Returns the structural causal model as plain data: the graph, the unseen cause, and every mechanism."""
    return {
        "garden": model.VERSION,
        "graph": {child: list(parents) for child, parents in GRAPH.items()},
        "latent": {cause: list(effects) for cause, effects in model.LATENT.items()},
        "categories": {name: list(classes) for name, classes in CATEGORIES.items()},
        "numbers": NUMBERS,
        "mechanisms": {
            "category": "argmax over classes of loading * place + Gumbel noise",
            "number": "logit(x) = base + sum of effects (class effect, or slope * (parent - 1/2)) + spread * noise",
            "loading": model.LOADING,
            "base": model.BASE,
            "effect": model.EFFECT,
            "spread": model.SPREAD,
        },
    }


def provenance(flower: Flower, seed: int, index: int, size: int) -> dict[str, Any]:
    """Returns the provenance of a garden picture: enough to draw it again, and its attributes."""
    details = {"garden": model.VERSION, "seed": seed, "index": index, "size": size}
    return provenance_record("garden", ai_generated=False, **details, attributes=flower.attributes)


def flat(noise: Noise) -> dict[str, float]:
    """Returns the noise by column: place, each class's Gumbel, each number's, and the picture's (`view_...`)."""
    gumbel = {f"{name}_{each}": value for name, classes in CATEGORIES.items()
              for each, value in zip(classes, getattr(noise, name), strict=True)}  # fmt: skip
    view = {f"view_{name}": value for name, value in zip(View._fields, noise.view, strict=True)}
    return {"place": noise.place, **gumbel, **{name: getattr(noise, name) for name in NUMBERS}, **view}


def _check(out: Path, n: int, size: int, seed: int) -> None:
    if n < 1:
        raise UsageError(f"n = {n}: a garden has at least one flower")
    if not SIZES[0] <= size <= SIZES[1]:
        raise UsageError(f"size {size}: garden pictures have {SIZES[0]} to {SIZES[1]} pixels a side")
    if seed < 0:
        raise UsageError(f"seed {seed}: give a whole number from 0")
    if out.exists():
        if not out.is_dir() or any(out.iterdir()):
            raise UsageError(f"{out} exists; give a new folder")
        out.rmdir()


def _write(path: Path, columns: list[str], rows: list[list[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(columns)
        table.writerows(rows)
