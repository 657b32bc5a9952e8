"""Conditions change maps by parts: what one attribute does, it does whatever the others are."""

import pytest
import torch

from limner.conditions.attribute import Attribute
from limner.networks.conditioning import ConditionEncoder, FiLM

SIDE = Attribute(name="side", kind="label", classes=("left", "right"))
LIGHT = Attribute(name="light", kind="number", mean=1.0, std=2.0)


def test_changes_of_attributes_add_up() -> None:
    torch.manual_seed(0)
    film = FiLM((SIDE, LIGHT), (8, 4))
    with torch.no_grad():  # left and right, each at a light of 0 and of 3
        changes = film({"side": torch.tensor([0, 1, 0, 1]), "light": torch.tensor([0.0, 0.0, 3.0, 3.0])})
    assert [tuple(change.shape) for change in changes] == [(4, 16), (4, 8)]
    for change in changes:
        torch.testing.assert_close(change[1] - change[0], change[3] - change[2])
        assert (change[2] - change[0]).abs().max() > 0.01
        assert (change[1] - change[0]).abs().max() > 0.01


@pytest.mark.parametrize("name", ["type", "a.b", "keys", "training", "", "#1", "a b", "forward"])
def test_any_name_of_an_attribute_will_do(name: str) -> None:
    attributes = (
        SIDE,
        Attribute(name=name, kind="number"),
        Attribute(name=f"{name}2", kind="label", classes=("x", "y")),
    )
    encoder = ConditionEncoder(attributes, 4)
    condition = {"side": torch.tensor([0]), name: torch.tensor([1.0]), f"{name}2": torch.tensor([1])}
    assert encoder(condition).shape == (1, 4)
    again = ConditionEncoder(attributes, 4)
    again.load_state_dict(encoder.state_dict())
    assert torch.equal(again(condition), encoder(condition))
