"""Parquet files as sources: pictures, attributes and names of classes, shards, and bounded memory."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import hostile
from limner.data.sources import open_source
from limner.data.sources.folder_names import SPLIT
from limner.errors import DataError
from source_folders import write


def table(rows: int = 10, **columns: object) -> pa.Table:
    images = [
        {"bytes": hostile.encoded("PNG", hostile.picture(seed=row)), "path": f"p{row}.png"} for row in range(rows)
    ]
    return pa.table({"image": images, **columns})


def test_parquet_in_hugging_face_layout(tmp_path: Path) -> None:
    made = table(
        4,
        label=[0, 1, None, 7],
        size=pa.array([1.5, float("nan"), None, 2.0], pa.float32()),
        text=["a", "", None, "d"],
        flag=[True, False, None, True],
        count=[1, 2, 3, None],
        boxes=[[1], [2], [], None],
        kind=pa.array(["x", "y", "x", None]).dictionary_encode(),
    )
    names = {"info": {"features": {"label": {"_type": "ClassLabel", "names": ["cat", "dog"]}, "count": {}}}}
    pq.write_table(made.replace_schema_metadata({"huggingface": json.dumps(names)}), tmp_path / "a.parquet")
    source = open_source(tmp_path / "a.parquet")
    assert source.columns == ["label", "size", "text", "flag", "count", "kind"]
    assert "boxes" in source.notes[0]
    items = list(source.items())
    assert [item.name for item in items] == ["p0.png", "p1.png", "p2.png", "p3.png"]
    assert [item.attributes["label"] for item in items] == ["cat", "dog", None, None]
    assert source.classes == {"label": ["cat", "dog"]}
    assert items[0].attributes == {"label": "cat", "size": 1.5, "text": "a", "flag": "true", "count": 1, "kind": "x"}
    assert items[1].attributes["size"] is items[1].attributes["text"] is None
    assert items[2].content == hostile.encoded("PNG", hostile.picture(seed=2))


def test_parquet_without_bytes_reports_the_rows(tmp_path: Path) -> None:
    good = hostile.encoded("PNG")
    rows = [{"bytes": good, "path": None}, {"bytes": None, "path": "/etc/passwd"}, None, {"bytes": b"", "path": ""}]
    kind = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    pq.write_table(pa.table({"image": pa.array(rows, kind)}), tmp_path / "a.parquet")
    items = list(open_source(tmp_path / "a.parquet").items())
    assert [item.problem and item.problem.reason for item in items] == [None, "empty", "empty", None]
    assert [item.content for item in items] == [good, None, None, b""]
    assert [item.name for item in items] == ["a-000000", "/etc/passwd", "a-000002", "a-000003"]


def test_a_folder_of_shards_is_one_source(tmp_path: Path) -> None:
    for number in (2, 0, 1):
        made = pa.table(
            {"img": pa.array([hostile.encoded("PNG", hostile.picture(seed=number))] * 3, pa.large_binary())}
        )
        (tmp_path / "data").mkdir(exist_ok=True)
        pq.write_table(made.append_column("y", [[number] * 3]), tmp_path / f"data/train-{number}.parquet")
    (tmp_path / "README.md").write_text("about")
    source = open_source(tmp_path)
    assert (source.count, source.columns, source.ignored) == (9, ["y"], ["README.md"])
    assert [item.attributes["y"] for item in source.items()] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert source.notes == []
    pq.write_table(pq.read_table(tmp_path / "data/train-0.parquet"), tmp_path / "data/test-0.parquet")
    both = open_source(tmp_path)
    assert both.notes == ["The splits are those of the shards; others with --split."]
    given = [item.attributes[SPLIT] for item in both.items()]
    assert given == ["test"] * 3 + ["train"] * 9
    (tmp_path / "data/test-0.parquet").rename(tmp_path / "data/latest.parquet")
    assert open_source(tmp_path).notes == []
    pq.write_table(pa.table({"img": [b""], "z": [1]}), tmp_path / "data/train-3.parquet")
    with pytest.raises(DataError, match="lacks the column y"):
        open_source(tmp_path)


def test_parquet_beside_pictures_is_no_shard(tmp_path: Path) -> None:
    pq.write_table(table(2), write(tmp_path, "1.png") / "a.parquet")
    assert [item.name for item in open_source(tmp_path).items()] == ["1.png", "a.parquet"]


def test_parquet_memory_stays_flat(tmp_path: Path) -> None:
    noise = np.random.default_rng(0)
    schema = pa.schema({"image": pa.binary()})
    options = {"compression": "none", "use_dictionary": False, "write_batch_size": 4}  # pages of 4 MB
    with pq.ParquetWriter(tmp_path / "a.parquet", schema, **options) as writer:
        for _ in range(3):  # row groups of 64 MB
            writer.write_table(pa.table({"image": [noise.bytes(2**20) for _ in range(64)]}, schema), row_group_size=64)
    before, peak = pa.total_allocated_bytes(), 0
    for item in open_source(tmp_path / "a.parquet").items():
        assert isinstance(item.content, bytes)
        peak = max(peak, pa.total_allocated_bytes() - before)
    assert peak < 48 * 2**20
