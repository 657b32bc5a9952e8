from pathlib import Path

import numpy as np
import pytest

from limner.data import Dataset, write_dataset
from limner.data.groups import grouped

COLOURS = np.array([[200, 40, 40], [40, 200, 40], [40, 40, 200]])


def _dataset(
    folder: Path, counts: tuple[int, ...], columns: dict[str, list] | None = None
) -> tuple[Dataset, np.ndarray]:
    kinds = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
    noise = np.random.default_rng(1).integers(-30, 31, (len(kinds), 12, 40, 3))
    pictures = (COLOURS[kinds][:, None, None] + noise).astype(np.uint8)
    return write_dataset(folder, pictures, {"size": [float(i) for i in range(len(kinds))]} | (columns or {})), kinds


@pytest.fixture
def plain(tmp_path: Path) -> tuple[Dataset, np.ndarray]:
    return _dataset(tmp_path / "plain", (150, 400, 250))  # 640 of them for training: four groups


def test_pictures_of_a_group_look_alike(plain: tuple[Dataset, np.ndarray]) -> None:
    dataset, kinds = plain
    told = grouped(dataset)
    group = told.condition(range(len(told)), ["group"])["group"].numpy()
    assert told.schema.label == "group"
    assert told.schema.attribute("group").classes == ("0", "1", "2", "3")
    for one in range(4):
        assert len(set(kinds[group == one])) == 1
    assert list(np.bincount(group)) == sorted(np.bincount(group), reverse=True)


def test_groups_are_the_same_each_time_and_written_nowhere(plain: tuple[Dataset, np.ndarray]) -> None:
    dataset, _ = plain
    first, second = grouped(dataset), grouped(Dataset.open(dataset.path))
    assert first.table == second.table
    assert first.fingerprint == dataset.fingerprint
    assert "group" not in Dataset.open(dataset.path).table.column_names


def test_other_attributes_stay_even_one_of_that_name(tmp_path: Path) -> None:
    dataset, _ = _dataset(tmp_path / "own", (200, 200), {"group": ["mine"] * 400})
    told = grouped(dataset)
    assert told.schema.label == "group found"
    assert set(told.captions("group")) == {"mine"}
    assert [a.name for a in told.schema.attributes] == ["size", "group", "group found"]


def test_few_pictures_make_no_groups(tmp_path: Path) -> None:
    dataset, _ = _dataset(tmp_path / "few", (180, 180))  # 288 of them for training
    assert grouped(dataset) is dataset


def test_pictures_that_vary_in_few_ways_have_groups(tmp_path: Path) -> None:
    # drawings of a few parts on one ground: the covariance of their pixels is far from full rank
    draw = np.random.default_rng(0)
    parts = draw.random((8, 6, 4, 4, 4)).astype(np.float32)
    chosen = draw.integers(0, 6, (400, 8))
    pictures = np.full((400, 16, 16, 4), 255, np.uint8)
    pictures[:, 6:10, 6:10] = 30 * sum(parts[part][chosen[:, part]] for part in range(8))
    found = grouped(write_dataset(tmp_path / "drawings", pictures, {}))
    assert found.schema.attribute("group").classes == ("0", "1")
