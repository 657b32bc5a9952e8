"""Dataset folders that are damaged or hostile: refused in one line when they are opened, not when they are used."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from limner.conditions.attribute import Attribute
from limner.data.attributes import as_number, infer_column_kind, natural, typed
from limner.data.dataset import Dataset, write_dataset
from limner.data.report import read_report
from limner.data.sources.layout import lay_out
from limner.errors import DataError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    columns = {"kind": ["a", "b"] * 5, "age": [one / 7 for one in range(10)]}
    return write_dataset(tmp_path / "set", np.zeros((10, 8, 8, 3), np.uint8), columns).path


def refused(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        Dataset.open(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "1"},
        {"format": 3},
        {"format": 1},
        {"options": []},
        {"options": None},
        {"fingerprint": 3},
        {"schema": []},
        {"schema": {"height": 2**40, "width": 8, "channels": 3}},
        {"schema": {"height": 8, "width": 8, "channels": 3, "label": "x"}},
        {"schema": {"height": 8, "width": 8, "channels": 3, "attributes": [{"name": "kind", "kind": "number"}]}},
        {"schema": {"height": 8, "width": 8, "channels": 3, "attributes": [{"name": "x", "kind": "caption"}]}},
        {
            "schema": {
                "height": 8,
                "width": 8,
                "channels": 3,
                "attributes": [{"name": "kind", "kind": "label", "classes": ["a"]}],
            }
        },
    ],
)
def test_what_it_says_of_itself_is_checked(folder: Path, change: dict[str, Any]) -> None:
    about = json.loads((folder / "dataset.json").read_text())
    (folder / "dataset.json").write_text(json.dumps(about | change))
    refused(folder)


@pytest.mark.parametrize("text", ["", "[" * 15_000, "[]", "null", "9" * 5000, '{"format": 1e400}'])
def test_text_that_is_none(folder: Path, text: str) -> None:
    (folder / "dataset.json").write_text(text)
    refused(folder)


@pytest.mark.parametrize(
    "header",
    [b"", b"PK\3\4", b"\x93NUMPY\1\0v\0{'descr': '|u1', 'shape': ((((((", b"\x93NUMPY\1\0\x0a\0{\n        \n  "],
)
def test_pictures_that_are_none(folder: Path, header: bytes) -> None:
    (folder / "pictures.npy").write_bytes(header.ljust(130))
    assert "pictures.npy" in refused(folder)


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": ["a", "b"] * 4},
        {"kind": ["a", "c"] * 5},
        {"kind": ["a", None] * 5},
        {"kind": [1, 2] * 5},
        {"age": ["x"] * 10},
        {"split": ["train", "other"] * 5},
        {"split": [None] * 10},
        {"file_name": [1.0] * 10},
    ],
)
def test_a_table_that_does_not_belong(folder: Path, columns: dict[str, list]) -> None:
    table = pq.read_table(folder / "attributes.parquet").to_pydict()
    rows = len(next(iter(columns.values())))
    pq.write_table(
        pa.table({name: values[:rows] for name, values in (table | columns).items()}), folder / "attributes.parquet"
    )
    refused(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 15_000, '{"source": 3}'])
def test_a_report_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(DataError):
        read_report(tmp_path)


def test_a_class_that_is_called_missing_is_not_the_missing_ones() -> None:
    values = ["(missing)", "a", "a", "(missing)", None, None]
    columns, (attribute,) = typed({"label": values}, "keep")
    assert columns["label"] == ["(missing)", "a", "a", "(missing)", "(missing) 2", "(missing) 2"]
    assert attribute.missing == "(missing) 2"
    _, (attribute,) = typed({"label": values[:4]}, "keep")
    assert attribute.missing is None
    assert (
        Attribute(name="x", kind="label", classes=("(missing)", "a")).missing == "(missing)"
    )  # as files said it before
    assert Attribute.model_validate(attribute.model_dump()) == attribute


def test_numbers_that_nothing_can_hold_are_none() -> None:
    assert [as_number(value) for value in ("1e39", "1e400", "nan", 10**400, True, "9" * 5000)] == [None] * 6
    assert as_number("3.4e38") == 3.4e38
    assert infer_column_kind("x", ["1e200", "2e200", "3e200"]) == "caption"
    assert sorted(["10", "9", "9" * 5000, "2"], key=natural) == ["2", "9", "10", "9" * 5000]


def test_columns_that_no_dataset_can_have() -> None:
    with pytest.raises(DataError, match="columns"):
        typed({f"c{number}": [1, 2] for number in range(10_001)})
    with pytest.raises(DataError, match="a column called"):
        typed({"a" * 10_001: [1, 2]})
    assert infer_column_kind("label", ["a" * 10_001] * 4) == "caption"


def test_a_table_with_a_new_column_a_row_ends_at_once() -> None:
    rows = "".join(f'{{"file_name": "a", "c{number}": 1}}\n' for number in range(20_000)).encode()
    with pytest.raises(DataError, match="more than 10,000 columns"):
        lay_out(["a"], {"metadata.jsonl": rows})
    layout = lay_out(["a"], {"metadata.csv": b"file_name,x\na,\0b\0\n"})
    assert layout.of("a") == {"x": "\ufffdb\ufffd"}
