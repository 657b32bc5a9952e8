"""Arrays as sources: every shape and range, labels beside them, and bounded memory."""

from pathlib import Path

import numpy as np
import pytest

from limner.data.sources import open_source
from limner.errors import DataError
from limner.pictures import read


@pytest.mark.parametrize(
    "shape", [(7, 16, 12), (7, 16, 12, 1), (7, 16, 12, 3), (7, 16, 12, 4), (7, 1, 16, 12), (7, 3, 16, 12)]
)
@pytest.mark.parametrize("kind", ["uint8", "unit", "signed", "half"])
def test_arrays_of_every_shape_and_range(tmp_path: Path, shape: tuple[int, ...], kind: str) -> None:
    values = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    values.flat[:2] = (0, 255)
    stored = {"uint8": values, "unit": values / 255, "signed": (values / 127.5 - 1).astype(">f4")}
    np.save(tmp_path / "a.npy", stored.get(kind, (values / 255).astype(np.float16)))
    np.savez_compressed(tmp_path / "b.npz", images=stored.get(kind, values))
    channels_last = np.moveaxis(values, 1, 3) if shape[1] in (1, 3) else values
    for name in ("a.npy", "b.npz"):
        source = open_source(tmp_path / name)
        got = [item.content for item in source.items()]
        assert len(got) == source.count == 7
        assert np.array_equal(np.stack(got), channels_last)
        assert read(got[0]).size == (12, 16)
        assert bool(source.notes) == (kind != "uint8" and not (kind == "half" and name == "b.npz"))


def test_arrays_bring_labels_and_other_attributes(tmp_path: Path) -> None:
    images = np.zeros((5, 8, 8), np.uint8)
    np.savez(
        tmp_path / "a.npz",
        x=images,
        y=np.arange(5)[:, None],
        age=np.array([1.5, np.nan, 2, 3, 4]),
        name=np.array(["a", "b", "c", "d", ""]),
        unrelated=np.zeros(3),
    )
    source = open_source(tmp_path / "a.npz")
    assert sorted(source.columns) == ["age", "label", "name"]
    assert source.ignored == ["unrelated"]
    items = list(source.items())
    assert items[1].attributes == {"label": 1, "age": None, "name": "b"}
    assert [item.name for item in items[:2]] == ["a-000000", "a-000001"]
    assert items[4].attributes["name"] is None


def test_array_pictures_that_are_not_numbers_are_damaged(tmp_path: Path) -> None:
    values = np.random.default_rng(0).random((4, 8, 8)).astype(np.float32)
    values[2, 3, 3] = np.nan
    np.save(tmp_path / "a.npy", values)
    items = list(open_source(tmp_path / "a.npy").items())
    assert [item.problem and item.problem.reason for item in items] == [None, None, "damaged", None]


def test_large_arrays_stream(tmp_path: Path) -> None:
    import tracemalloc

    np.savez_compressed(tmp_path / "a.npz", images=np.zeros((2000, 128, 128, 3), np.uint8))  # 98 MB
    tracemalloc.start()
    assert sum(1 for _ in open_source(tmp_path / "a.npz").items()) == 2000
    assert tracemalloc.get_traced_memory()[1] < 40 * 2**20
    tracemalloc.stop()


def test_several_arrays_of_pictures_must_be_named(tmp_path: Path) -> None:
    images = np.zeros((5, 8, 8), np.uint8)
    np.savez(tmp_path / "a.npz", x_train=images, x_test=images)
    with pytest.raises(DataError, match="several arrays of pictures \\(x_test, x_train\\)"):
        open_source(tmp_path / "a.npz")
