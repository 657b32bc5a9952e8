"""What the embedded network learns from: crops of pictures with what the teacher sees in them, and labelled pictures."""

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
from limner.progress import ProgressLine

SIDE = 128
"""Side at which a crop is kept; the student sees it at this or a smaller one."""
TEACHER_SIDE = 160
GRID = 4
"""The teacher's maps are kept as means over this many cells each way."""
SMALLEST_CROP = 0.3
"""Share of the area of the smallest crop."""
HELD_OUT_SHAPES = ("9", "10")
"""Of the texture-shape pictures, those with these two of the ten outlines of each class are never learned from."""


@dataclass
class Labelled:
    """Pictures uint8 (N, H, W, C), their classes by label, and how often each is cropped; 0: seen whole, without teacher."""

    pictures: np.ndarray
    labels: dict[str, tuple[np.ndarray, int]]
    crops: int


def sources(data: Path) -> Iterator[Labelled]:
    """Yields all that is learned from: objects with a foreign texture, emoji, paintings, flowers, clothes and digits."""
    shapes = open_dataset(data / "texture-shape-224.zip", size=224, keep_duplicates=True)
    names = np.array(shapes.table["file_name"].to_pylist())
    kept = np.array([outline(name) not in HELD_OUT_SHAPES for name in names])
    yield _labelled(shapes, kept, ("shape", "texture"), 10)
    for background in ("white", "black", "#c08040"):
        emoji = open_dataset(data / "noto-emoji-128.zip", size=128, background=background, keep_duplicates=True)
        yield _labelled(emoji, slice(None), ("subcategory",), 1)
    paintings = open_dataset(data / "styles", size=512)
    yield _labelled(paintings, slice(None), (), 200)
    flowers = garden.sample(1500, seed=0)
    species = sorted({flower.species for flower in flowers})
    classes = np.array([species.index(flower.species) for flower in flowers])
    drawn = np.stack([garden.draw(flower, SIDE) for flower in flowers])
    yield Labelled(drawn, {"species": (classes, len(species))}, 1)
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
    return Labelled(dataset.pictures[indices], labels, crops)


@dataclass
class Crops:
    """Crops uint8 (N, 128, 128, 3), the teacher's view of each by depth, and classes by label, -1 where there is none."""

    pictures: Tensor
    seen: dict[str, Tensor]
    labels: dict[str, Tensor]


def cut(some: list[Labelled], teacher: Extractor, seed: int, batch: int = 32) -> Crops:
    """Cuts every crop once and shows it to the teacher."""
    names = {name for one in some for name in one.labels}
    pictures: list[Tensor] = []
    labels: dict[str, list[Tensor]] = {name: [] for name in names}
    seen: dict[str, list[Tensor]] = {"textures": [], "parts": [], "pooled": []}
    places = [(one, row) for one in some for row in np.repeat(np.arange(len(one.pictures)), one.crops)]
    draw = np.random.default_rng(seeds.derive("crops", seed))
    with ProgressLine("the teacher", len(places), "crops") as bar, torch.inference_mode():
        for start in range(0, len(places), batch):
            part = places[start : start + batch]
            images = torch.cat([_crop(one.pictures[row], draw) for one, row in part])
            for name in names:
                found = [one.labels[name][0][row] if name in one.labels else -1 for one, row in part]
                labels[name].append(torch.tensor(found))
            pictures.append(_to_uint8(_resized(images, SIDE)))
            views = teacher(images.contiguous(memory_format=torch.channels_last))
            for depth, kept in seen.items():
                view = views[depth]
                kept.append((F.adaptive_avg_pool2d(view, GRID) if view.ndim == 4 else view).half())
            bar.advance(len(part))
    return Crops(
        torch.cat(pictures),
        {depth: torch.cat(parts) for depth, parts in seen.items()},
        {name: torch.cat(parts) for name, parts in labels.items()},
    )


def _crop(picture: np.ndarray, draw: np.random.Generator) -> Tensor:
    """Returns a random square of a picture, (1, 3, 160, 160) in [-1, 1], mirrored half the time."""
    height, width = picture.shape[:2]
    area = draw.uniform(SMALLEST_CROP, 1) if max(height, width) <= 256 else draw.uniform(0.06, 0.4)
    side = round(min(height, width) * area**0.5)
    top, left = draw.integers(height - side + 1), draw.integers(width - side + 1)
    square = torch.from_numpy(np.ascontiguousarray(picture[top : top + side, left : left + side]))
    image = square.permute(2, 0, 1)[None].float() / 127.5 - 1
    return _resized(image.flip(3) if draw.random() < 0.5 else image, TEACHER_SIDE)


def _resized(images: Tensor, side: int) -> Tensor:
    return F.interpolate(images, size=(side, side), mode="bilinear", antialias=True, align_corners=False).clamp(-1, 1)


def _to_uint8(images: Tensor) -> Tensor:
    return images.add(1).mul(127.5).round().to(torch.uint8)
