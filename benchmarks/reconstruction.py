"""How well models, and the bases that training starts from, rebuild held-out pictures.

    python benchmarks/reconstruction.py DATA MODEL... [--source NAME] [--most 400] [--grid FILE]

DATA is a dataset; its test split is encoded and generated again. A MODEL is a model, a run, or a file of weights of a base. A row
for each: the perceptual distance by the embedded network and by SqueezeNet, the mean square of pixels in [0, 1], both on white, and
of transparent pictures the intersection over union of what is opaque. `--source` takes the pictures of one source of a dataset that
`limner.bases.collect` made.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from limner.data import Dataset
from limner.data.schema import Schema
from limner.features import Extractor, load_extractor
from limner.features.likeness import embed, perceptual_distance
from limner.images import composite, from_uint8
from limner.methods import build_generator
from limner.model import Model, load
from limner.parsing import parse_json
from limner.pictures import grid, provenance_record, save
from limner.recipes import parse
from limner.tensors import load_tensors

BATCH = 64
EXTRACTORS = ("limner", "squeezenet")
SHOWN, COLUMNS = 48, 12
"""Pictures in the grid, each beside its reconstruction, and how many pictures are in a row of it."""
Reconstruct = Callable[[np.ndarray], np.ndarray]


def of_base(file: Path) -> Reconstruct:
    """Returns the reconstructions of a base, which reads and generates 64x64 pixels with opacity."""
    tensors, texts = load_tensors(file)
    recipe, schema = parse(parse_json(texts["recipe"], str(file)), str(file)), Schema(height=64, width=64, channels=4)
    generator = build_generator(recipe.method, schema, ())
    prefix = "generator."
    own = {name.removeprefix(prefix): values for name, values in tensors.items() if name.startswith(prefix)}
    generator.load_state_dict(generator.state_dict() | {name: values.float() for name, values in own.items()})
    model = Model(recipe, schema, generator, {}, {})

    def reconstruct(pictures: np.ndarray) -> np.ndarray:
        channels = pictures.shape[3]
        if channels < 4:
            colours = np.repeat(pictures, 3, 3) if channels == 1 else pictures
            pictures = np.concatenate([colours, np.full_like(colours[..., :1], 255)], 3)
        return model.reconstruct(pictures)

    return reconstruct


def on_white(pictures: np.ndarray) -> Tensor:
    """Returns pictures uint8 (n, H, W, C) on white, (n, 1 or 3, H, W) in [-1, 1]."""
    images = from_uint8(pictures)
    return composite(images, torch.ones(1, 3, 1, 1)) if images.shape[1] == 4 else images


def distance(extractor: Extractor, one: Tensor, other: Tensor) -> float:
    """Returns the mean perceptual distance of pictures."""
    pairs = zip(one.split(BATCH), other.split(BATCH), strict=True)
    return float(torch.cat([perceptual_distance(embed(extractor, a), embed(extractor, b)) for a, b in pairs]).mean())


def overlap(pictures: np.ndarray, others: np.ndarray) -> float:
    """Returns the mean intersection over union of what is opaque."""
    one, other = pictures[..., 3] > 127, others[..., 3] > 127
    return float(((one & other).sum((1, 2)) / np.maximum((one | other).sum((1, 2)), 1)).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--source", help="of a dataset of limner.bases.collect")
    parser.add_argument("--most", type=int, default=400)
    parser.add_argument("--grid", type=Path, help="a picture of pictures and reconstructions, for the last model")
    arguments = parser.parse_args()
    dataset = Dataset.open(arguments.data)
    rows = dataset.split("test")
    if arguments.source:
        sources = np.array(dataset.table["source"].to_pylist())
        rows = rows[sources[rows] == arguments.source]
    pictures = np.asarray(dataset.pictures[rows[: arguments.most]])
    extractors = [load_extractor(name) for name in EXTRACTORS]
    print(f"{len(pictures)} pictures | {' | '.join(EXTRACTORS)} | mean square | opaque")
    for path in arguments.models:
        reconstruct = of_base(path) if path.suffix == ".safetensors" else load(path).reconstruct
        rebuilt = np.concatenate([reconstruct(pictures[i : i + BATCH]) for i in range(0, len(pictures), BATCH)])
        with torch.inference_mode():
            one, other = on_white(pictures), on_white(rebuilt)
            distances = " | ".join(f"{distance(extractor, one, other):.3f}" for extractor in extractors)
            square = float(((one - other) / 2).square().mean())
        opaque = f"{overlap(pictures, rebuilt):.3f}" if pictures.shape[3] == 4 else "-"
        print(f"{path} | {distances} | {square:.4f} | {opaque}", flush=True)
    if arguments.grid:
        same = [one[:SHOWN, ..., : pictures.shape[3]] for one in (pictures, rebuilt)]
        sheet = np.stack(same, 1).reshape(-1, *same[0].shape[1:])
        save(grid(sheet, COLUMNS), arguments.grid, provenance_record("benchmark"))


if __name__ == "__main__":
    main()
