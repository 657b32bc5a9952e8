"""What the embedded network sees: linear probes beside SqueezeNet's, and distances that must rise with every corruption.

    python benchmarks/perception.py [--shared FOLDER] [--weights FILE] [--alone] [--json FILE]

Linear probes: logistic regression on standardised pooled features, its penalty chosen on a tenth of the training pictures.
Fashion-MNIST by its own split (SqueezeNet, which sees pictures at 224 x 224, on a part of it, and the embedded network on the
same part for comparison); texture-shape by texture and by shape, once with a fifth of the pictures held out at random and once
with the outlines held out that the network itself never learned from.

WEIGHTS are of another network of the embedded kind; without them it is the one that ships. --alone leaves SqueezeNet out.

Distances: Frechet distances between 1,000 pictures and 1,000 others, or as many as there are, of which the second set is
corrupted at five levels. The exit status is 1 when a probe falls short or a distance does not rise.
"""

import io
import json
import os
import sys
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import command
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from limner.data import Dataset, open_dataset
from limner.features import Extractor, load_extractor, pool_once
from limner.features.embedded import Embedded
from limner.features.embedded.crops import HELD_OUT_SHAPES, outline
from limner.metrics import frechet_distance

NEEDED = {"fashion-mnist": 0.89, "texture": 0.45, "shape": 0.35}
LEVELS = 5
SET = 1000
PART, PART_TEST = 6000, 2000


def probe(features: Tensor, labels: np.ndarray, train: np.ndarray, test: np.ndarray) -> float:
    """Accuracy on `test` of a linear classifier learned on `train`."""
    x = features.numpy()
    x = (x - x[train].mean(0)) / (x[train].std(0) + 1e-6)
    order = np.random.default_rng(0).permutation(train)
    choose, learn = order[: len(order) // 10], order[len(order) // 10 :][:10_000]
    scores = {c: _fit(x, labels, learn, c).score(x[choose], labels[choose]) for c in (1e-4, 1e-3, 1e-2, 1e-1)}
    return float(_fit(x, labels, train, max(scores, key=lambda c: scores[c])).score(x[test], labels[test]))


def _fit(x: np.ndarray, labels: np.ndarray, rows: np.ndarray, penalty: float) -> LogisticRegression:
    return LogisticRegression(C=penalty, max_iter=2000).fit(x[rows], labels[rows])


def probes(data: Path, extractor: Extractor, part: bool) -> dict[str, float]:
    """The accuracy of each probe; Fashion-MNIST on a part of it, or whole."""
    found = {}
    sets = [
        open_dataset(next((data / "fashion-mnist").glob(f"{name}-*.parquet")), size=28, keep_duplicates=True)
        for name in ("train", "test")
    ]
    counts = (PART, PART_TEST) if part else (len(sets[0]), len(sets[1]))
    pictures = np.concatenate([np.asarray(one.pictures[:count]) for one, count in zip(sets, counts, strict=True)])
    labels = np.concatenate([_labels(one, "label")[:count] for one, count in zip(sets, counts, strict=True)])
    rows = np.arange(len(pictures))
    name = f"fashion-mnist, {counts[0]:,} to learn from" if part else "fashion-mnist"
    found[name] = probe(pool_once(extractor, pictures), labels, rows[: counts[0]], rows[counts[0] :])
    shapes = open_dataset(data / "texture-shape-224.zip", size=224, keep_duplicates=True)
    features = pool_once(extractor, np.asarray(shapes.pictures))
    unseen = np.array([outline(file) in HELD_OUT_SHAPES for file in shapes.table["file_name"].to_pylist()])
    chance = np.random.default_rng(1).random(len(shapes)) < 0.2
    for held_out, split in ((unseen, "new outlines"), (chance, "at random")):
        for label in ("texture", "shape"):
            found[f"{label}, {split}"] = probe(
                features, _labels(shapes, label), np.flatnonzero(~held_out), np.flatnonzero(held_out)
            )
    return found


def _labels(dataset: Dataset, name: str) -> np.ndarray:
    return dataset.condition(np.arange(len(dataset)), [name])[name].numpy()


def blur(images: Tensor, level: int) -> Tensor:
    """Gaussian blur with a spread of 0.5 pixels a level."""
    sigma, reach = 0.5 * level, 8
    line = torch.exp(-torch.arange(-reach, reach + 1).float().square() / (2 * sigma**2))
    line = (line / line.sum()).view(1, 1, 1, -1).expand(images.shape[1], 1, 1, -1)
    padded = F.pad(images, (reach,) * 4, mode="replicate")
    across = F.conv2d(padded, line, groups=images.shape[1])
    return F.conv2d(across, line.transpose(2, 3), groups=images.shape[1])


def noise(images: Tensor, level: int) -> Tensor:
    """Gaussian noise of 0.06 a level, of a range of 2."""
    return (images + 0.06 * level * torch.randn(images.shape, generator=torch.Generator().manual_seed(level))).clamp(
        -1, 1
    )


def jpeg(images: Tensor, level: int) -> Tensor:
    """JPEG of qualities 60, 40, 25, 12 and 5."""
    quality = (60, 40, 25, 12, 5)[level - 1]
    pictures = images.add(1).mul(127.5).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    decoded = []
    for picture in pictures:
        buffer = io.BytesIO()
        Image.fromarray(picture.squeeze(-1) if picture.shape[2] == 1 else picture).save(buffer, "JPEG", quality=quality)
        decoded.append(np.atleast_3d(np.asarray(Image.open(buffer))))
    return torch.from_numpy(np.stack(decoded)).permute(0, 3, 1, 2).float() / 127.5 - 1


def pixelation(images: Tensor, level: int) -> Tensor:
    """Squares as large as 2, 2.8, 4, 5.6 and 7 pixels."""
    side = round(images.shape[-1] / (2, 2.8, 4, 5.6, 7)[level - 1])
    return F.interpolate(F.interpolate(images, size=(side, side), mode="area"), size=images.shape[2:], mode="nearest")


def crop(images: Tensor, level: int) -> Tensor:
    """The middle 90, 80, 70, 60 and 50 % of each side, enlarged."""
    side = round(images.shape[-1] * (1 - 0.1 * level))
    start = (images.shape[-1] - side) // 2
    middle = images[:, :, start : start + side, start : start + side]
    return F.interpolate(middle, size=images.shape[2:], mode="bilinear", antialias=True, align_corners=False).clamp(
        -1, 1
    )


CORRUPTIONS: dict[str, Callable[[Tensor, int], Tensor]] = {
    "blur": blur,
    "noise": noise,
    "JPEG": jpeg,
    "pixelation": pixelation,
    "crop": crop,
}


def curves(pictures: np.ndarray, classes: np.ndarray, extractor: Extractor) -> dict[str, list[float]]:
    """For each corruption the distance at none and at five levels."""
    order = np.random.default_rng(0).permutation(len(pictures))
    half = min(SET, len(order) // 2)
    other = order[len(order) // 2 :]
    whole = pool_once(extractor, pictures[order[: len(order) // 2]])
    real = whole[:half]
    images = torch.from_numpy(pictures[other[:half]]).permute(0, 3, 1, 2).float() / 127.5 - 1
    start = frechet_distance(real, pool_once(extractor, pictures[other[:half]]))
    found = {}
    for name, corrupt in CORRUPTIONS.items():
        changed = [
            corrupt(images, level).add(1).mul(127.5).round().clamp(0, 255).to(torch.uint8)
            for level in range(1, LEVELS + 1)
        ]
        seen = [pool_once(extractor, one.permute(0, 2, 3, 1).contiguous().numpy()) for one in changed]
        found[name] = [start, *(frechet_distance(real, one) for one in seen)]
    return found | {"class dropping": _dropping(pictures, classes, whole, other, extractor)}


def _dropping(
    pictures: np.ndarray, classes: np.ndarray, real: Tensor, other: np.ndarray, extractor: Extractor
) -> list[float]:
    """Distances when classes with 1/8 to 5/8 of the pictures are left out; all sets have the size of the smallest."""
    features, kept = pool_once(extractor, pictures[other]), classes[other]
    names = np.random.default_rng(0).permutation(np.unique(kept))
    shares = np.cumsum([(kept == name).mean() for name in names])
    counts = [0, *(int(np.searchsorted(shares, level / 8)) + 1 for level in range(1, LEVELS + 1))]
    sets = [features[torch.from_numpy(~np.isin(kept, names[:count]))] for count in counts]
    size = min(len(real), *map(len, sets))
    return [frechet_distance(real[:size], one[:size]) for one in sets]


def sources(data: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Pictures with classes: clothes, emoji with their subcategory, squares of photographs with the photograph's number."""
    clothes = open_dataset(next((data / "fashion-mnist").glob("test-*.parquet")), size=28)
    emoji = open_dataset(data / "noto-emoji-128.zip", size=64, background="white")
    squares, numbers = [], []
    with zipfile.ZipFile(data / "kodak.zip") as archive:
        for number, name in enumerate(sorted(name for name in archive.namelist() if name.endswith(".png"))):
            photograph = np.asarray(Image.open(archive.open(name)).convert("RGB"))
            for top in range(0, photograph.shape[0] - 63, 32):
                for left in range(0, photograph.shape[1] - 63, 32):
                    squares.append(photograph[top : top + 64, left : left + 64])
                    numbers.append(number)
    return {
        "fashion-mnist": (np.asarray(clothes.pictures[:6000]), _labels(clothes, "label")[:6000]),
        "emoji": (np.asarray(emoji.pictures), _labels(emoji, "subcategory")),
        "kodak": (np.stack(squares), np.array(numbers)),
    }


def main() -> int:
    """Measures, prints and returns the exit status."""
    parser = command.parser(__doc__)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("LIMNER_SHARED", "../shared")))
    parser.add_argument("--weights", type=Path, help="of another network of the embedded kind")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--alone", action="store_true", help="leave SqueezeNet out")
    arguments = parser.parse_args()
    data, short = arguments.shared / "data", []
    own = Embedded(arguments.weights).eval().requires_grad_(False) if arguments.weights else load_extractor("limner")
    peer = f"squeezenet={arguments.shared / 'weights' / 'squeezenet1_0-imagenet.fp16.safetensors'}"
    found: dict[str, Any] = {
        "limner": probes(data, own, False) | probes(data, own, True),
        "squeezenet": {} if arguments.alone else probes(data, load_extractor(peer), True),
    }
    print(f"{'linear probe':40} {'limner':>10} {'squeezenet':>10}")
    for name, value in found["limner"].items():
        theirs = found["squeezenet"].get(name)
        print(f"{name:40} {value:10.1%} {f'{theirs:.1%}' if theirs is not None else '':>10}", flush=True)
        needed = NEEDED.get(name.split(",")[0], 0.0) if "to learn from" not in name else 0.0
        short += [f"{name}: {value:.1%} is less than {needed:.0%}"] if value < needed else []
    found["distances"] = {}
    for source, (pictures, classes) in sources(data).items():
        found["distances"][source] = curves(pictures, classes, own)
        for name, values in found["distances"][source].items():
            rises = all(before < after for before, after in pairwise(values))
            print(
                f"{source:14} {name:15} {' '.join(f'{value:8.4g}' for value in values)} {'' if rises else 'DOES NOT RISE'}",
                flush=True,
            )
            short += [] if rises else [f"{source}, {name} does not rise"]
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for line in short:
        print(f"short: {line}")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
