"""Grey pictures of 16 bits, or of floats, keep their order of brightness within a set."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import limner
from limner.data import Dataset
from limner.data.report import read_report
from limner.errors import UsageError


def folder_of(folder: Path, greatest: list[float], kind: type = np.uint16) -> Path:
    folder.mkdir()
    pattern = np.random.default_rng(0).random((8, 8))
    for number, most in enumerate(greatest):
        values = np.roll(pattern, number, 1) * most
        values.flat[number] = most
        Image.fromarray(values.astype(kind)).save(folder / f"{number}.tif")
    return folder


def brightest(dataset: Dataset) -> list[int]:
    return [int(picture.max()) for picture in dataset.pictures]


@pytest.mark.parametrize(
    ("greatest", "bits", "expected"),
    [
        ([4095, 2000, 200], 12, [255, 125, 13]),
        ([65535, 3000, 200], 16, [255, 12, 1]),
        ([255, 200, 100], 8, [255, 200, 100]),
    ],
)
def test_the_greatest_value_of_a_set_says_how_many_bits_all_have(
    greatest: list[float], bits: int, expected: list[int], tmp_path: Path
) -> None:
    folder = folder_of(tmp_path / "set", greatest)
    dataset = limner.prepare(folder, tmp_path / "dataset", size=8, keep_duplicates=True)
    assert brightest(dataset) == expected
    (note,) = [note for note in read_report(tmp_path / "dataset").notes if "16 bits" in note]
    assert f"values up to {greatest[0]:,}: read as {bits} bits" in note
    assert "--bits" in note


def test_the_bits_can_be_said(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", [16383, 8000])
    assert brightest(limner.prepare(folder, tmp_path / "a", size=8, keep_duplicates=True)) == [64, 31]
    assert brightest(limner.prepare(folder, tmp_path / "b", size=8, keep_duplicates=True, bits=14)) == [255, 125]
    with pytest.raises(UsageError, match="bits 9: choose from 8, 10, 12, 14, 16"):
        limner.prepare(folder, tmp_path / "c", bits=9)


def test_a_dark_picture_of_floats_stays_dark(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", [250.0, 1.0], np.float32)
    assert brightest(limner.prepare(folder, tmp_path / "dataset", size=8, keep_duplicates=True)) == [250, 1]
