"""Sources: each kind yields the same pictures and attributes, in order, with every input accounted for."""

import io
import zipfile
from pathlib import Path

import pytest

import hostile
from limner.data.sources import identity, open_source
from limner.data.sources.folder_names import SPLIT
from limner.data.sources.source import Source
from limner.errors import DataError
from limner.pictures import read
from source_folders import attributes, packed, write

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
    splits = [SPLIT] if any(name.startswith(("train/", "set/train/")) for name in names) else []
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
        ("fashion-mnist", 70_000, ["label", SPLIT]),
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
