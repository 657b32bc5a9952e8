"""Numbers as people write them, and what is odd about columns and is therefore said."""

import pytest

from limner.data.attributes import infer_column_kinds, typed
from limner.data.column_notes import column_notes
from limner.data.columns import clean


@pytest.mark.parametrize(
    ("texts", "numbers", "said"),
    [
        (["\u22120,5", "\u22121,25", "2,5"], [-0.5, -1.25, 2.5], "a typographic minus sign"),
        (["12%", "3.5 %", "100%"], [12.0, 3.5, 100.0], "a per cent sign"),
        (["1 234,5", "12\u00a0000,25", "7,5"], [1234.5, 12000.25, 7.5], "thousands that spaces or apostrophes"),
        (["1'234.50", "12\u2019000.25", "7.5"], [1234.5, 12000.25, 7.5], "thousands that spaces or apostrophes"),
        (["\u22121 234", "5 678", "\u22123"], [-1234.0, 5678.0, -3.0], "thousands that spaces or apostrophes"),
    ],
)
def test_numbers_are_read_as_they_were_meant_and_it_is_said(texts: list, numbers: list, said: str) -> None:
    found = clean({"x": texts}, {})
    assert [float(value) for value in found.columns["x"]] == numbers
    assert any(said in note and "--column x=label" in note for note in found.notes)
    assert clean({"x": texts}, {"x": "label"}).columns["x"] == texts


@pytest.mark.parametrize(
    "texts", [["12%", "0.5", "3%"], ["1 2", "3 4", "5 6"], ["a 123", "b 456", "c 789"], ["\u2212", "x", "y"]]
)
def test_what_may_be_something_else_stays_words(texts: list) -> None:
    assert clean({"x": texts}, {}).columns["x"] == texts


def notes_of(values: list, name: str = "x") -> list[str]:
    found = clean({name: values}, {})
    columns, attributes = typed(found.columns)
    assert infer_column_kinds(found.columns)
    return column_notes(columns, attributes)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([-999.0, 20.5, 30.5, 40.5, -999.0], "x: 2 values are -999, far from the others (20.5 to 40.5)"),
        ([20.5, 30.5, 40.5, 9999.0], "x: 1 values are 9999, far from the others"),
        (["a", "b", "NA", "a", "b", "a"], "x: 'NA' (1) is taken for a class"),
        (["Dog", "dog", "cat", "cat", "Dog", "dog"], "x: Dog, dog are classes of their own"),
        (["1", "01", "1.0", "1", "01", "1.0", "a", "a"], "x: 01, 1, 1.0 are classes of their own"),
        (["3 cm", "4 cm", "5.5 cm"], "x: values are numbers with more beside them (3 cm)"),
        (["$1,000.50", "$2", "\u20ac3"], "x: values are numbers with more beside them ($1,000.50)"),
        (['["a", "b"]', '["c"]', '["a"]'], "x: lists are taken for words"),
        ([3.5, 3.5], "x: all pictures have the same value"),
        (["a", "a"], "x: all pictures have the same value"),
    ],
)
def test_what_is_odd_about_a_column_is_said(values: list, said: str) -> None:
    assert any(note.startswith(said) for note in notes_of(values))


@pytest.mark.parametrize(
    "values",
    [[-1.0, 0.0, 1.0, 2.5], [999.0, 990.5, 1005.5], ["a", "b", "a", "b"], ["a red dog", "two cats", "3 birds at sea"]],
)
def test_nothing_is_said_of_usual_columns(values: list) -> None:
    assert notes_of(values) == []


def test_classes_that_are_as_great_are_in_one_order_each_time() -> None:
    _, (attribute,) = typed({"label": ["1", "01", "1.0", "1", "01", "1.0", "2"]})
    assert attribute.classes == ("01", "1", "1.0", "2")
