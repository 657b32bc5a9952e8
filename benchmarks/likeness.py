"""Does the embedded network find alike what SqueezeNet finds alike? Correlations of their distances between held-out pictures.

    python benchmarks/likeness.py [--shared FOLDER] [--weights FILE] [--squares 96] [--json FILE]

No picture was learned from: squares of the Kodak photographs, and the texture-shape pictures of held-out outlines. WEIGHTS are
of another network of the embedded kind; without them it is the one that ships.

distances  The perceptual distance (`limner.features.likeness`) of squares of 64 and of 128 pixels and what became of them: blur,
           noise, JPEG, pixelation, a cut, other colours, and shifts (distorted), and of different squares (different).
style      The distance of Gram matrices that `benchmarks/style.py` judges by, and the Wasserstein distance that style transfer
           minimises, of 24 photographs at 256 pixels, 48 texture-shape pictures, and between the two.
pooled     The Euclidean distance of the pooled vectors.

Printed are Pearson's correlation of the distances and Spearman's of their ranks.
"""

import json
import os
import zipfile
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import command
import numpy as np
import torch
from perception import CORRUPTIONS
from PIL import Image
from scipy import stats
from torch import Tensor

from limner.data import open_dataset
from limner.features import Extractor, load_extractor, pool
from limner.features.embedded import Embedded
from limner.features.embedded.crops import HELD_OUT_SHAPES, outline
from limner.features.likeness import embed, perceptual_distance
from limner.images import from_uint8
from limner.style.moments import target, wasserstein
from limner.style.objective import LAYERS, Observer, StyleStatistics
from limner.style.resizing import shrunk
from limner.style.transfer import TILE_SIDE

LEVELS = (1, 3, 5)
SIDES = (64, 128)
PAIRS = 200
"""Pairs of pictures of each kind whose Wasserstein distance is taken."""
Distances = dict[str, np.ndarray]


def photographs(archive: Path) -> list[np.ndarray]:
    """Returns the Kodak photographs."""
    with zipfile.ZipFile(archive) as files:
        names = sorted(name for name in files.namelist() if name.endswith(".png"))
        return [np.asarray(Image.open(files.open(name)).convert("RGB")) for name in names]


def squares(pictures: Sequence[np.ndarray], count: int, side: int, draw: np.random.Generator) -> Tensor:
    """Returns so many squares (N, 3, side, side) in [-1, 1], each reduced from one of up to thrice the side."""
    found = []
    for index in range(count):
        picture = pictures[index % len(pictures)]
        large = int(draw.integers(side, 3 * side + 1))
        top, left = (int(draw.integers(length - large + 1)) for length in picture.shape[:2])
        square = Image.fromarray(picture[top : top + large, left : left + large])
        found.append(np.asarray(square.resize((side, side), Image.Resampling.LANCZOS)))
    return from_uint8(np.stack(found))


def distorted(images: Tensor) -> list[Tensor]:
    """Returns what becomes of pictures by every distortion."""
    found = [corrupt(images, level) for corrupt in CORRUPTIONS.values() for level in LEVELS]
    found += [images * factor for factor in (0.5, 0.8)] + [images.roll(1, 1), 0.6 * images + 0.4 * images.mean(1, True)]
    return found + [images.roll((shift, shift), (2, 3)) for shift in (1, 3, 8)]


@torch.inference_mode()
def picture_distances(extractor: Extractor, pictures: Sequence[np.ndarray], count: int) -> Distances:
    """Returns perceptual distances of squares and their distortions, and of different squares."""
    found: dict[str, list[Tensor]] = {"distorted": [], "different": []}
    for side in SIDES:
        images = squares(pictures, count, side, np.random.default_rng(side))
        vectors = embed(extractor, images)
        found["distorted"] += [perceptual_distance(vectors, embed(extractor, one)) for one in distorted(images)]
        found["different"] += [perceptual_distance(vectors, vectors.roll(step, 0)) for step in (1, 5, 24)]
    joined = {name: torch.cat(parts).numpy() for name, parts in found.items()}
    return joined | {"all": np.concatenate(list(joined.values()))}


def style_distances(extractor: Extractor, photos: list[np.ndarray], textures: list[np.ndarray]) -> Distances:
    """Returns distances of Gram matrices, and Wasserstein distances, of pairs within and between two sets."""
    observer = Observer(extractor, TILE_SIDE)
    seen = [observer.style_statistics(from_uint8(picture[None]))[0] for picture in (*photos, *textures)]
    pairs = list(combinations(range(len(seen)), 2))
    some = np.random.default_rng(0).permutation(len(pairs))[:PAIRS]
    return {
        "Gram": np.log([_gram_distance(seen[i], seen[j]) for i, j in pairs]),
        "Wasserstein": np.log([_wasserstein(seen[i], seen[j]) for i, j in (pairs[index] for index in some)]),
    }


def _gram_distance(one: StyleStatistics, other: StyleStatistics) -> float:
    shares = []
    for layer in LAYERS:
        here, there = (
            moments.covariance + moments.mean[:, None] * moments.mean
            for moments in (one.moments[layer], other.moments[layer])
        )
        shares.append(float((here - there).square().sum() / there.square().sum()))
    return float(np.mean(shares))


def _wasserstein(one: StyleStatistics, other: StyleStatistics) -> float:
    return float(sum(wasserstein(one.moments[layer], target(other.moments[layer])) for layer in LAYERS))


def pooled_distances(extractor: Extractor, pictures: Sequence[np.ndarray]) -> Distances:
    """Returns distances of pooled vectors of different squares."""
    images = squares(pictures, 240, 96, np.random.default_rng(1))
    vectors = pool(extractor, images.add(1).mul(127.5).round().to(torch.uint8).permute(0, 2, 3, 1).numpy())
    return {"pooled": torch.pdist(vectors).numpy()}


def every_distance(extractor: Extractor, shared: Path, count: int) -> Distances:
    """Returns distances by name."""
    photos = photographs(shared / "data" / "kodak.zip")
    shapes = open_dataset(shared / "data" / "texture-shape-224.zip", size=224, keep_duplicates=True)
    names = shapes.table["file_name"].to_pylist()
    held_out = [row for row, name in enumerate(names) if outline(name) in HELD_OUT_SHAPES]
    textures = [np.array(shapes.pictures[row]) for row in held_out[:: max(1, len(held_out) // 48)][:48]]
    found = {f"distances, {name}": values for name, values in picture_distances(extractor, photos, count).items()}
    styles = style_distances(extractor, [shrunk(photo, 256) for photo in photos], textures)
    found |= {f"style, log {name}": values for name, values in styles.items()}
    return found | pooled_distances(extractor, photos)


def main() -> None:
    """Measures and prints."""
    parser = command.parser(__doc__)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("LIMNER_SHARED", "../shared")))
    parser.add_argument("--weights", type=Path, help="of another network of the embedded kind")
    parser.add_argument("--squares", type=int, default=96, help="squares of each side")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    own = Embedded(options.weights).eval().requires_grad_(False) if options.weights else load_extractor("limner")
    weights = options.shared / "weights" / "squeezenet1_0-imagenet.fp16.safetensors"
    peer = load_extractor(f"squeezenet={weights}")
    here, there = (every_distance(one, options.shared, options.squares) for one in (own, peer))
    found = {}
    print(f"{'':24} {'pairs':>6} {'Pearson':>8} {'Spearman':>8}")
    for name, values in here.items():
        both = [float(law(values, there[name]).statistic) for law in (stats.pearsonr, stats.spearmanr)]
        found[name] = dict(zip(("pearson", "spearman"), both, strict=True)) | {"pairs": len(values)}
        print(f"{name:24} {len(values):6} {both[0]:8.3f} {both[1]:8.3f}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
