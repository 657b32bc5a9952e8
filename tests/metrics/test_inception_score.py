"""Its two ends, a value by hand, agreement with torchmetrics, and bad input."""

import math

import pytest
import torch
from torchmetrics.image.inception import InceptionScore

from limner.metrics import inception_score


def test_certain_and_even_classes_score_their_count() -> None:
    assert inception_score(torch.eye(7).repeat(3, 1)) == pytest.approx(7)


def test_pictures_all_alike_score_one() -> None:
    assert inception_score(torch.tensor([[0.2, 0.8, 0.0]]).repeat(5, 1)) == pytest.approx(1)


def test_a_value_by_hand() -> None:
    # p(y) = (3/4, 1/4); the rows diverge by log(4/3) and by (log(2/3) + log 2) / 2
    by_hand = math.exp((math.log(4 / 3) + (math.log(2 / 3) + math.log(2)) / 2) / 2)
    assert inception_score(torch.tensor([[1.0, 0.0], [0.5, 0.5]])) == pytest.approx(by_hand)


@pytest.mark.filterwarnings("ignore:Metric `InceptionScore`", "ignore:std")
def test_it_agrees_with_torchmetrics() -> None:
    logits = torch.randn(200, 10, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 2
    theirs = InceptionScore(feature=torch.nn.Flatten(), splits=1)
    theirs.update(logits)
    assert inception_score(logits.softmax(1)) == pytest.approx(float(theirs.compute()[0]), rel=1e-6)


@pytest.mark.parametrize(
    "wrong", [torch.zeros(0, 3), torch.tensor([[0.5, 0.6]]), torch.tensor([[1.5, -0.5]]), torch.ones(1)]
)
def test_what_is_no_probability_is_refused(wrong: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="probabilities"):
        inception_score(wrong)
