"""Collecting: one dataset with opacity, fair splits, and one clear line where a package cannot be had."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from limner.bases.collect import collect, held_out, main, on_ground, square
from limner.bases.downloads import node_packages
from limner.bases.sources import Picture, Source
from limner.errors import DataError


def disc(colour: str, side: int = 40) -> Image.Image:
    image = Image.new("RGBA", (100, 160))
    ImageDraw.Draw(image).ellipse((30, 100, 30 + side, 100 + side), fill=colour)
    return image


def test_a_drawing_is_cut_to_what_is_seen_of_it_and_put_in_the_middle() -> None:
    pixels = square(disc("red"))
    seen = np.argwhere(pixels[..., 3] > 127)
    assert pixels.shape == (64, 64, 4)
    assert (seen.min(0) >= 2).all()
    assert np.abs(seen.min(0) + seen.max(0) - 63).max() <= 1
    assert pixels[32, 32].tolist() == [255, 0, 0, 255]
    assert not pixels[pixels[..., 3] == 0].any()


def test_an_opaque_picture_stays_whole() -> None:
    pixels = square(Image.new("RGB", (20, 20), "blue"))
    assert (pixels == [0, 0, 255, 255]).all()


def test_the_dataset_has_four_channels_no_copies_and_no_empty_pictures(tmp_path: Path) -> None:
    colours = ["red", "green", "blue", "red"]

    def read(cache: Path) -> Iterator[Picture]:
        yield from (Picture(colour, disc(colour)) for colour in colours)
        yield Picture("nothing", Image.new("RGBA", (64, 64)))
        damaged = cache / "damaged.png"
        damaged.write_bytes(b"\x89PNG\r\n\x1a\n")
        yield Picture("damaged", damaged)

    dataset = collect(tmp_path / "out", {"discs": Source("MIT", "here", read)}, tmp_path)
    assert dataset.pictures.shape == (6, 64, 64, 4)
    assert dataset.table["source"].to_pylist() == ["discs"] * 6
    assert [int(picture[..., 3].min()) for picture in dataset.pictures] == [0, 255] * 3


def test_grounds_are_mostly_white_and_a_key_has_one_ground() -> None:
    empty = np.zeros((8, 8, 4), np.uint8)
    corners = [tuple(on_ground(empty, f"emoji {index}")[0, 0].tolist()) for index in range(400)]
    assert 0.5 < corners.count((255, 255, 255, 255)) / 400 < 0.7
    assert 0.05 < corners.count((0, 0, 0, 255)) / 400 < 0.15
    assert corners[7] == tuple(on_ground(empty, "emoji 7")[3, 3].tolist())
    half = np.full((8, 8, 4), (200, 100, 0, 51), np.uint8)
    white = next(f"emoji {index}" for index in range(400) if corners[index] == (255, 255, 255, 255))
    assert on_ground(half, white)[0, 0].tolist() == [244, 224, 204, 255]


def test_about_one_key_in_25_is_held_out_and_always_the_same() -> None:
    keys = [f"emoji {index}" for index in range(5000)]
    assert 0.03 < np.mean([held_out(key) for key in keys]) < 0.05
    assert [held_out(key) for key in keys] == [held_out(key) for key in keys]


def test_a_package_that_cannot_be_fetched_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "bin/npm"
    npm.parent.mkdir()
    npm.write_text("#!/bin/sh\necho 'npm error network: no route to host' >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(DataError, match=r"flag-icons@7.5.0 could not be fetched from npm \(.*no route to host\)"):
        node_packages(tmp_path / "cache", {"flag-icons": "7.5.0"})


def test_an_unknown_source_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["collect", str(tmp_path / "out"), "--cache", str(tmp_path), "--only", "flgas"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit, match=r"--only flgas: .*flags"):
        main()
