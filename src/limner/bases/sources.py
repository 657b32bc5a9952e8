"""Where the pictures of the bases come from, under which licence, and which of them are left out.

Digits, clothes, characters of games and medical pictures are no part of it: bases are judged on such.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from limner.bases.downloads import debian_package, node, node_packages
from limner.data import garden, open_dataset

PICTURE_SIDE = 64
SOURCE_SIDE = 2 * PICTURE_SIDE
"""Side at which drawings without pixels of their own are drawn before they are reduced."""
AVATARS, FLOWERS = 250, 5000
"""Avatars of each style, and flowers of the garden."""
MAX_PER_FOLDER = 250
"""Drawings of one folder of cliparts, of which some hold over a thousand that are much alike."""

STYLES = {
    "adventurer": "CC-BY-4.0, Lisa Wischofsky",
    "adventurer-neutral": "CC-BY-4.0, Lisa Wischofsky",
    "big-ears": "CC-BY-4.0, The Visual Team",
    "big-ears-neutral": "CC-BY-4.0, The Visual Team",
    "big-smile": "CC-BY-4.0, Ashley Seo",
    "croodles": "CC-BY-4.0, vijay verma",
    "dylan": "CC-BY-4.0, Natalia Spivak",
    "fun-emoji": "CC-BY-4.0, Davis Uche",
    "glass": "CC0-1.0",
    "lorelei": "CC0-1.0",
    "micah": "CC-BY-4.0, Micah Lanier",
    "miniavs": "CC-BY-4.0, Webpixels",
    "notionists": "CC0-1.0",
    "open-peeps": "CC0-1.0",
    "personas": "CC-BY-4.0, Draftbit",
    "rings": "CC0-1.0",
    "shapes": "CC0-1.0",
    "thumbs": "CC0-1.0",
    "toon-head": "CC-BY-4.0, Johan Melin",
}
"""Styles of avatars with a licence of their own that is clear; those of pixels are characters of games, and left out."""

NO_EMOJI = (
    "keycap", "alphanum", "clothing", "medical", "time", "skin-tone", "punctuation", "math", "award-medal", "game",
)  # fmt: skip
"""Kinds of emoji that are digits, letters, clothes, games or medical."""
NO_EMOJI_NAMES = (
    "NUMBER", "DIGIT", "HUNDRED", "CALENDAR", "EIGHTEEN", "HEART ORGAN", "LUNGS", "BONE", "TOOTH", "BRAIN", "DRESS",
)  # fmt: skip
"""Parts of the names of others that are."""
NO_CLIPART = (
    "people", "education", "logos", "unsorted", "special/examples", "recreation/games/cards", "recreation/games/dice",
    "science/medicine", "office/telephone", "signs_and_symbols/clocks", "signs_and_symbols/led", "transportation/roadsigns",
    "computer/games", "animals/fantasy",
)  # fmt: skip
"""Folders of cliparts with digits, clothes, characters or medical pictures, or with none knows what."""


class Picture(NamedTuple):
    """A picture of any size and mode, or its file; pictures with one `key` show the same and are in one split."""

    key: str
    content: Image.Image | Path


class Source(NamedTuple):
    """A collection of pictures: its licence, where it is from, and how it is read, given a folder for what is downloaded."""

    licence: str
    origin: str
    read: Callable[[Path], Iterator[Picture]]


def emoji(package: str, version: str, folder: str) -> Callable[[Path], Iterator[Picture]]:
    """Returns a reader of the emoji in a package of npm, each in its own colours alone."""

    def read(cache: Path) -> Iterator[Picture]:
        modules = node_packages(cache, {"emoji-datasource-google": "16.0.0", package: version})
        listed = json.loads((modules / "emoji-datasource-google" / "emoji.json").read_text(encoding="utf-8"))
        for one in listed:
            if one["subcategory"] in NO_EMOJI or any(part in (one["name"] or "") for part in NO_EMOJI_NAMES):
                continue
            stem = one["image"].removesuffix(".png")
            found = next((modules / package / folder).glob(f"{stem}.*"), None)
            if found:
                yield Picture(f"emoji {stem}", found)

    return read


def cliparts(cache: Path) -> Iterator[Picture]:
    """Yields drawings of Open Clip Art, at most so many of each folder."""
    root = debian_package(cache, "openclipart-png") / "usr/share/openclipart/png"
    for folder in sorted({file.parent for file in root.rglob("*.png")}):
        place = folder.relative_to(root).as_posix()
        if place.startswith(NO_CLIPART):
            continue
        files = sorted(folder.glob("*.png"), key=lambda file: hashlib.sha256(file.name.encode()).digest())
        for file in files[:MAX_PER_FOLDER]:
            yield Picture(f"clipart {place}/{file.name}", file)


def avatars(cache: Path) -> Iterator[Picture]:
    """Yields avatars, as many of every style."""
    packages = {"@dicebear/core": "9.4.3", "@resvg/resvg-js": "2.6.2"} | {
        f"@dicebear/{style}": "9.4.3" for style in STYLES
    }
    node_packages(cache, packages)
    drawn = cache / f"avatars-{AVATARS}"
    if not drawn.is_dir():
        node(cache, "avatars.mjs", drawn, SOURCE_SIDE, AVATARS, *STYLES)
    for file in sorted(drawn.rglob("*.png")):
        yield Picture(f"avatar {file.parent.name}/{file.stem}", file)


def flags(cache: Path) -> Iterator[Picture]:
    """Yields flags of countries, square."""
    modules = node_packages(cache, {"flag-icons": "7.5.0", "@resvg/resvg-js": "2.6.2"})
    node(cache, "flags.mjs", modules / "flag-icons/flags/1x1", cache / "flags", SOURCE_SIDE)
    for file in sorted((cache / "flags").glob("*.png")):
        yield Picture(f"flag {file.stem}", file)


def flowers(cache: Path) -> Iterator[Picture]:
    """Yields flowers of Limner's garden."""
    for index, flower in enumerate(garden.sample(FLOWERS, seed=2)):
        yield Picture(f"flower {index}", Image.fromarray(garden.draw(flower, PICTURE_SIDE)))


def textures(archive: Path) -> Iterator[Picture]:
    """Yields the shapes of one thing with the texture of another, each whole and as two squares cut out of it; no clocks."""
    dataset = open_dataset(archive, size=224, keep_duplicates=True)
    draw = np.random.default_rng(0)
    for name, pixels in zip(dataset.table["file_name"].to_pylist(), dataset.pictures, strict=True):
        if "clock" in name:
            continue
        yield Picture(f"texture {name}", Image.fromarray(pixels))
        for _ in range(2):
            side = int(draw.integers(80, 150))
            left, top = draw.integers(0, 224 - side, size=2)
            yield Picture(f"texture {name}", Image.fromarray(pixels[top : top + side, left : left + side]))


SOURCES = {
    "noto-emoji": Source(
        "Apache-2.0, Google", "npm emoji-datasource-google 16.0.0",
        emoji("emoji-datasource-google", "16.0.0", "img/google/64"),
    ),
    "twemoji": Source(
        "CC-BY-4.0, Twitter", "npm emoji-datasource-twitter 16.0.0",
        emoji("emoji-datasource-twitter", "16.0.0", "img/twitter/64"),
    ),
    "fluent-emoji": Source(
        "MIT, Microsoft", "npm @lobehub/fluent-emoji-3d 1.1.0", emoji("@lobehub/fluent-emoji-3d", "1.1.0", "assets")
    ),
    "cliparts": Source("public domain", "Debian openclipart-png 0.18", cliparts),
    "avatars": Source("CC0-1.0 or CC-BY-4.0, by style", "npm @dicebear 9.4.3", avatars),
    "flags": Source("MIT, Panayiotis Lipiridis", "npm flag-icons 7.5.0", flags),
    "garden": Source("Apache-2.0, Limner", "limner.data.garden", flowers),
}  # fmt: skip
TEXTURES = "CC-BY-4.0, Geirhos et al."
"""Licence of the texture-shape pictures, which no registry has: they are read from a file."""
