"""Conditions: what a person asks for is a class or a finite number, or one line that says why not."""

from typing import Any

import pytest
import torch

from limner.conditions.attribute import Attribute
from limner.conditions.resolve import parse_condition, resolve
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
