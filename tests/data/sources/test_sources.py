"""Sources: each kind yields the same pictures and attributes, in order, with every input accounted for."""

import io
import json
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import hostile
from limner.data.sources import identity, open_source
from limner.data.sources.source import Source
from limner.errors import DataError
from limner.pictures import read


def write(folder: Path, *names: str) -> Path:
    for seed, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(hostile.encoded("PNG", hostile.picture(seed=seed)))
    return folder


def packed(folder: Path, kind: str) -> Path:
    """Packs a folder into an archive beside it and returns its path."""
    path = folder.with_name(f"{folder.name}.{kind}")
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for file in files:
                archive.write(file, file.relative_to(folder))
    else:
        with tarfile.open(path, f"w:{kind.removeprefix('tar').removeprefix('.')}") as archive:
            for file in files:
                archive.add(file, f"./{file.relative_to(folder)}")
    return path


def attributes(source: Source) -> dict[str, dict[str, object]]:
    return {item.name: item.attributes for item in source.items()}


KINDS = ["folder", "zip", "tar", "tar.gz", "tar.bz2", "tar.xz"]


def as_kind(folder: Path, kind: str) -> Source:
    return open_source(folder if kind == "folder" else packed(folder, kind))


@pytest.mark.parametrize("kind", KINDS)
def test_class_folders_give_the_label(tmp_path: Path, kind: str) -> None:
    folder = write(tmp_path / "flowers", "rose/1.png", "rose/deep/2.png", "tulip/1.png", "loose.png")
    source = as_kind(folder, kind)
    assert source.columns == ["label"]
    assert source.count == 4
    assert attributes(source) == {
        "loose.png": {"label": None},
        "rose/1.png": {"label": "rose"},
        "rose/deep/2.png": {"label": "rose"},
        "tulip/1.png": {"label": "tulip"},
    }
    for item in source.items():
        assert item.content == (folder / item.name).read_bytes()
        assert item.problem is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_gives_the_attributes_and_folders_do_not(tmp_path: Path, kind: str) -> None:
    folder = write(tmp_path / "set", "a/1.png", "b/2.png", "b/3.png")
    rows = ["\ufefffile_name,colour,size", "a/1.png, red ,1", '"b\\2.png","blue, dark",', "gone.png,x,3", "a/1.png,y,4"]
    (folder / "metadata.csv").write_text("\r\n".join([*rows, ",z,5", "b/3.png,1,2,3", ""]), encoding="utf-8")
    (folder / "README.md").write_text("about")
    source = as_kind(folder, kind)
    assert source.columns == ["colour", "size"]
    assert attributes(source) == {
        "a/1.png": {"colour": "red", "size": "1"},
        "b/2.png": {"colour": "blue, dark", "size": None},
        "b/3.png": {"colour": None, "size": None},
    }
    assert sorted(source.ignored) == ["README.md", "metadata.csv"]
    assert sorted(entry[:2] for entry in source.set_aside) == [
        ("gone.png", "missing file"),
        ("metadata.csv, line 5", "bad row"),
        ("metadata.csv, line 6", "bad row"),
        ("metadata.csv, line 7", "bad row"),
    ]
    assert "1 files have no row" in source.notes[0]


def test_json_lines_keep_numbers_and_text_apart(tmp_path: Path) -> None:
    folder = write(tmp_path, "1.png", "2.png", "3.png")
    rows = [
        {"file_name": "1.png", "n": 3, "x": 0.5, "t": "a \ud800 b", "b": True, "list": [1, 2]},
        {"file_name": "2.png", "n": None, "x": float("nan"), "t": " ", "late": "yes"},
        {"n": 4},
    ]
    lines = [json.dumps(row) for row in rows] + ["{broken", "[1]", "", "[" * 100_000]
    (folder / "metadata.jsonl").write_text("\n".join(lines), encoding="utf-8")
    source = open_source(folder)
    assert source.columns == ["n", "x", "t", "b", "list", "late"]
    got = attributes(source)
    assert got["1.png"] == {"n": 3, "x": 0.5, "t": "a ? b", "b": "true", "list": "[1, 2]", "late": None}
    assert isinstance(got["1.png"]["n"], int)
    assert got["2.png"] == dict.fromkeys(source.columns) | {"late": "yes"}
    assert got["3.png"] == dict.fromkeys(source.columns)
    assert [entry.reason for entry in source.set_aside] == ["bad row"] * 4


def test_tables_in_sub_folders_name_files_beside_them(tmp_path: Path) -> None:
    folder = write(tmp_path, "train/1.png", "test/1.png")
    for split in ("train", "test"):
        (folder / split / "metadata.csv").write_text(f"file_name;text\n1.png;from {split}\n")
    got = attributes(open_source(folder))
    assert got == {"test/1.png": {"text": "from test"}, "train/1.png": {"text": "from train"}}


def test_accents_match_however_they_are_composed(tmp_path: Path) -> None:
    folder = write(tmp_path, "e\u0301te\u0301.png")
    (folder / "metadata.csv").write_text("file_name,season\n\u00e9t\u00e9.png,summer\n", encoding="utf-8")
    assert list(attributes(open_source(folder)).values()) == [{"season": "summer"}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"name,colour\n1.png,red\n", "no column file_name"),
        (b"file_name,a,a\n1.png,2,3\n", "two columns called a"),
        ("file_name,a\n1.png,é\n".encode("latin-1"), "not UTF-8"),
        (b"", "no column file_name"),
        (b'file_name,a\n1.png,"' + b"x" * 200_000 + b'"\n', "line"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_clear_error(tmp_path: Path, content: bytes, words: str) -> None:
    write(tmp_path, "1.png")
    (tmp_path / "metadata.csv").write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        open_source(tmp_path)
    assert "metadata.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["set/train/cat/1.png", "set/test/dog/2.png"], ["dog", "cat"]),
        (["set/images/1.png", "set/images/2.png"], []),
        (["set/cat/1.png", "set/dog/2.png", "notes.txt"], [None, "cat", "dog"]),
        (["train/1.png", "test/2.png"], []),
    ],
)
def test_folders_that_are_no_classes_give_no_label(tmp_path: Path, names: list[str], labels: list[str | None]) -> None:
    source = open_source(write(tmp_path, *names))
    assert [item.attributes.get("label") for item in source.items()] == (labels or [None] * len(names))
    splits = ["split"] if any(name.startswith(("train/", "set/train/")) for name in names) else []
    assert source.columns == [*splits, *(["label"] if labels else [])]


def test_clutter_is_ignored_but_counted_and_pictures_never_are(tmp_path: Path) -> None:
    clutter = [".DS_Store", "Thumbs.db", "README.md", "LICENSE", "a/.hidden", "__MACOSX/._1.png", "desktop.ini"]
    write(tmp_path, "1.png", "a/.hidden.png", "readme.png", "strange.xyz", *clutter)
    source = open_source(tmp_path)
    assert sorted(source.ignored) == sorted(clutter)
    assert sorted(item.name for item in source.items()) == ["1.png", "a/.hidden.png", "readme.png", "strange.xyz"]


def test_items_can_be_had_again_in_the_same_order(tmp_path: Path) -> None:
    source = open_source(write(tmp_path, *(f"{number}.png" for number in range(20))))
    assert [item.name for item in source.items()] == sorted(f"{number}.png" for number in range(20))
    assert list(source.items()) == list(source.items())


def test_a_file_that_vanishes_is_unreadable_and_stops_nothing(tmp_path: Path) -> None:
    source = open_source(write(tmp_path, "1.png", "2.png", "3.png"))
    (tmp_path / "2.png").unlink()
    items = list(source.items())
    assert [item.problem and item.problem.reason for item in items] == [None, "unreadable", None]
    assert len(items) == source.count


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing", "no such file"),
        ("a.xyz", "not a source"),
        ("empty", "holds no files"),
        ("clutter", "holds no files"),
    ],
)
def test_what_is_no_source_is_one_clear_error(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "a.xyz").write_bytes(b"text")
    (tmp_path / "empty/inner").mkdir(parents=True)
    (tmp_path / "clutter").mkdir()
    (tmp_path / "clutter/README.md").write_text("text")
    with pytest.raises(DataError, match=words) as caught:
        open_source(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


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
    assert "Shards of test and train are taken together" in open_source(tmp_path).notes[0]
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


def test_identity_changes_with_the_files_and_only_then(tmp_path: Path) -> None:
    folder = write(tmp_path / "set", "a/1.png", "2.png")
    archive = packed(folder, "zip")
    first = identity(folder), identity(archive)
    assert first == (identity(folder), identity(archive))
    write(folder, "a/3.png")
    assert identity(folder) != first[0]
    archive.write_bytes(archive.read_bytes() + b" ")
    assert identity(archive) != first[1]
    assert identity(write(tmp_path / "other", "a/1.png", "2.png")) != first[0]
    with pytest.raises(DataError, match="no such file"):
        identity(tmp_path / "missing")


def test_opening_a_source_needs_no_torch() -> None:
    import subprocess
    import sys

    modules = "source, tars, zips, folder, parquet, arrays"
    code = f"import sys; from limner.data.sources import {modules}; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("name", "count", "columns"),
    [
        ("noto-emoji-128.zip", 3583, ["text", "category", "subcategory"]),
        ("texture-shape-224.zip", 1280, ["shape", "texture"]),
        ("kodak.zip", 24, []),
        ("fashion-mnist", 70_000, ["label"]),
        ("mnist/test-00000-of-00001.parquet", 10_000, ["label"]),
        ("styles", 7, []),
    ],
)
def test_real_data_is_listed_whole(shared: Path, name: str, count: int, columns: list[str]) -> None:
    source = open_source(shared / "data" / name)
    assert (source.count, source.columns, source.set_aside) == (count, columns, [])
    seen = 0
    for index, item in enumerate(source.items()):
        assert item.problem is None
        seen += 1
        if index % 500 == 0:
            assert read(item.content).mode in ("L", "RGB")
    assert seen == count


def test_real_labels_have_their_names(shared: Path) -> None:
    source = open_source(shared / "data/fashion-mnist/test-00000-of-00001.parquet")
    labels = {item.attributes["label"] for item in source.items()}
    assert len(labels) == 10
    assert {"Sandal", "Bag", "Ankle boot"} <= {str(label) for label in labels}


def test_zip_of_one_folder_and_packed_by_windows(tmp_path: Path) -> None:
    buffer = io.BytesIO(hostile.zipped([]))
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("set\\rose\\1.png", "set\\tulip\\1.png"):
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, hostile.encoded("PNG"))
    (tmp_path / "a.zip").write_bytes(buffer.getvalue())
    assert attributes(open_source(tmp_path / "a.zip")) == {
        "set/rose/1.png": {"label": "rose"},
        "set/tulip/1.png": {"label": "tulip"},
    }
