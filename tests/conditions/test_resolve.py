"""Conditions: what a person asks for is a class or a finite number, or one line that says why not."""

from typing import Any

import pytest
import torch

from limner.conditions.attribute import Attribute
from limner.conditions.resolve import resolve
from limner.conditions.values import extrapolation_warnings
from limner.conditions.written import parse_condition
from limner.errors import ConditionError
from small_models import AGE, KIND, TABLE


def asked(wish: dict[str, Any]) -> dict[str, torch.Tensor]:
    return resolve(wish, (KIND, AGE), TABLE, 0, range(2))


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400", "1e39", "", "x", True, None, [], {}, "9" * 5000])
def test_a_number_is_finite(value: Any) -> None:
    with pytest.raises(ConditionError) as caught:
        asked({"age": [value] * 2})
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "value", [True, None, [], {}, "3", "-1", "9" * 5000, "²", "round ", torch.tensor(3), torch.tensor(0.5)]
)
def test_a_class_is_one_that_there_is(value: Any) -> None:
    with pytest.raises(ConditionError) as caught:
        asked({"kind": [value] * 2})
    assert len(str(caught.value)) < 300


def test_what_is_right_is_taken() -> None:
    found = asked({"kind": ["long", 1], "age": ["0.25", 1]})
    assert found["kind"].tolist() == [2, 1]
    assert found["age"].tolist() == [0.25, 1.0]


def test_names_in_messages_are_short_and_printable() -> None:
    for texts in (["a" * 30_000], ["\x1b[31m=1", "\x1b[31m=2"]):
        with pytest.raises(ConditionError) as caught:
            parse_condition(texts)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 300
    with pytest.raises(ConditionError, match=r"'a\\nb'"):
        asked({"a\nb": 1})


@pytest.mark.parametrize("asked", ["0", 0, "3", 3, "01", "1.0"])
def test_classes_that_are_numbers_are_matched_exactly_and_no_other_is_taken(asked: Any) -> None:
    size = Attribute(name="size", kind="label", classes=("1", "2", "10"))
    table = {"size": torch.tensor([0, 1, 2])}
    assert resolve({"size": 10}, (size,), table, 0, range(1))["size"].tolist() == [2]
    assert resolve({"size": "2"}, (size,), table, 0, range(1))["size"].tolist() == [1]
    with pytest.raises(ConditionError, match=r"no class.*1, 2, 10"):
        resolve({"size": asked}, (size,), table, 0, range(1))


def test_several_conditions_may_be_written_in_one() -> None:
    assert parse_condition(["kind=long,age=0.5", "c=3"]) == {"kind": "long", "age": "0.5", "c": "3"}
    assert parse_condition(["place=Paris, France"]) == {"place": "Paris, France"}


@pytest.mark.parametrize(("text", "number"), [("0,5", 0.5), ("1,25", 1.25), ("-0,125", -0.125), (" 0,844 ", 0.844)])
def test_a_number_may_have_a_decimal_comma(text: str, number: float) -> None:
    value = parse_condition([f"kind=long,age={text}"])["age"]
    assert asked({"age": value})["age"][0].item() == pytest.approx(number)


@pytest.mark.parametrize("text", ["1,250", "1,250,000", "0,5,x"])
def test_a_number_that_can_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(ConditionError, match=r"age: .* is not a number .*; write it without a comma\."):
        asked({"age": text})


def test_a_number_beyond_what_was_seen_is_said() -> None:
    line = "age = 55: the training pictures have 0 to 1; the picture is extrapolated beyond 1."
    assert extrapolation_warnings({"age": "55", "kind": "long"}, (KIND, AGE)) == [line]
    assert extrapolation_warnings({"age": ["-3,5", 0.5, "-3,5"]}, (KIND, AGE)) == [
        "age = -3,5: the training pictures have 0 to 1; the picture is extrapolated beyond 0."
    ]
    for within in (0, "1", "0,5", None, "none", [0.1, 0.9]):
        assert extrapolation_warnings({"age": within}, (KIND, AGE)) == []
    assert (
        extrapolation_warnings({"age": 7}, (Attribute(name="age", kind="number"),)) == []
    )  # of a range that nobody knows
