"""A dataset that is not what was written is found when it is used: quickly in part, or whole."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from limner.data import Dataset, verification, write_dataset
from limner.data.verification import PICTURES, TABLE, BlockDigests, verify
from limner.errors import DataError


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """A dataset of 40 blocks."""
    monkeypatch.setattr(verification, "BLOCK", 2**10)
    pictures = np.random.default_rng(0).integers(0, 256, (160, 16, 16, 1), dtype=np.uint8)
    return write_dataset(tmp_path / "made", pictures, {"label": ["a", "b"] * 80, "width": list(range(160))})


def _flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 4
    path.write_bytes(content)


def _refused(folder: Path, *words: str, whole: bool = False, seed: int = 0) -> None:
    with pytest.raises(DataError) as caught:
        verify(folder, whole=whole, seed=seed)
    assert "\n" not in str(caught.value)
    assert "prepare it again" in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_what_was_written_is_whole_however_it_was_written(made: Dataset, tmp_path: Path) -> None:
    verify(made.path, whole=True)
    again = write_dataset(tmp_path / "again", iter(np.array(made.pictures)), made.table)
    verify(again.path, whole=True)
    assert again.fingerprint == made.fingerprint
    files = [json.loads((one.path / "dataset.json").read_text())["files"][PICTURES] for one in (made, again)]
    assert files[0] == files[1]
    assert len(files[0]["sha256"]) == 41  # with the header


@pytest.mark.parametrize("at", [0, 60, 130, 1000, -1])
def test_the_quick_check_always_sees_the_header_and_both_ends(made: Dataset, at: int) -> None:
    _flip(made.path / PICTURES, at)
    block = "block 41 of 41" if at < 0 else "block 1 of 41, from byte 0"
    _refused(made.path, f"{made.path / PICTURES}: {block}", seed=at % 97)


@pytest.mark.parametrize("name", [PICTURES, TABLE])
@pytest.mark.parametrize("change", [lambda content: content[:-1], lambda content: content + b"x", lambda content: b""])
def test_another_size_is_always_found(made: Dataset, name: str, change: Callable[[bytes], bytes]) -> None:
    (made.path / name).write_bytes(change((made.path / name).read_bytes()))
    _refused(made.path, str(made.path / name), "bytes")


def test_a_changed_block_is_found_whole_at_once_and_quickly_by_and_by(made: Dataset) -> None:
    _flip(made.path / PICTURES, 20_000)
    _refused(made.path, "block 20 of 41, from byte 19,456", whole=True)
    found = 0
    for seed in range(40):
        try:
            verify(made.path, seed=seed)
        except DataError:
            found += 1
    assert 1 <= found <= 20


def test_a_changed_table_or_manifest_is_always_found(made: Dataset) -> None:
    for at in range(0, (made.path / TABLE).stat().st_size, 97):
        _flip(made.path / TABLE, at)
        _refused(made.path, TABLE)
        _flip(made.path / TABLE, at)
    text = (made.path / "dataset.json").read_text()
    (made.path / "dataset.json").write_text(text.replace('"mean": 79.5', '"mean": 99.5'))
    _refused(made.path, "dataset.json")


@pytest.mark.parametrize(
    "manifest",
    ["", "[]", "3", "{}", "[" * 100_000, '{"sha256": 1}', {"files": 3}, {"files": {}}, {"files": {TABLE: {"bytes": "x"}}},
     {"files": {TABLE: {"bytes": 1e999, "sha256": []}}}],
)  # fmt: skip
def test_any_other_manifest_is_refused_in_one_line(made: Dataset, manifest: str | dict) -> None:
    text = manifest if isinstance(manifest, str) else json.dumps(verification.with_checksum(manifest))
    (made.path / "dataset.json").write_text(text)
    _refused(made.path)


def test_a_missing_file_is_refused_in_one_line(made: Dataset) -> None:
    (made.path / TABLE).unlink()
    _refused(made.path, "damaged dataset")


def test_digests_do_not_depend_on_how_the_bytes_come() -> None:
    content = bytes(range(256)) * 100
    whole, pieces, none = BlockDigests(), BlockDigests(), BlockDigests()
    whole.update(content)
    for start in range(0, len(content), 7):
        pieces.update(content[start : start + 7])
    assert whole.entry() == pieces.entry()
    assert none.entry()["bytes"] == 0


@pytest.mark.slow
def test_the_quick_check_of_a_large_set_takes_less_than_a_second(tmp_path: Path) -> None:
    row = np.random.default_rng(0).integers(0, 256, (64, 128, 128, 3), dtype=np.uint8)
    made = write_dataset(tmp_path / "large", (row for _ in range(600)), {"index": list(range(64 * 600))})
    begun = time.monotonic()
    verify(made.path)
    assert time.monotonic() - begun < 1
