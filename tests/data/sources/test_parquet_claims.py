"""Parquet that claims, or unpacks to, far more than its size is refused early, and every failure is a DataError."""

import datetime
import io
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hostile import encoded, picture
from limner.data.sources.parquet import ParquetSource
from limner.errors import DataError
from peak_memory import PEAK

MEGABYTE = np.random.default_rng(0).bytes(2**20)
TAKEN = (
    PEAK
    + """
import sys
from limner.data.sources import open_source
before = peak()
try: print(sum(len(item.content) for item in open_source(sys.argv[1]).items()))
except Exception as error: print(type(error).__name__, error)
print(peak() - before)
"""
)


def _write(path: Path, table: pa.Table, **options: object) -> Path:
    pq.write_table(table, path, **{"compression": "zstd", "dictionary_pagesize_limit": 2**30} | options)
    return path


def _pictures(count: int) -> list[bytes]:
    return [encoded("PNG", picture(seed=index)) for index in range(count)]


def _all(path: Path) -> int:
    return len(list(ParquetSource(path).items()))


def _taken(path: Path) -> tuple[str, int]:
    done = subprocess.run([sys.executable, "-c", TAKEN, str(path)], capture_output=True, text=True, check=True)
    said, kilobytes = done.stdout.splitlines()
    return said, int(kilobytes)


BOMBS: dict[str, Callable[[Path], Path]] = {
    "zeros": lambda path: _write(path, pa.table({"image": [bytes(2**26 + 1)]}), use_dictionary=False),
    "a repeated value": lambda path: _write(path, pa.table({"image": pa.array([bytes(10**5)] * 1500, pa.large_binary())})),
    "missing values": lambda path: _write(path, pa.table({"image": pa.nulls(2_000_000, pa.binary())})),
    "many groups": lambda path: _write(path, pa.table({"image": pa.nulls(40_000, pa.binary())}), row_group_size=10_000),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_small_file_that_claims_very_much_is_refused_from_its_metadata(tmp_path: Path, bomb: str) -> None:
    path = BOMBS[bomb](tmp_path / "a.parquet")
    assert path.stat().st_size < 20_000
    with pytest.raises(DataError, match=r"claims .* refused$") as caught:
        ParquetSource(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("struct", [False, True])
def test_a_value_that_every_row_repeats_takes_little_memory(tmp_path: Path, struct: bool) -> None:
    column = pa.array([MEGABYTE] * 300, pa.binary())
    if struct:
        column = pa.StructArray.from_arrays([column, pa.array(["a.png"] * 300)], ["bytes", "path"])
    path = _write(tmp_path / "a.parquet", pa.table({"image": column}), store_schema=False)
    assert path.stat().st_size < 1.1 * 2**20
    said, kilobytes = _taken(path)
    assert said == str(300 * 2**20)
    assert kilobytes < 150_000


def test_a_text_of_a_million_letters_is_refused(tmp_path: Path) -> None:
    table = pa.table({"image": _pictures(50), "text": ["x" * 2**20] * 50})
    with pytest.raises(DataError, match="column text holds a text of 1,048,576 characters"):
        _all(_write(tmp_path / "a.parquet", table))


def test_what_no_python_value_can_hold_is_a_data_error(tmp_path: Path) -> None:
    times = pa.array([2**62] * 4, pa.timestamp("ms"))
    zones = pa.array([0] * 4, pa.timestamp("s", "Nowhere/City"))
    wrong = pa.array([b"\xff\xfe"] * 4, pa.binary()).view(pa.string())
    for name, values in (("times", times), ("zones", zones), ("wrong", wrong)):
        path = _write(tmp_path / f"{name}.parquet", pa.table({"image": _pictures(4), name: values}))
        with pytest.raises(DataError, match=r"parquet: ") as caught:
            _all(path)
        assert "\n" not in str(caught.value)


def test_columns_of_one_name_or_of_another_kind_are_refused(tmp_path: Path) -> None:
    twice = pa.table([pa.array(_pictures(2)), pa.array([1, 2]), pa.array([3, 4])], names=["image", "a", "a"])
    with pytest.raises(DataError, match="two columns called a"):
        _all(_write(tmp_path / "twice.parquet", twice))
    shards = tmp_path / "shards"
    shards.mkdir()
    files = [
        _write(shards / "a.parquet", pa.table({"image": _pictures(2), "b": [1, 2]})),
        _write(shards / "b.parquet", pa.table({"image": ["x", "y"], "b": [1, 2]})),
    ]
    with pytest.raises(DataError, match="another kind of column image"):
        ParquetSource(shards, files)


def test_every_change_of_a_byte_is_understood_or_a_data_error(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    days = [datetime.date(2020, 1, day + 1) for day in range(20)]
    table = pa.table({"image": _pictures(20), "label": ["a", "b"] * 10, "day": days, "height": [0.5] * 20})
    pq.write_table(table, buffer, row_group_size=7)
    good, chance = buffer.getvalue(), random.Random(0)
    footer = len(good) - 8 - int.from_bytes(good[-8:-4], "little")
    path = tmp_path / "a.parquet"
    for trial in range(400):
        changed = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(footer if trial % 2 else 0, len(good))] = chance.randrange(256)
        path.write_bytes(changed)
        try:
            _all(path)
        except DataError as error:
            assert str(error).count("\n") == 0, f"trial {trial}"  # noqa: PT017
