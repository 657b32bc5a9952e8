"""What the embedded network learns from beside the pictures at hand: free files only, and squares of one size."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from limner.bases.photographs import (
    PHOTOGRAPHS,
    SIDE,
    WHOLE,
    Taken,
    collect,
    cuts,
    debian_photographs,
    free_files,
    on_background,
    python_photographs,
)
from limner.bases.sources import SOURCES, Picture, Source
from limner.features import embedded

CARD = Path(embedded.__file__).with_name("card.md").read_text(encoding="utf-8")
COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: somebody
License: GPL-3+

Files: land/*
 sky/*.jpg
Copyright: various
License: public-domain
 Given away, as somebody says.

Files: land/fjord*
Copyright: a photographer
License: CC-BY-SA-4.0

License: GPL-3+
 The text of it.
"""


def test_only_free_files_are_taken() -> None:
    paths = ["land/fjord1.jpg", "land/hill.jpg", "sky/cloud.jpg", "sky/cloud.png", "menu.jpg"]
    assert free_files(COPYRIGHT, paths) == ["land/hill.jpg", "sky/cloud.jpg"]


@pytest.mark.parametrize("name", [*PHOTOGRAPHS, *WHOLE])
def test_every_licence_allows_it_and_the_card_names_it(name: str) -> None:
    source = PHOTOGRAPHS[name].source if name in PHOTOGRAPHS else SOURCES[name]
    assert source.licence.startswith(("Apache-2.0", "MIT", "CC0-1.0", "CC-BY-4.0", "public domain"))
    assert source.origin in CARD
    assert source.licence in CARD


def test_pictures_are_read_out_of_a_wheel_and_out_of_a_package_of_debian(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "some_pictures-1.0-py3-none-any.whl", "w") as archive,
        archive.open("d/a.png", "w") as file,
    ):
        Image.new("RGB", (9, 5), "blue").save(file, "PNG")
    (picture,) = python_photographs("some-pictures", "1.0", "d", ("a.png",))(tmp_path)
    assert isinstance(picture.content, Image.Image)
    assert picture.content.size == (9, 5)
    package = tmp_path / "package-of-pictures"
    for name in ("land/hill.jpg", "menu.jpg"):
        (package / "share" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (9, 5)).save(package / "share" / name)
    (package / "usr/share/doc/package-of-pictures").mkdir(parents=True)
    (package / "usr/share/doc/package-of-pictures/copyright").write_text(COPYRIGHT, encoding="utf-8")
    (picture,) = debian_photographs("package-of-pictures", "share", "")(tmp_path)
    assert picture.content == package / "share" / "land/hill.jpg"


def test_squares_of_photographs_are_cut_inside_them() -> None:
    ramp = np.zeros((120, 400, 3), np.uint8)
    ramp[..., 0] = np.linspace(0, 255, 400).astype(np.uint8)
    found = cuts(Picture("ramp", Image.fromarray(ramp)), 5, np.random.default_rng(0))
    assert {one.shape for one in found} == {(SIDE, SIDE, 3)}
    assert len({int(one[..., 0].mean()) for one in found}) > 1


def test_drawings_are_seen_whole_on_a_ground() -> None:
    drawing = Image.new("RGBA", (40, 20), (255, 0, 0, 255))
    pixels = on_background(Picture("drawing", drawing), np.random.default_rng(0))
    assert pixels.shape == (SIDE, SIDE, 3)
    assert pixels[SIDE // 2, SIDE // 2].tolist() == [255, 0, 0]
    assert pixels[0, 0].tolist() != [255, 0, 0]


def test_collecting_writes_a_dataset_with_sources(tmp_path: Path) -> None:
    source = Source("CC0-1.0", "somewhere", lambda _: iter([Picture("a", Image.new("RGB", (200, 300), "blue"))] * 2))
    found = collect(tmp_path / "out", {"few": Taken(source, 3, 1), "whole": Taken(source, 0, 2)}, tmp_path)
    assert len(found) == 5
    assert found.table["source"].to_pylist() == ["few"] * 3 + ["whole"] * 2
    assert found.pictures.shape[1] == SIDE
