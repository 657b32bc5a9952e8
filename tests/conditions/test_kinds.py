"""Kinds of condition: what is left out adds nothing, and what is dropped at random is dropped as often as was asked."""

import pytest
import torch

from limner.conditions.attribute import Attribute
from limner.conditions.dropout import drop_conditions
from limner.conditions.kinds import CONDITION_KINDS, condition_kind_of
from limner.conditions.resolve import resolve
from limner.errors import ConditionError
from limner.networks.conditioning import ConditionEncoder
from small_models import AGE, KIND, TABLE, small_model

BOTH = (KIND, AGE)


def test_what_is_unknown_adds_nothing() -> None:
    torch.manual_seed(0)
    encoder = ConditionEncoder(BOTH, 5)
    unknown = {a.name: condition_kind_of(a).null_value(a)[None] for a in BOTH}
    known = {"kind": torch.tensor([2]), "age": torch.tensor([0.9])}
    assert not encoder(unknown).any()
    parts = [encoder(unknown | {name: value}) for name, value in known.items()]
    torch.testing.assert_close(encoder(known), parts[0] + parts[1])
    assert all(part.abs().max() > 0.1 for part in parts)


def test_what_is_unknown_has_gradients_that_are_finite() -> None:
    encoder = ConditionEncoder(BOTH, 5)
    encoder({a.name: condition_kind_of(a).null_value(a)[None] for a in BOTH}).sum().backward()
    assert all(
        bool(parameter.grad.isfinite().all()) for parameter in encoder.parameters() if parameter.grad is not None
    )


def test_as_many_are_dropped_as_asked_for() -> None:
    n, share = 200_000, 0.2
    condition = {"kind": torch.ones(n, dtype=torch.int64), "age": torch.full((n,), 0.5)}
    draws = torch.rand(n, 3, generator=torch.Generator().manual_seed(0))
    dropped = drop_conditions(condition, BOTH, draws, share)
    kind, age = dropped["kind"] < 0, dropped["age"].isnan()
    one = share + (1 - share) * share  # with all the others, or alone
    both = share + (1 - share) * share**2
    for found, expected in ((kind, one), (age, one), (kind & age, both)):
        assert float(found.float().mean()) == pytest.approx(expected, abs=0.01)
    alone = drop_conditions(condition, (KIND,), draws[:, :2], share)["kind"] < 0
    assert float(alone.float().mean()) == pytest.approx(share, abs=0.01)
    assert torch.equal(drop_conditions(condition, BOTH, draws, 0.0)["kind"], condition["kind"])


def test_none_leaves_an_attribute_out_of_a_model_that_learned_to_do_without() -> None:
    found = resolve({"kind": None}, BOTH, TABLE, 0, range(2), optional=True)
    assert found["kind"].tolist() == [-1, -1]
    model = small_model("gan", "condition=[kind,age]", "condition_dropout=0.1")
    without = model.sample(2, condition={"kind": None, "age": 0.5})
    assert (without != model.sample(2, condition={"kind": "long", "age": 0.5})).any()
    with pytest.raises(ConditionError, match="name of no class"):
        small_model("gan", "condition=[kind,age]").sample(condition={"kind": None})


def test_a_kind_that_no_generator_reads_is_named() -> None:
    with pytest.raises(ConditionError, match=r"'text' is a caption.*choose from: label, number") as caught:
        condition_kind_of(Attribute(name="text", kind="caption"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "label"},
        {"kind": "number", "shape": (3,)},
        {"kind": "sketch"},
        {"kind": "sketch", "shape": (0, 3)},
        {"kind": "sketch", "shape": (99999, 99999)},
        {"kind": "no such!", "shape": (3,)},
    ],
)
def test_an_attribute_has_what_its_kind_needs(fields: dict) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Attribute(name="it", **fields)


def test_every_kind_says_in_words_what_it_takes() -> None:
    assert CONDITION_KINDS["label"].describe(KIND) == "round, square, long"
    assert CONDITION_KINDS["label"].text(KIND, torch.tensor(1)) == "square"
    assert CONDITION_KINDS["number"].describe(AGE) == "a number from 0 to 1"
    assert CONDITION_KINDS["number"].text(AGE, torch.tensor(0.25)) == "0.25"
