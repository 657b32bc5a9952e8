"""What the embedded network learns from: squares of pictures with what the teacher sees in them, and small labelled pictures."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from limner import seeds
from limner.data import Dataset, garden, open_dataset
from limner.features.extractor import Extractor
from limner.images import from_uint8, to_uint8
from limner.progress import ProgressLine

SIDE = 160
"""Side of a square, at which the teacher sees it as a whole."""
SMALLEST_CROP = 0.3
"""Share of the area of the smallest crop."""
HELD_OUT_SHAPES = ("9", "10")
"""Of the texture-shape pictures, those with these two of the ten outlines of each class are never learned from."""


@dataclass
class Labelled:
    """Pictures uint8 (N, H, W, C), their classes by label, and how often each is cropped; 0: small, seen whole, without teacher."""

    pictures: np.ndarray
    labels: dict[str, tuple[np.ndarray, int]]
    crops: int


def sources(data: Path, collected: Path | None) -> Iterator[Labelled]:
    """Yields all that is learned from: the pictures of DATA, and squares that `limner.bases.photographs` collected."""
    shapes = open_dataset(data / "texture-shape-224.zip", size=224, keep_duplicates=True)
    names = np.array(shapes.table["file_name"].to_pylist())
    kept = np.array([outline(name) not in HELD_OUT_SHAPES for name in names])
    yield _labelled(shapes, kept, ("shape", "texture"), 4)
    for background in ("white", "#c08040"):
        emoji = open_dataset(data / "noto-emoji-128.zip", size=128, background=background, keep_duplicates=True)
        yield _labelled(emoji, slice(None), ("subcategory",), 1)
    paintings = open_dataset(data / "styles", size=512)
    yield _labelled(paintings, slice(None), (), 200)
    flowers = garden.sample(1500, seed=0)
    species = sorted({flower.species for flower in flowers})
    classes = np.array([species.index(flower.species) for flower in flowers])
    drawn = np.stack([garden.draw(flower, 128) for flower in flowers])
    yield Labelled(drawn, {"species": (classes, len(species))}, 1)
    if collected:
        yield _labelled(open_dataset(collected), slice(None), (), 1)
    for name, most in (("fashion-mnist", 60_000), ("mnist", 15_000)):
        whole = open_dataset(next((data / name).glob("train-*.parquet")), size=28)
        some = np.arange(min(most, len(whole)))
        one = _labelled(whole, some, ("label",), 0)
        yield Labelled(one.pictures, {name: one.labels["label"]}, 0)


def outline(name: str) -> str:
    """Returns which outline of its class a picture has: "bear10-clock3.jpg" -> "10"."""
    return name.split("-")[0].lstrip("abcdefghijklmnopqrstuvwxyz")


def _labelled(dataset: Dataset, rows: np.ndarray | slice, names: tuple[str, ...], crops: int) -> Labelled:
    indices = np.arange(len(dataset))[rows]
    labels = {}
    for name in names:
        classes = dataset.condition(indices, [name])[name].numpy()
        labels[name] = (classes, len(dataset.schema.attribute(name).classes))
    return Labelled(np.asarray(dataset.pictures[indices]), labels, crops)


class Squares:
    """Squares uint8 (N, 160, 160, 3), classes by label, -1 where there is none, and what the teacher sees in each as a whole."""

    def __init__(self, pictures: Tensor, labels: dict[str, Tensor]) -> None:
        self.pictures, self.labels = pictures, labels
        self.seen: dict[int, Tensor] = {}

    def pooled(self, rows: Tensor, teacher: Extractor) -> Tensor:
        """Returns the teacher's pooled vectors of some squares, (n, 512): each is shown to it when it is first asked for."""
        missing = [row for row in dict.fromkeys(rows.tolist()) if row not in self.seen]
        if missing:
            images = from_uint8(self.pictures[missing].numpy())
            with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
                self.seen.update(zip(missing, teacher(images)["pooled"].float(), strict=True))
        return torch.stack([self.seen[row] for row in rows.tolist()])


def cut(some: list[Labelled], seed: int) -> Squares:
    """Cuts every square once."""
    names = sorted({name for one in some if one.crops for name in one.labels})
    places = [(one, row) for one in some for row in np.repeat(np.arange(len(one.pictures)), one.crops)]
    draw = np.random.default_rng(seeds.derive("crops", seed))
    pictures = torch.empty(len(places), SIDE, SIDE, 3, dtype=torch.uint8)
    with ProgressLine("cutting", len(places), "squares") as bar:
        for index, (one, row) in enumerate(places):
            pictures[index] = torch.from_numpy(_crop(one.pictures[row], draw))
            bar.advance()
    labels = {
        name: torch.tensor([int(one.labels[name][0][row]) if name in one.labels else -1 for one, row in places])
        for name in names
    }
    return Squares(pictures, labels)


def _crop(picture: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Returns a random square of a picture, (160, 160, 3); one that is a square of this side already is whole."""
    height, width = picture.shape[:2]
    area = draw.uniform(SMALLEST_CROP, 1) if max(height, width) <= 256 else draw.uniform(0.06, 0.4)
    side = SIDE if height == width == SIDE else round(min(height, width) * area**0.5)
    top, left = draw.integers(height - side + 1), draw.integers(width - side + 1)
    square = np.ascontiguousarray(picture[top : top + side, left : left + side])
    return square if side == SIDE else to_uint8(resized(from_uint8(square[None]), SIDE))[0]


def resized(images: Tensor, side: int) -> Tensor:
    """Returns pictures (B, C, H, W) at another side, in [-1, 1]."""
    if images.shape[2:] == (side, side):
        return images
    return F.interpolate(images, size=(side, side), mode="bicubic", antialias=True, align_corners=False).clamp(-1, 1)
