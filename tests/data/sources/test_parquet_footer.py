"""Parquet's footer as Limner reads it says what Arrow's own account says, and is refused where that ends the process."""

import io
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from limner.data.sources import open_source
from limner.data.sources.parquet_footer import MAX_FOOTER_BYTES, read_groups, read_page
from limner.errors import DataError


@pytest.mark.parametrize(
    "options", [{}, {"compression": "none", "use_dictionary": False}, {"version": "1.0"}, {"write_page_index": True}]
)
def test_it_says_what_arrow_says(options: dict[str, Any], tmp_path: Path) -> None:
    table = pa.table({"a": [1, 2, None, 4] * 9, "b": ["x", "y", "z", None] * 9, "c": [{"d": 0.5, "e": [b"1"]}] * 36})
    pq.write_table(table, tmp_path / "x.parquet", row_group_size=10, **options)
    claims, groups = pq.ParquetFile(tmp_path / "x.parquet").metadata, read_groups(tmp_path / "x.parquet")
    assert [group.rows for group in groups] == [claims.row_group(index).num_rows for index in range(4)]
    for index, group in enumerate(groups):
        for place, column in enumerate(group.columns):
            known = claims.row_group(index).column(place)
            begins = min(offset for offset in (known.dictionary_page_offset, known.data_page_offset) if offset)
            assert column == (known.path_in_schema, known.total_compressed_size, known.total_uncompressed_size, begins)


def _footer(content: bytes) -> bytes:
    return b"PAR1" + content + len(content).to_bytes(4, "little") + b"PAR1"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x49\x1c" * 2000,  # lists within lists
        b"\x49\xfc" + b"\xff" * 9,  # a list of more structs than there are bytes
        b"\x16" + b"\xff" * 60,  # a number without an end
        b"\x18\xff\xff\xff\x7f",  # a text of 256 MiB
        b"\x4f\x00",  # a kind of value that there is not
        b"\x49\x1c\x00\x00",  # a row group without columns
        b"\x00",
    ],
)
def test_a_footer_that_is_none_is_refused_at_once(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(_footer(content))
    began = time.perf_counter()
    with pytest.raises(ValueError, match="footer"):
        read_groups(tmp_path / "x.parquet")
    assert time.perf_counter() - began < 1
    with pytest.raises(DataError):
        open_source(tmp_path / "x.parquet")


def test_a_footer_that_is_far_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(_footer(bytes(MAX_FOOTER_BYTES + 1)))
    with pytest.raises(ValueError, match="too large"):
        read_groups(tmp_path / "x.parquet")


def test_a_page_without_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match="page"):
        read_page(b"\x15\xff")


def test_sizes_that_end_a_process_are_refused(tmp_path: Path) -> None:
    """A histogram of levels of another length than its column has, at every place of the footer where it may be."""
    buffer = io.BytesIO()
    pq.write_table(pa.table({"image": [b"1", None], "age": [1.0, None]}), buffer)
    whole = buffer.getvalue()
    start = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    for at in range(start, len(whole) - 8):
        (tmp_path / "x.parquet").write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :])
        with suppress(DataError):
            list(open_source(tmp_path / "x.parquet").items())
