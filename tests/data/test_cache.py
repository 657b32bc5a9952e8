import os
from pathlib import Path

import numpy as np
import pytest

from limner.data import Dataset, open_dataset, write_dataset
from limner.data.cache import cache_folder
from limner.errors import DataError, UsageError


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    pictures = np.random.default_rng(0).integers(0, 256, (12, 16, 16, 3), dtype=np.uint8)
    np.save(tmp_path / "pictures.npy", pictures)
    return tmp_path / "pictures.npy"


def _datasets() -> list[Path]:
    return [path for path in (cache_folder() / "datasets").iterdir() if path.is_dir()]


def test_a_source_is_prepared_once(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_dataset(source)
    assert first.path.parent.parent == cache_folder()
    monkeypatch.setattr("limner.data.cache.prepare", None)
    again = open_dataset(str(source))
    assert again.path == first.path
    assert again.fingerprint == first.fingerprint


def test_other_options_or_another_content_are_prepared_anew(source: Path) -> None:
    paths = {open_dataset(source).path, open_dataset(source, size=8).path, open_dataset(source, seed=1).path}
    assert len(paths) == 3
    np.save(source, np.load(source)[::-1][:10])
    os.utime(source, (1, 1))
    changed = open_dataset(source)
    assert changed.path not in paths
    assert len(changed) == 10


def test_the_same_size_written_in_another_way_is_the_same(source: Path) -> None:
    assert open_dataset(source, size="8").path == open_dataset(source, size=(8, 8)).path


def test_a_prepared_dataset_is_opened_where_it_is(tmp_path: Path) -> None:
    made = write_dataset(tmp_path / "made", np.zeros((4, 8, 8, 1), dtype=np.uint8), {})
    assert open_dataset(made.path).path == made.path
    with pytest.raises(UsageError, match="'size' can only be chosen when preparing"):
        open_dataset(made.path, size=8)


def test_what_is_damaged_in_the_cache_is_made_again(source: Path) -> None:
    first = open_dataset(source)
    (first.path / "pictures.npy").write_bytes(b"cut")
    again = open_dataset(source)
    assert isinstance(again, Dataset)
    assert again.fingerprint == first.fingerprint
    assert _datasets() == [first.path]


def test_pictures_in_the_cache_that_are_not_what_was_written_are_prepared_again(source: Path) -> None:
    first = open_dataset(source)
    content = bytearray((first.path / "pictures.npy").read_bytes())
    content[-1] ^= 1
    (first.path / "pictures.npy").write_bytes(content)
    assert open_dataset(source).pictures[-1, -1, -1, -1] == content[-1] ^ 1


def test_a_source_that_cannot_be_prepared_leaves_nothing_in_the_cache(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.zeros((1, 16, 16), dtype=np.uint8))
    with pytest.raises(DataError, match="at least 2"):
        open_dataset(tmp_path / "one.npy")
    assert _datasets() == []


def test_unknown_options_name_the_nearest(source: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'background'"):
        open_dataset(source, backgrond="red")


def test_what_was_guessed_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "wide.npy", np.random.default_rng(0).integers(0, 256, (12, 16, 64, 3), dtype=np.uint8))
    open_dataset(tmp_path / "wide.npy", size=16)
    said = capsys.readouterr().err.splitlines()
    assert any(line.startswith("prepare: note: 12 of 12 pictures are cropped") for line in said)
    assert said[-1] == f"prepare: these options are those of: limner prepare {tmp_path / 'wide.npy'} DATASET"
    open_dataset(tmp_path / "wide.npy", size=16)
    assert capsys.readouterr().err == ""


def test_what_other_code_has_read_is_read_again(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = open_dataset(source)
    monkeypatch.setattr("limner.data.cache.reading_rules", lambda: "another version")
    assert open_dataset(source).path != before.path
