"""Tables of attributes beside pictures: which file a row is of, and rows and tables that cannot be read."""

import json
from pathlib import Path

import pytest

from limner.data.sources import open_source
from limner.errors import DataError
from source_folders import attributes, write


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
    assert got == {
        f"{split}/1.png": {"text": f"from {split}", "split of the folder": split} for split in ("train", "test")
    }


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
