"""What pictures to expect of a training, and what would help most after it."""

import pytest

from limner.recipes import find_recipe
from limner.training.budget import Budget
from limner.training.expectation import advice, expectation

GAN = find_recipe("gan")


def test_more_time_and_a_base_bring_better_pictures() -> None:
    def stage(from_base: bool, minutes: float, side: int = 64) -> str:
        line = expectation(GAN, from_base, side, Budget(minutes=minutes), 100)
        assert line is not None
        return line.removeprefix("expect: ").split(", after")[0]

    assert stage(True, 1) == "recognisable, soft"
    assert stage(False, 1) == "blobs of the right colours"
    assert stage(True, 5) == "clear, with faults"
    assert stage(True, 5, side=128) == "clear, with faults"
    assert stage(True, 3, side=128) == "recognisable, soft"
    assert stage(True, 600) == "sharp where pictures are alike"


def test_the_line_says_pictures_rate_and_what_more_takes() -> None:
    line = expectation(GAN, True, 64, Budget(minutes=1), 100)
    assert (
        line
        == "expect: recognisable, soft, after about 6,000 pictures (100 a second); 'clear, with faults' takes about 2 minutes"
    )
    assert "takes" not in str(expectation(GAN, True, 64, Budget(minutes=600), 100))
    assert "about 3,200 pictures" in str(expectation(GAN, True, 64, Budget(steps=100, minutes=60), 100))
    assert expectation(find_recipe("dcgan"), True, 64, Budget(minutes=1), 100) is None


@pytest.mark.parametrize(
    ("distances", "pictures", "told"),
    [
        ([8.0, 6.0, 5.0, 4.0], 2000, "more minutes would help most: the held-out distance fell by 33%"),
        ([8.0, 4.0, 4.0, 3.9], 200, "more pictures would help most: 200 are few"),
        ([8.0, 4.0, 4.0, 3.9], 2000, "compare another recipe"),
        ([8.0], 2000, None),
        ([], 2000, None),
    ],
)
def test_advice_follows_the_measure(distances: list[float], pictures: int, told: str | None) -> None:
    rows = [{"step": i, "pictures": 20_000.0 * (i + 1), "held_out_frechet": value} for i, value in enumerate(distances)]
    found = advice(rows, pictures, "limner train --resume --out run")
    assert found is None if told is None else told in str(found)
