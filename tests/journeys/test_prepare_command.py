"""`limner prepare` as people run it: whole commands, on real pictures."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hostile import encoded, picture
from limner.data import Dataset
from limner.data.report import read_report

LIMNER = [sys.executable, "-m", "limner"]


def _run(*arguments: object, **options: object) -> subprocess.CompletedProcess:
    return subprocess.run([*LIMNER, *map(str, arguments)], capture_output=True, text=True, timeout=100, **options)


def _said(done: subprocess.CompletedProcess) -> str:
    """Returns the one line of an error; fails when there is a traceback or no error."""
    assert done.returncode != 0
    lines = done.stderr.strip().splitlines()
    assert lines[-1].startswith("limner: ")
    assert "Traceback" not in done.stderr
    return lines[-1]


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """An array of pictures that takes some seconds to prepare."""
    pictures = np.random.default_rng(0).integers(0, 256, (30_000, 4, 4, 3), dtype=np.uint8)
    np.save(tmp_path / "many.npy", pictures.repeat(6, axis=1).repeat(6, axis=2))
    return tmp_path / "many.npy"


def test_emoji_from_a_zip(shared: Path, tmp_path: Path) -> None:
    source = shared / "data" / "noto-emoji-128.zip"
    done = _run("prepare", source, tmp_path / "out", "--size", 64)
    assert done.returncode == 0, done.stderr
    dataset, report = Dataset.open(tmp_path / "out"), read_report(tmp_path / "out")
    assert dataset.pictures.shape == (3388, 64, 64, 4)
    assert report.inputs == report.accounted == 3583
    assert report.missing_dropped == {"category": 189}
    assert report.duplicates_dropped == 6
    assert dataset.schema.label == "category"
    assert {attribute.name: attribute.kind for attribute in dataset.schema.attributes} == {
        "text": "caption",
        "category": "label",
        "subcategory": "label",
    }
    for words in ("3,583", "3,388 of 3,388 pictures are transparent and stay so", "189", "report.html"):
        assert words in done.stdout


def test_clothes_from_parquet(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "test.parquet").symlink_to(shared / "data" / "fashion-mnist" / "test-00000-of-00001.parquet")
    done = _run("prepare", tmp_path / "test.parquet", tmp_path / "out", "--split", "0.5,0.25,0.25", "--seed", 7)
    assert done.returncode == 0, done.stderr
    dataset, report = Dataset.open(tmp_path / "out"), read_report(tmp_path / "out")
    assert report.inputs == report.accounted == 10_000
    assert report.kept == 9999
    assert report.splits == {"train": 4999, "validation": 2500, "test": 2500}
    assert (dataset.schema.channels, dataset.schema.height) == (1, 28)
    assert len(dataset.schema.attribute("label").classes) == 10


def test_all_options_are_understood(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for index in range(8):
        (source / f"{index}.png").write_bytes(encoded("PNG", picture(48, seed=index // 2)))
    options = ["--size", "24x16", "--fit", "pad", "--background", "#102030", "--missing", "keep", "--keep-duplicates"]
    done = _run("prepare", source, tmp_path / "out", *options, "--split", "0.5,0.5,0", "--workers", 1)
    assert done.returncode == 0, done.stderr
    dataset = Dataset.open(tmp_path / "out")
    assert dataset.pictures.shape == (8, 16, 24, 3)
    assert dataset.pictures[0, 0, 0].tolist() == [0x10, 0x20, 0x30]
    assert len(dataset.split("test")) == 0
    again = _run("prepare", source, tmp_path / "out", "--overwrite")
    assert again.returncode == 0, again.stderr
    assert len(Dataset.open(tmp_path / "out")) == 4


def test_errors_are_one_line(tmp_path: Path) -> None:
    assert "no such file or folder" in _said(_run("prepare", tmp_path / "nowhere", tmp_path / "out"))
    np.save(tmp_path / "two.npy", np.zeros((2, 16, 16), dtype=np.uint8))
    assert "--keep-duplicates" in _said(_run("prepare", tmp_path / "two.npy", tmp_path / "out"))
    assert "did you mean 'stretch'" in _said(_run("prepare", tmp_path / "two.npy", tmp_path / "out", "--fit", "strech"))
    assert "is not a size" in _said(_run("prepare", tmp_path / "two.npy", tmp_path / "out", "--size", "big"))
    assert {path.name for path in tmp_path.iterdir()} == {"two.npy"}


def test_a_script_without_a_main_guard_can_prepare(many: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        f"import limner\nprint(len(limner.prepare({str(many)!r}, {str(tmp_path / 'out')!r}, workers=2)))\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=100)
    assert done.stdout.split() == ["30000"], done.stderr
