"""Values by hand; and perfect, rotated and random latents, which every measure must put in that order."""

import math

import pytest
import torch
from torch import Tensor

from limner.metrics import dci, mutual_information_gap, sap

RANDOM = torch.Generator().manual_seed(0)
COUNT = 1500
FACTORS = {
    "shade": torch.rand(COUNT, generator=RANDOM),
    "shape": torch.randint(3, (COUNT,), generator=RANDOM),
    "size": torch.rand(COUNT, generator=RANDOM),
}
PERFECT = torch.stack([values.double() for values in FACTORS.values()], 1)
PERFECT = (PERFECT - PERFECT.mean(0)) / PERFECT.std(0)
PERFECT = torch.cat([PERFECT, torch.randn(COUNT, 2, generator=RANDOM)], 1)
TURN = torch.linalg.qr(torch.randn(5, 5, generator=RANDOM, dtype=torch.float64)).Q
LATENTS = {"perfect": PERFECT, "rotated": PERFECT @ TURN, "random": torch.randn(COUNT, 5, generator=RANDOM)}


def test_gap_by_hand() -> None:
    # The first dimension is the factor, of entropy log 2. The second agrees in 3 of 4: its information is
    # log 2 - H(1/4), so that the gap is H(1/4) / log 2.
    factor = torch.tensor([0, 0, 0, 0, 1, 1, 1, 1])
    second = torch.tensor([0, 0, 0, 1, 1, 1, 1, 0])
    entropy = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75))
    latents = torch.stack([factor, second, torch.zeros(8)], 1).float()
    assert mutual_information_gap(latents, {"factor": factor}) == pytest.approx(entropy / math.log(2))
    twice = torch.stack([factor, factor], 1).float()
    assert mutual_information_gap(twice, {"factor": factor}) == pytest.approx(0)


def test_gap_does_not_heed_scale_or_the_names_of_labels() -> None:
    found = mutual_information_gap(LATENTS["rotated"], FACTORS)
    renamed = FACTORS | {"shape": FACTORS["shape"] * -7 + 3, "size": FACTORS["size"] * 100 - 5}
    assert mutual_information_gap(LATENTS["rotated"] * 1000, renamed) == pytest.approx(found, abs=0.01)


def test_separated_attributes_by_hand() -> None:
    # a line: squared correlations 1 and 1/2, as the second is the first plus as much again
    signs = torch.tensor([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]).repeat(10, 1)
    latents = torch.stack([signs[:, 0], signs.sum(1)], 1)
    assert sap(latents, {"first": signs[:, 0]}) == pytest.approx(0.5)
    # thresholds: all right, and, of a dimension that says nothing, half right
    labels = torch.tensor([0, 1]).repeat(50)
    latents = torch.stack([labels * 3.0, torch.zeros(100)], 1)
    assert sap(latents, {"label": labels}) == pytest.approx(0.5)


def test_perfect_codes() -> None:
    found = dci(LATENTS["perfect"], FACTORS)
    assert min(found) > 0.95
    assert max(found) <= 1
    assert mutual_information_gap(LATENTS["perfect"], FACTORS) > 0.9
    assert sap(LATENTS["perfect"], FACTORS) > 0.8


def test_rotated_codes_say_as_much_but_not_apart() -> None:
    found = dci(LATENTS["rotated"], FACTORS)
    assert max(found.disentanglement, found.completeness) < 0.5
    assert found.informativeness > 0.7
    assert mutual_information_gap(LATENTS["rotated"], FACTORS) < 0.25
    assert sap(LATENTS["rotated"], FACTORS) < 0.5


def test_random_codes_say_nothing() -> None:
    found = dci(LATENTS["random"], FACTORS)
    assert max(found.disentanglement, found.completeness) < 0.05
    assert found.informativeness < 0.2  # a third of the guesses of the shape are right
    assert mutual_information_gap(LATENTS["random"], FACTORS) < 0.03
    assert sap(LATENTS["random"], FACTORS) < 0.05


def test_seeds_repeat() -> None:
    few = {name: values[:200] for name, values in FACTORS.items()}
    assert dci(LATENTS["rotated"][:200], few, seed=4) == dci(LATENTS["rotated"][:200], few, seed=4)


BAD: list[tuple[Tensor, dict[str, Tensor], str]] = [
    (PERFECT[:, :1], FACTORS, "2 dimensions"),
    (PERFECT, {}, "factors are needed"),
    (PERFECT, {"flat": torch.ones(COUNT), "more": torch.ones(COUNT)}, "factor flat"),
    (PERFECT, {"short": torch.rand(3), "more": torch.rand(3)}, "factor short"),
]


@pytest.mark.parametrize("measure", [mutual_information_gap, dci, sap])
@pytest.mark.parametrize(("latents", "factors", "complaint"), BAD)
def test_impossible_input_is_refused(
    measure: object, latents: Tensor, factors: dict[str, Tensor], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        measure(latents, factors)


def test_dci_needs_two_factors_and_some_pictures() -> None:
    with pytest.raises(ValueError, match="2 factors"):
        dci(PERFECT, {"shade": FACTORS["shade"]})
    with pytest.raises(ValueError, match="20 pictures"):
        dci(PERFECT[:9], {name: values[:9] for name, values in FACTORS.items()})
