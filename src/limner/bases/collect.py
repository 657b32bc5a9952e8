"""Collects the pictures of the bases: `python -m limner.bases.collect OUT --cache FOLDER [--textures FILE] [--only SOURCE ...]`.

OUT becomes a dataset of 64x64 pictures with opacity: red, green, blue and alpha as they are in a PNG file, all of them zero
where nothing is seen. What is transparent comes a second time, over one colour, as most people's pictures are. Every 25th
picture, by what it shows, is in the test split.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from limner.bases.sources import PICTURE_SIDE, SOURCES, TEXTURES, Picture, Source, textures
from limner.data.dataset import Dataset, write_dataset
from limner.errors import LimnerError, UsageError, suggestion
from limner.pictures.read import UnusablePicture, open_picture
from limner.progress import ProgressLine

MARGIN = 0.04
"""Fraction of the side left free around a drawing that is cut to what is visible of it."""
MIN_VISIBLE_FRACTION = 0.04
"""Mean opacity of the faintest picture that is kept."""
ONE_IN = 25
"""Pictures to one that is held out."""
WHITE, BLACK = 0.6, 0.1
"""Shares of the grounds that are white and black; the others have any colour."""


def collect(out: Path, sources: dict[str, Source], cache: Path) -> Dataset:
    """Reads every source and writes the dataset `out`, which must not exist; DataError when a source cannot be had."""
    pictures: list[np.ndarray] = []
    columns: dict[str, list[str]] = {"file_name": [], "split": [], "source": []}
    seen: set[bytes] = set()
    with ProgressLine("collecting", len(sources), "sources") as bar:
        for name, source in sources.items():
            for key, pixels in _with_grounds(_fitted(source.read(cache))):
                digest = hashlib.blake2b(pixels.tobytes(), digest_size=16).digest()
                if digest in seen:
                    continue
                seen.add(digest)
                pictures.append(pixels)
                columns["file_name"].append(f"{name}/{len(pictures):06d}")
                columns["split"].append("test" if held_out(key) else "train")
                columns["source"].append(name)
            bar.advance()
    options = {"sources": {name: [source.licence, source.origin] for name, source in sources.items()}}
    return write_dataset(out, np.stack(pictures), columns, options=options)


def held_out(key: str) -> bool:
    """Returns whether pictures of this key are kept for testing."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % ONE_IN == 0


def square(image: Image.Image) -> np.ndarray:
    """Returns a picture as uint8 (64, 64, 4): whole, in the middle, cut to what is seen of it where it is transparent."""
    image = image.convert("RGBA")
    opaque = image.getchannel("A").getextrema()[0] == 255
    box = image.getchannel("A").point(lambda alpha: 255 * (alpha > 8)).getbbox()
    image = image if opaque or box is None else image.crop(box)
    inside = PICTURE_SIDE if opaque else round(PICTURE_SIDE * (1 - 2 * MARGIN))
    scale = inside / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    reduced = image.resize((width, height), Image.Resampling.LANCZOS)
    canvas = Image.new("RGBA", (PICTURE_SIDE, PICTURE_SIDE))
    canvas.paste(reduced, ((PICTURE_SIDE - width) // 2, (PICTURE_SIDE - height) // 2))
    pixels = np.array(canvas)
    pixels[pixels[..., 3] == 0] = 0
    return pixels


def on_ground(pixels: np.ndarray, key: str) -> np.ndarray:
    """Returns a picture uint8 (H, W, 4) over a background whose colour its key decides: white, black or any other."""
    draw = np.random.default_rng(list(hashlib.sha256(key.encode()).digest()))
    kind, colour = draw.random(), draw.integers(0, 256, size=3)
    background = np.where(kind < WHITE, 255, np.where(kind < WHITE + BLACK, 0, colour))
    alpha = pixels[..., 3:] / 255
    opaque = np.full_like(pixels, 255)
    opaque[..., :3] = np.rint(pixels[..., :3] * alpha + background * (1 - alpha))
    return opaque


def _with_grounds(pictures: Iterator[tuple[str, np.ndarray]]) -> Iterator[tuple[str, np.ndarray]]:
    for key, pixels in pictures:
        yield key, pixels
        if pixels[..., 3].min() < 255:
            yield key, on_ground(pixels, key)


def _fitted(pictures: Iterator[Picture]) -> Iterator[tuple[str, np.ndarray]]:
    for key, content in pictures:
        try:
            pixels = square(open_picture(content, background=None) if isinstance(content, Path) else content)
        except UnusablePicture:  # of thousands of drawings a few are damaged or huge
            continue
        if pixels[..., 3].mean() >= 255 * MIN_VISIBLE_FRACTION:
            yield key, pixels


def main() -> None:
    """Reads the command line and collects."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the new dataset")
    parser.add_argument("--cache", type=Path, required=True, help="a folder for what is downloaded")
    parser.add_argument(
        "--textures", type=Path, help="the texture-shape pictures, an archive that limner prepare reads"
    )
    parser.add_argument("--only", nargs="+", metavar="SOURCE", help=f"of {', '.join(SOURCES)}")
    arguments = parser.parse_args()
    names = arguments.only or list(SOURCES)
    try:
        for name in names:
            if name not in SOURCES:
                raise UsageError(f"--only {name}: {suggestion(name, list(SOURCES))}")
        chosen = {name: SOURCES[name] for name in names}
        if arguments.textures:
            chosen["texture-shape"] = Source(
                TEXTURES, "rgeirhos/texture-vs-shape", lambda _: textures(arguments.textures)
            )
        dataset = collect(arguments.out, chosen, arguments.cache.absolute())
    except LimnerError as error:
        sys.exit(str(error))
    print(f"{arguments.out}: {len(dataset):,} pictures, {len(dataset.split('test')):,} of them held out")


if __name__ == "__main__":
    main()
