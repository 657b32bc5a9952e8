"""The order of pictures: every epoch holds each once, batches run on across epochs, and a step can be asked for alone."""

import numpy as np
import pytest

from limner.data.order import PictureOrder
from limner.errors import DataError


def test_every_epoch_shows_each_picture_once() -> None:
    order = PictureOrder(range(100, 110), batch=4, seed=1)
    seen = np.concatenate([order.at(step) for step in range(5)])
    assert sorted(seen[:10]) == sorted(seen[10:]) == list(range(100, 110))
    assert list(seen[:10]) != list(seen[10:])


def test_a_step_does_not_depend_on_those_before_it() -> None:
    walked = PictureOrder(range(10), batch=4, seed=1)
    for step in range(7):
        latest = walked.at(step)
    assert np.array_equal(PictureOrder(range(10), batch=4, seed=1).at(6), latest)
    assert not np.array_equal(PictureOrder(range(10), batch=4, seed=2).at(6), latest)


def test_fewer_pictures_than_a_batch_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(DataError, match=r"3 training pictures .* --set batch="):
        PictureOrder(range(3), batch=4, seed=0)
