import json
import pickle
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from limner.data import Attribute, Dataset, is_dataset, write_dataset
from limner.errors import ConditionError, DataError, UsageError

COUNT = 40


def _pictures(channels: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (COUNT, 12, 10, channels), dtype=np.uint8)


def _table() -> dict[str, list]:
    return {
        "label": [str(index % 11) for index in range(COUNT)],
        "size": [float("nan") if index == 3 else index / 4 for index in range(COUNT)],
        "text": ["" if index == 5 else f"picture number {index}" for index in range(COUNT)],
    }


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return write_dataset(tmp_path / "made", _pictures(), _table())


def test_what_was_written_is_what_is_read(dataset: Dataset) -> None:
    again = Dataset.open(dataset.path)
    assert len(again) == COUNT
    assert isinstance(again.pictures, np.memmap)
    assert (again.pictures == _pictures()).all()
    assert again.fingerprint == dataset.fingerprint
    assert again.schema == dataset.schema
    schema = again.schema
    assert (schema.height, schema.width, schema.channels, schema.label) == (12, 10, 3, "label")
    assert [attribute.kind for attribute in schema.attributes] == ["label", "number", "caption"]
    assert schema.attribute("label").classes == tuple(str(index) for index in range(11))
    assert is_dataset(dataset.path)
    assert not is_dataset(dataset.path.parent)


def test_images_are_floats_from_minus_one_to_one_channels_last(dataset: Dataset) -> None:
    rows = [7, 0, 7, 39]
    images = dataset.images(rows)
    assert images.shape == (4, 3, 12, 10)
    assert images.dtype == torch.float32
    assert images.is_contiguous(memory_format=torch.channels_last)
    back = ((images + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    assert (back == _pictures()[rows]).all()
    assert images.min() >= -1
    assert images.max() <= 1


def test_black_and_white_are_exactly_minus_one_and_one(tmp_path: Path) -> None:
    pictures = np.zeros((3, 8, 8, 1), dtype=np.uint8)
    pictures[1] = 255
    images = write_dataset(tmp_path / "made", pictures, {}).images(torch.tensor([0, 1]))
    assert (images[0] == -1).all()
    assert (images[1] == 1).all()


def test_conditions_are_class_indices_and_numbers_in_their_units(dataset: Dataset) -> None:
    batch = dataset.batch(np.array([0, 12, 3]), ["label", "size"])
    assert batch.condition["label"].tolist() == [0, 1, 3]
    assert batch.condition["label"].dtype == torch.int64
    mean = dataset.schema.attribute("size").mean
    assert batch.condition["size"].tolist() == pytest.approx([0, 3.0, mean])
    assert batch.condition["size"].dtype == torch.float32
    assert dataset.batch([1]).condition == {}
    assert dataset.captions("text")[4:6] == ["picture number 4", ""]


def test_splits_are_indices(dataset: Dataset) -> None:
    parts = {name: dataset.split(name) for name in ("train", "validation", "test")}
    assert [len(part) for part in parts.values()] == [32, 4, 4]
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(COUNT))


def test_what_a_dataset_does_not_have_is_said_in_one_line(dataset: Dataset) -> None:
    with pytest.raises(UsageError, match="did you mean 'validation'"):
        dataset.split("valid")
    with pytest.raises(ConditionError, match="did you mean 'label'"):
        dataset.condition([0], ["labels"])
    with pytest.raises(ConditionError, match="'text' is a caption"):
        dataset.condition([0], ["text"])
    with pytest.raises(ConditionError, match="no attribute 'txt'"):
        dataset.captions("txt")


def test_the_fingerprint_speaks_of_pictures_and_attributes(tmp_path: Path) -> None:
    other_pixel, other_text = _pictures(), _table()
    other_pixel[20, 3, 3, 0] ^= 1
    other_text["text"][9] = "changed"
    prints = [
        write_dataset(tmp_path / name, pictures, table).fingerprint
        for name, pictures, table in (
            ("a", _pictures(), _table()),
            ("b", _pictures(), _table()),
            ("c", other_pixel, _table()),
            ("d", _pictures(), other_text),
        )
    ]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def test_pictures_may_come_one_by_one_or_in_pieces(tmp_path: Path) -> None:
    pictures = _pictures()
    whole = write_dataset(tmp_path / "whole", pictures, _table())
    single = write_dataset(tmp_path / "single", iter(pictures), _table())
    pieces = write_dataset(tmp_path / "pieces", (pictures[start : start + 7] for start in range(0, COUNT, 7)), _table())
    assert whole.fingerprint == single.fingerprint == pieces.fingerprint


def test_given_attributes_and_splits_are_taken_as_they_are(tmp_path: Path) -> None:
    attributes = [Attribute(name="label", kind="label", classes=("never", *map(str, range(11))))]
    table = {"label": _table()["label"], "split": ["test"] * COUNT, "file_name": [f"{i}.png" for i in range(COUNT)]}
    made = write_dataset(tmp_path / "made", _pictures(), table, attributes)
    assert made.condition([0], ["label"])["label"].tolist() == [1]
    assert len(made.split("test")) == COUNT
    assert made.table["file_name"].to_pylist()[2] == "2.png"


@pytest.mark.parametrize(
    "pictures",
    [
        _pictures()[:-1],
        _pictures().astype(np.float32),
        [_pictures()[0], _pictures()[1, :5]],
    ],
)
def test_a_failed_write_leaves_nothing(tmp_path: Path, pictures: np.ndarray) -> None:
    with pytest.raises(DataError):
        write_dataset(tmp_path / "made", iter(pictures), _table())
    assert list(tmp_path.iterdir()) == []


def _edit(folder: Path, **changes: object) -> None:
    about = json.loads((folder / "dataset.json").read_text())
    (folder / "dataset.json").write_text(json.dumps(about | changes))


def _pickled(folder: Path) -> None:
    with (folder / "pictures.npy").open("wb") as file:
        np.lib.format.write_array(file, np.array([folder], dtype=object), allow_pickle=True)


def _shorter_table(folder: Path) -> None:
    pq.write_table(pq.read_table(folder / "attributes.parquet").slice(1), folder / "attributes.parquet")


def _cut(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-200])  # type: ignore[return-value]


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no pictures": lambda folder: (folder / "pictures.npy").write_bytes(b""),
    "cut pictures": _cut("pictures.npy"),
    "pickled pictures": _pickled,
    "foreign pictures": lambda folder: (folder / "pictures.npy").write_bytes(pickle.dumps([1, 2])),
    "float pictures": lambda folder: np.save(folder / "pictures.npy", _pictures().astype(np.float32)),
    "other shape": lambda folder: np.save(folder / "pictures.npy", _pictures(1)),
    "no table": lambda folder: (folder / "attributes.parquet").unlink(),
    "cut table": _cut("attributes.parquet"),
    "shorter table": _shorter_table,
    "cut json": _cut("dataset.json"),
    "no schema": lambda folder: _edit(folder, schema=None),
    "foreign json": lambda folder: (folder / "dataset.json").write_text("[1, 2]"),
    "impossible schema": lambda folder: _edit(folder, schema={"height": 1, "width": 1, "channels": 2}),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_dataset_is_refused_in_one_line(dataset: Dataset, damage: str) -> None:
    DAMAGE[damage](dataset.path)
    with pytest.raises(DataError, match="damaged dataset") as caught:
        Dataset.open(dataset.path)
    assert "\n" not in str(caught.value)


def test_a_dataset_of_a_newer_format_asks_for_an_upgrade(dataset: Dataset) -> None:
    _edit(dataset.path, format=99)
    with pytest.raises(DataError, match="upgrade limner"):
        Dataset.open(dataset.path)


def test_a_folder_that_is_no_dataset_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="limner prepare"):
        Dataset.open(tmp_path)
    with pytest.raises(DataError, match="does not exist"):
        Dataset.open(tmp_path / "nowhere")


def test_headers_are_read_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dataset(tmp_path / "x", np.zeros((30, 8, 8, 3), np.uint8), {"kind": ["a"] * 30})
    load, inside = np.lib.format.open_memmap, threading.Semaphore(1)

    def alone(*arguments: Any, **more: Any) -> Any:
        assert inside.acquire(blocking=False), "two threads parse a header"
        time.sleep(0.01)
        inside.release()
        return load(*arguments, **more)

    monkeypatch.setattr(np.lib.format, "open_memmap", alone)
    with ThreadPoolExecutor(8) as threads:
        opened = list(threads.map(Dataset.open, [tmp_path / "x"] * 16))
    assert {len(one) for one in opened} == {30}
