import cv2
import numpy as np
import pytest

from limner.style.abstraction import abstracted, smooth_skin
from limner.style.content import similarity


@pytest.fixture(scope="module")
def edge_with_grain() -> np.ndarray:
    """A dark half beside a light one, both with noise."""
    picture = np.where(np.arange(96)[None, :, None] < 48, 60, 190) * np.ones((96, 1, 3))
    return np.clip(picture + np.random.default_rng(0).normal(0, 20, (96, 96, 1)), 0, 255).astype(np.uint8)


NO_SKIN = np.zeros((96, 96), np.float32)


def test_grain_goes_and_edges_stay(edge_with_grain: np.ndarray) -> None:
    strokes = abstracted(edge_with_grain, 1.0, NO_SKIN)
    inside = np.s_[8:-8, 8:40]
    assert strokes[inside].std() < 0.6 * edge_with_grain[inside].std()
    step = strokes[:, 51:54].mean() - strokes[:, 43:46].mean()
    assert step > 100


def test_the_fraction_says_how_far(edge_with_grain: np.ndarray) -> None:
    assert abstracted(edge_with_grain, 0.0, NO_SKIN) is edge_with_grain
    half, whole = (similarity(abstracted(edge_with_grain, fraction, NO_SKIN), edge_with_grain) for fraction in (0.5, 1))
    assert whole < half < 1


def test_skin_keeps_more_of_its_detail(edge_with_grain: np.ndarray) -> None:
    changes = [
        np.abs(
            abstracted(edge_with_grain, 1.0, np.full((96, 96), skin, np.float32)) - edge_with_grain.astype(float)
        ).mean()
        for skin in (0.0, 1.0)
    ]
    assert changes[1] == pytest.approx(changes[0] / 2, rel=0.1)


def test_strokes_grow_with_the_picture(edge_with_grain: np.ndarray) -> None:
    larger = cv2.resize(edge_with_grain, (384, 384), interpolation=cv2.INTER_CUBIC)
    small, large = (abstracted(one, 1.0, np.zeros(one.shape[:2], np.float32)) for one in (edge_with_grain, larger))
    reduced = cv2.resize(large, (96, 96), interpolation=cv2.INTER_AREA)
    assert np.abs(reduced.astype(float) - small).mean() < 8


def test_smooth_skin_is_told_from_brick_and_grass() -> None:
    skin = np.full((96, 96, 3), [224, 172, 138], np.uint8)
    brick = np.clip(skin + np.random.default_rng(0).normal(0, 30, (96, 96, 1)), 0, 255).astype(np.uint8)
    grass = np.full((96, 96, 3), [90, 140, 70], np.uint8)
    values = [smooth_skin(picture).mean() for picture in (skin, brick, grass)]
    assert values[0] > 0.9
    assert max(values[1:]) < 0.2
