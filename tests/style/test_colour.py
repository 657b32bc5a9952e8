import numpy as np
import pytest

from limner.colours import from_lab, to_lab
from limner.style import colour


def _noisy(mean: tuple[int, int, int], deviation: float, seed: int, side: int = 48) -> np.ndarray:
    draw = np.random.default_rng(seed)
    return np.clip(draw.normal(mean, deviation, (side, side, 3)), 0, 255).astype(np.uint8)


CONTENT, STYLE = _noisy((120, 90, 60), 15, 0), _noisy((70, 110, 160), 25, 1)


def test_the_whole_way_gives_the_colours_of_the_other() -> None:
    moved = colour.transported(CONTENT, colour.colours(CONTENT), colour.colours(STYLE))
    found, request = colour.colours(moved), colour.colours(STYLE)
    assert np.abs(found.mean - request.mean).max() < 0.5
    assert np.abs(found.covariance - request.covariance).max() < 0.1 * request.covariance.max()


@pytest.mark.parametrize("kind", ["linear", "nonlinear"])
def test_a_share_goes_a_share_of_the_way(kind: colour.Map) -> None:
    own, to = colour.colours(CONTENT), colour.colours(STYLE)
    apart = [colour.distance(colour.transported(CONTENT, own, to, share, kind), STYLE) for share in (0, 0.5, 1)]
    assert apart[0] == colour.distance(CONTENT, STYLE)
    assert apart[0] > 1.5 * apart[1] > 2 * apart[2]


def test_no_share_and_own_colours_change_nothing() -> None:
    own = colour.colours(CONTENT)
    assert colour.transported(CONTENT, own, colour.colours(STYLE), 0.0) is CONTENT
    assert np.abs(colour.transported(CONTENT, own, own).astype(int) - CONTENT).max() <= 1


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_of_one_colour_is_recoloured_without_noise(level: int) -> None:
    flat = np.full((32, 32, 3), level, np.uint8)
    moved = colour.transported(flat, colour.colours(flat), colour.colours(STYLE))
    assert moved.reshape(-1, 3).std(0).max() == 0
    assert np.abs(to_lab(moved)[0, 0] - colour.colours(STYLE).mean).max() < 1


def test_only_the_colours_of_a_region_count() -> None:
    both = np.concatenate([CONTENT, STYLE], 1)
    region = np.zeros(both.shape[:2], np.float32)
    region[:, 48:] = 1
    assert np.allclose(colour.colours(both, region).mean, colour.colours(STYLE).mean, atol=1e-3)


def test_a_blend_lies_between() -> None:
    one, other = colour.colours(CONTENT), colour.colours(STYLE)
    mixed = colour.blended([(0.25, one), (0.75, other)])
    assert np.allclose(mixed.mean, 0.25 * one.mean + 0.75 * other.mean)


def test_the_distance_is_that_of_a_shift_in_lab() -> None:
    lab = to_lab(np.full((16, 16, 3), 128, np.uint8))
    apart = colour.distance(from_lab(lab), from_lab(lab + np.float32([20, 0, 0])))
    assert apart == pytest.approx(20, rel=0.15)  # over random lines
    assert colour.distance(CONTENT, CONTENT) == 0
