from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.data.splits import assign, parse_fractions
from limner.errors import UsageError

USUAL = (0.8, 0.1, 0.1)


def test_shares_hold_over_all_pictures_and_within_every_class() -> None:
    labels = ["a"] * 500 + ["b"] * 250 + ["c"] * 37
    splits, small = assign(np.arange(787), labels, USUAL, seed=0)
    assert not small
    assert Counter(splits) == {"train": 629, "validation": 79, "test": 79}
    for name, count in Counter(labels).items():
        found = Counter(split for split, label in zip(splits, labels, strict=True) if label == name)
        assert abs(found["train"] - 0.8 * count) <= 1.5
        assert abs(found["validation"] - 0.1 * count) <= 1.5


def test_a_seed_gives_the_same_splits_and_another_seed_others() -> None:
    labels = [str(index % 3) for index in range(300)]
    first, _ = assign(np.arange(300), labels, USUAL, seed=1)
    assert first == assign(np.arange(300), labels, USUAL, seed=1)[0]
    assert first != assign(np.arange(300), labels, USUAL, seed=2)[0]


def test_classes_are_shuffled_so_that_the_last_pictures_are_not_the_test() -> None:
    splits, _ = assign(np.arange(1000), None, USUAL, seed=0)
    places = np.flatnonzero(np.array(splits) == "test")
    assert 400 < places.mean() < 600


def test_a_class_too_small_to_stratify_goes_to_train_and_is_reported() -> None:
    labels = ["a"] * 40 + ["one"] + ["two"] * 2 + ["three"] * 3
    splits, small = assign(np.arange(46), labels, USUAL, seed=0)
    assert small == {"one": 1, "two": 2}
    assert splits[40:43] == ["train"] * 3


def test_a_split_without_a_share_stays_empty() -> None:
    splits, small = assign(np.arange(50), ["a"] * 48 + ["b"] * 2, (0.5, 0.0, 0.5), seed=0)
    assert Counter(splits) == {"train": 25, "test": 25}
    assert not small


@pytest.mark.parametrize("count", [1, 2, 3])
def test_very_few_pictures_are_all_for_training(count: int) -> None:
    assert assign(np.arange(count), None, USUAL, seed=0)[0] == ["train"] * count


@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from("ab")), min_size=1, max_size=60), st.integers(0, 99))
def test_a_group_is_never_divided(pictures: list[tuple[int, str]], seed: int) -> None:
    groups = np.array([group for group, _ in pictures])
    splits, _ = assign(groups, [label for _, label in pictures], (0.5, 0.25, 0.25), seed)
    assert len(splits) == len(pictures)
    for group in set(groups.tolist()):
        assert len({split for split, own in zip(splits, groups, strict=True) if own == group}) == 1


def test_shares_are_read_as_they_are_written() -> None:
    assert parse_fractions("0.7, 0.2,0.1") == (0.7, 0.2, 0.1)


@pytest.mark.parametrize("text", ["", "0.8", "0.8,0.2", "0.8,0.1,0.2", "1.1,-0.1,0", "0,0.5,0.5", "a,b,c", "nan,0,1"])
def test_impossible_shares_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError, match=r"0\.8,0\.1,0\.1") as caught:
        parse_fractions(text)
    assert "\n" not in str(caught.value)
