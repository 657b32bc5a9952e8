"""By hand, against scikit-learn, and classes that never occur."""

import pytest
import torch
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from limner.metrics import bootstrap, macro_intervals, scores


def test_scores_by_hand() -> None:
    # class 0: 1 of 2 found, 1 of 2 said; class 1: 1 of 1 found, 1 of 2 said; class 2: never said
    found = scores(torch.tensor([0, 0, 1, 2]), torch.tensor([0, 1, 1, 0]), 3)
    assert found[:4] == pytest.approx((0.5, (0.5 + 0.5 + 0) / 3, (0.5 + 1 + 0) / 3, (0.5 + 2 / 3 + 0) / 3))
    assert found.confusion.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


@pytest.mark.parametrize("used", [5, 7])
def test_scores_agree_with_scikit_learn(used: int) -> None:
    random = torch.Generator().manual_seed(used)
    truth, predicted = torch.randint(used, (300,), generator=random), torch.randint(used - 1, (300,), generator=random)
    found = scores(truth, predicted, 7)
    theirs = precision_recall_fscore_support(truth, predicted, average="macro", zero_division=0)
    assert found[:4] == pytest.approx((accuracy_score(truth, predicted), *theirs[:3]))
    assert found.confusion.tolist() == confusion_matrix(truth, predicted, labels=range(7)).tolist()


def test_perfect_predictions_score_one() -> None:
    truth = torch.tensor([2, 0, 2, 1])
    assert scores(truth, truth, 4)[:4] == (1.0, 1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("truth", "predicted"),
    [([0, 3], [0, 1]), ([0, -1], [0, 1]), ([], []), ([0], [0, 1]), ([0.0], [0.5])],
)
def test_what_are_no_classes_is_refused(truth: list[int], predicted: list[int]) -> None:
    with pytest.raises(ValueError, match="classes"):
        scores(torch.tensor(truth), torch.tensor(predicted), 3)


def test_intervals_are_those_of_predictions_drawn_again() -> None:
    random = torch.Generator().manual_seed(3)
    truth = torch.randint(4, (150,), generator=random)
    predicted = torch.where(torch.rand(150, generator=random) < 0.6, truth, torch.randint(3, (150,), generator=random))
    found = scores(truth, predicted, 4)
    intervals = macro_intervals(found.confusion)
    pairs = torch.stack([truth, predicted], 1)
    for name in ("precision", "recall", "f1"):
        one_by_one = bootstrap(lambda drawn, name=name: getattr(scores(drawn[:, 0], drawn[:, 1], 4), name), pairs)
        assert intervals[name].value == pytest.approx(getattr(found, name))
        assert intervals[name].low == pytest.approx(one_by_one.low, abs=0.015)
        assert intervals[name].high == pytest.approx(one_by_one.high, abs=0.015)
    assert macro_intervals(found.confusion) == intervals
