"""Columns are taken as they were meant: with the right values, and a line for every guess."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from limner.data import prepare
from limner.data.attributes import infer_column_kinds
from limner.data.columns import clean, parse_kinds
from limner.data.report import read_report
from limner.errors import UsageError


@pytest.mark.parametrize(
    ("values", "meant", "said"),
    [
        (["1,5", "2", "-0,25"], [1.5, 2.0, -0.25], "commas are read as decimal points"),
        ([*map(str, range(30)), "NA", "n/a"], [*map(float, range(30)), None, None], "2 of 32 values are no numbers"),
        ([*(f"{i}.5" for i in range(30)), "12_1"], [*(i + 0.5 for i in range(30)), None], "('12_1')"),
        (["1", "2", "2", "NA"], [1.0, 2.0, 2.0, None], "1 of 4 values"),
    ],
)
def test_numbers_as_people_write_them(values: list, meant: list, said: str) -> None:
    found = clean({"size": values}, {})
    assert found.columns["size"] == meant
    assert said in found.notes[0]
    assert all("--column size=label" in line for line in found.notes)


@pytest.mark.parametrize(
    ("values", "meant"),
    [
        (["0,844", "1,250", "2"], [0.844, 1.25, 2.0]),  # no thousands begin with a zero
        (["1,250", "12,5"], [1.25, 12.5]),
        (["1234,567", "1,250"], [1234.567, 1.25]),
        (["1.234,5", "1,250"], [1234.5, 1.25]),
        (["1,234,567", "1,250", "12"], [1_234_567.0, 1250.0, 12.0]),
        (["1,250.5", "1,250"], [1250.5, 1250.0]),
        (["0.5", "1,250"], [0.5, 1250.0]),
    ],
)
def test_commas_that_say_what_they_are(values: list, meant: list[float]) -> None:
    found = clean({"size": values}, {})
    assert found.columns["size"] == meant
    (line,) = found.notes
    assert "guess" not in line
    assert "--column size=label" in line


@pytest.mark.parametrize(
    ("values", "meant", "instead"),
    [
        (["1,250", "2,125"], [1.25, 2.125], ("thousands-comma", [1250.0, 2125.0])),
        (["1,250", "950"], [1250.0, 950.0], ("decimal-comma", [1.25, 950.0])),
    ],
)
def test_a_guess_of_commas_names_the_option_that_overrules_it(values: list, meant: list, instead: tuple) -> None:
    found, (kind, others) = clean({"size": values}, {}), instead
    assert found.columns["size"] == meant
    assert "by a guess" in found.notes[0]
    assert f"--column size={kind}" in found.notes[0]
    overruled = clean({"size": values}, {"size": kind})
    assert (overruled.columns["size"], overruled.kinds, overruled.notes) == (others, {"size": "number"}, [])


def test_commas_follow_the_other_columns_and_the_separator_of_cells() -> None:
    assert clean({"a": ["1,250", "950"], "b": ["0,5", "1,5"]}, {}).columns["a"] == [1.25, 950.0]
    assert clean({"a": ["1,250", "2,125"], "b": ["1,234,567", "2"]}, {}).columns["a"] == [1250.0, 2125.0]
    found = clean({"a": ["1,250", "950"]}, {}, semicolons=True)
    assert found.columns["a"] == [1.25, 950.0]
    assert "guess" not in found.notes[0]
    assert clean({"a": ["1,250", "950"]}, {"a": "number"}).columns["a"] == [1250.0, 950.0]


@pytest.mark.parametrize(
    "values",
    [
        ["oak", "elm", "NA", "oak"],  # a word among words
        ["NO", "on", "DE"],
        ["1", "2", "other", "1", "2"],
        ["1.5", "2.5", "x"],
        [1.5, 2.5, None],
    ],
)
def test_other_columns_stay_as_they_are(values: list) -> None:
    found = clean({"it": values}, {})
    assert found.columns["it"] == values
    assert found.notes == []


def test_what_a_person_says_of_a_column_counts() -> None:
    columns = {"size": ["1,5", "x", "2"], "code": [1.5, 2.5, 3.5], "text": ["a", "a", "b"], "junk": [1, 2, 3]}
    named = {"size": "number", "code": "label", "text": "caption", "junk": "none"}
    found = clean(columns, named)
    assert found.columns == {"size": [1.5, None, 2.0], "code": ["1.5", "2.5", "3.5"], "text": ["a", "a", "b"]}
    assert found.kinds == {"size": "number", "code": "label", "text": "caption"}
    with pytest.raises(UsageError, match="no such column; did you mean 'size'"):
        clean(columns, {"sise": "number"})
    with pytest.raises(UsageError, match="none of its values is a number"):
        clean(columns, {"text": "number"})
    for wrong in ("size", "=label", "size=thing"):
        with pytest.raises(UsageError, match=r"--column"):
            parse_kinds([wrong])
    assert parse_kinds(["a=b=label"]) == {"a=b": "label"}


def test_a_dataset_has_the_values_that_were_meant_and_the_report_says_what_they_are(tmp_path: Path) -> None:
    folder, random = tmp_path / "pictures", np.random.default_rng(0)
    folder.mkdir()
    rows = ["file_name;size;country;grade"]
    for index in range(24):
        Image.fromarray(random.integers(0, 256, (8, 8, 3), np.uint8)).save(folder / f"{index}.png")
        rows.append(f"{index}.png;{index},500;{('NO', 'DE')[index % 2]};{index % 3}")
    rows[5] = "4.png;NA;NO;1"
    (folder / "metadata.csv").write_text("\ufeff" + "\n".join(rows), encoding="utf-8")
    dataset = prepare(folder, tmp_path / "dataset", missing="keep", columns={"grade": "number"})
    kinds = {one.name: one.kind for one in dataset.schema.attributes}
    assert kinds == {"size": "number", "country": "label", "grade": "number"}
    values = dict(zip(dataset.table["file_name"].to_pylist(), dataset.table["size"].to_pylist(), strict=True))
    assert values["3.png"] == 3.5
    assert np.isnan(values["4.png"])
    assert dataset.schema.attribute("country").classes == ("DE", "NO")
    report = read_report(tmp_path / "dataset")
    assert ("size", "", "number, from 0.5 to 23.5") in report.rows()
    assert any("1 of 24 values are no numbers" in note for note in report.notes)
    assert infer_column_kinds({"size": [None]}) == {}
