import math

import pytest

from limner.conditions.attribute import Attribute
from limner.data.attributes import (
    MISSING_CLASS,
    incomplete,
    infer_column_kind,
    infer_column_kinds,
    main_label,
    natural,
    typed,
)

SPECIES = ["oak", "elm", "oak", "ash", "elm", "oak"]


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("height", [index * 0.1 for index in range(30)], "number"),
        ("height", ["1.5", "2", "2.25"], "number"),
        ("year", list(range(1900, 1930)), "number"),
        ("rating", [1, 2, 3, 1, 2, 3, 1], "label"),
        ("rating", ["1", "2", "10", "1"], "label"),
        ("half", [0.5, 1.0, 0.5, 1.0], "number"),
        ("species", SPECIES, "label"),
        ("text", [f"a flower, number {index}" for index in range(30)], "caption"),
        ("label", list(range(100)), "label"),
        ("class", list(range(1001)), "number"),
        ("label", [f"a title, number {index}" for index in range(30)], "caption"),
        ("open", [True, False, True, False], "label"),
        ("only", ["same"] * 5, "label"),
        ("species", [None, "", *SPECIES, float("nan"), "nan"], "label"),
        ("mixed", [1, 2, "three", 1, 2, "three"], "label"),
        ("infinite", ["1", "inf", "1", "inf"], "label"),
        ("nothing", [None, "", "  ", float("nan")], None),
    ],
)
def test_a_column_is_what_the_rule_says(name: str, values: list, kind: str | None) -> None:
    assert infer_column_kind(name, values) == kind


def test_classes_are_sorted_naturally() -> None:
    _, attributes = typed({"label": ["10", "9", "1", "10", "2", "9"]})
    assert attributes[0].classes == ("1", "2", "9", "10")
    assert sorted(["b2", "b10", "a", "2", "10"], key=natural) == ["2", "10", "a", "b2", "b10"]


def test_classes_keep_the_order_of_their_source() -> None:
    _, attributes = typed(
        {"wear": ["bag", "coat", "", "dress"]}, "keep", {"wear": "label"}, {"wear": ["dress", "hat", "bag"]}
    )
    assert attributes[0].classes == ("dress", "bag", "(missing)", "coat")


def test_whole_numbers_are_the_same_class_however_they_are_written() -> None:
    columns, attributes = typed({"label": [3, 3.0, 1, 1.0]})
    assert columns["label"] == ["3", "3", "1", "1"]
    assert attributes[0].classes == ("1", "3")


def test_numbers_come_with_their_statistics() -> None:
    columns, attributes = typed({"size": ["1.5", 2.5, None, "3.5"]})
    assert attributes == [
        Attribute(name="size", kind="number", minimum=1.5, maximum=3.5, mean=2.5, std=math.sqrt(2 / 3))
    ]
    assert columns["size"][:2] == [1.5, 2.5]
    assert math.isnan(columns["size"][2])


def test_a_constant_number_can_be_divided_by_its_deviation() -> None:
    assert typed({"size": [0.5, 0.5, 0.5]})[1][0].std == 1.0


def test_missing_values_follow_the_rule() -> None:
    columns = {
        "species": ["oak", "elm", None, "oak", "oak"],
        "size": [1.5, 2.5, 4.5, float("nan"), 3.5],
        "text": ["one", "two", None, "three", "four"],
    }
    kept, attributes = typed(columns, "keep")
    assert kept["species"] == ["oak", "elm", MISSING_CLASS, "oak", "oak"]
    assert MISSING_CLASS in attributes[0].classes
    assert math.isnan(kept["size"][3])
    assert kept["text"][2] == ""
    mean, attributes = typed(columns, "mean")
    assert mean["species"] == ["oak", "elm", "oak", "oak", "oak"]
    assert attributes[0].classes == ("elm", "oak")
    assert mean["size"][3] == pytest.approx(3.0)


def test_a_picture_is_incomplete_without_a_label_or_number_but_not_without_a_caption() -> None:
    columns = {
        "text": ["one", None, "three", "four", "five", "six"],
        "species": ["oak", "oak", None, "elm", "oak", "elm"],
        "size": [1.5, 2.5, None, None, 3.5, 4.5],
        "nothing": [None] * 6,
    }
    assert incomplete(columns, infer_column_kinds(columns)) == {2: "species", 3: "size"}


@pytest.mark.parametrize(
    ("names", "main"),
    [
        (["species", "category", "class", "label"], "label"),
        (["species", "category", "Class"], "Class"),
        (["species", "category"], "category"),
        (["species", "genus"], "species"),
        ([], None),
    ],
)
def test_the_main_label_is_chosen_by_name_and_then_by_order(names: list[str], main: str | None) -> None:
    attributes = [Attribute(name=name, kind="label", classes=("a",)) for name in names]
    assert main_label([Attribute(name="size", kind="number"), *attributes]) == main
