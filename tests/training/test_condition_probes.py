"""Whether generated pictures show what was asked for is read off them as it is off real ones."""

import numpy as np
import pytest
import torch

from limner.conditions.attribute import Attribute
from limner.training.alarms import ADHERENCE, raised
from limner.training.condition_probes import ConditionProbes, LinearProbe

KIND = Attribute(name="kind", kind="label", classes=("a", "b", "c"))
SIZE = Attribute(name="size", kind="number", minimum=0, maximum=1, mean=0.5, std=0.3)
HIDDEN = Attribute(name="hidden", kind="number", minimum=0, maximum=1, mean=0.5, std=0.3)


def drawn(n: int, seed: int) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """Features that show kind and size, and conditions of which one shows in nothing."""
    some = torch.Generator().manual_seed(seed)
    kind, size, hidden = (
        torch.randint(3, (n,), generator=some),
        torch.rand(n, generator=some),
        torch.rand(n, generator=some),
    )
    features = torch.randn(n, 24, generator=some)
    features[:, :3] += 4 * torch.eye(3)[kind]
    features[:, 5] += 6 * size
    return features, {"kind": kind, "size": size, "hidden": hidden}


def probes() -> ConditionProbes:
    return ConditionProbes((KIND, SIZE, HIDDEN), drawn(600, 0), drawn(300, 1))


def test_what_is_shown_as_by_real_pictures_is_followed_and_what_nothing_shows_is_left_out() -> None:
    adherence = probes().adherence(*drawn(300, 2))
    assert set(adherence) == {"kind", "size"}
    assert all(value == pytest.approx(1, abs=0.1) for value in adherence.values())


def test_what_is_ignored_is_about_nothing_and_the_half_of_it_half() -> None:
    features, asked = drawn(400, 3)
    shuffled = {
        name: values[torch.randperm(400, generator=torch.Generator().manual_seed(4))] for name, values in asked.items()
    }
    assert all(abs(value) < 0.15 for value in probes().adherence(features, shuffled).values())
    half = {name: torch.cat([values[:200], shuffled[name][200:]]) for name, values in asked.items()}
    assert all(0.35 < value < 0.65 for value in probes().adherence(features, half).values())


def test_unknown_values_do_not_count() -> None:
    features, asked = drawn(300, 5)
    asked["kind"][:100], asked["size"][:100] = -1, float("nan")
    assert all(value > 0.85 for value in probes().adherence(features, asked).values())
    probe = LinearProbe(SIZE, *((f, c["size"]) for f, c in [drawn(300, 6)]).__next__())
    assert probe.agreement(features[:50], torch.full((50,), 0.5)) == 0


def test_agreement_is_by_chance_where_a_generator_makes_one_class_alone() -> None:
    features, asked = drawn(300, 7)
    one = features[asked["kind"] == 0]
    condition = {name: values[: len(one)] for name, values in asked.items()}
    assert abs(probes().adherence(one, condition)["kind"]) < 0.1


def test_an_ignored_condition_raises_an_alarm_that_names_it() -> None:
    rows = [{"step": i, "pictures": 8 * i, "pairwise_accuracy": 0.8} for i in range(30)]
    measured = {"step": 30, "pictures": 240, "held_out_frechet": 3.0, f"{ADHERENCE}hair": 0.04, f"{ADHERENCE}view": 0.9}
    found = raised([*rows, measured])
    assert list(found) == ["ignored condition"]
    assert "4% of 'hair'" in found["ignored condition"]
    assert "view" not in found["ignored condition"]
    assert raised([*rows, measured, measured | {f"{ADHERENCE}hair": 0.7}]) == {}
    assert np.isfinite(measured["held_out_frechet"])
