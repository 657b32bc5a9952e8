"""The garden's pictures: any size, smooth, local, fast, and every attribute measured on the pixels."""

import colorsys
import itertools
import time

import numpy as np
import pytest

from limner.data.garden import CATEGORIES, NUMBERS, Flower, counterfactual, do, draw, flower, sample
from limner.errors import UsageError

SIZE = 64
SKY_ROWS, SIDE = slice(26, 37), 8


@pytest.fixture(scope="module")
def flowers() -> list[Flower]:
    return sample(600, seed=5)


@pytest.fixture(scope="module")
def pictures(flowers: list[Flower]) -> np.ndarray:
    return np.stack([draw(each, SIZE) for each in flowers])


def column(flowers: list[Flower], name: str) -> np.ndarray:
    return np.array([getattr(each, name) for each in flowers])


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(*(np.argsort(np.argsort(each)) for each in (a, b)))[0, 1])


def petals(picture: np.ndarray) -> np.ndarray:
    """Returns where petals are: far from the colour of the sky beside them, not green, and colourful."""
    pixels, size = picture.astype(float), len(picture)
    edges = [*range(2, size // 6), *range(size - size // 6, size - 2)]
    far = np.abs(pixels - np.median(pixels[:, edges], axis=1)[:, None]).sum(-1) > 70
    red, green, blue = np.moveaxis(pixels, -1, 0)
    leafy = (green > red + 8) & (green > blue + 8)
    mask = far & ~leafy & (np.ptp(pixels, axis=-1) > 60)
    mask[int(0.72 * size) :] = False
    mask[:, : size // 6] = mask[:, -(size // 6) :] = False
    return mask


@pytest.mark.parametrize("size", [16, 28, 33, 512])
def test_any_size_is_a_picture_and_the_same_every_time(size: int) -> None:
    picture = draw(flower(0, 1), size)
    assert picture.shape == (size, size, 3)
    assert picture.dtype == np.uint8
    assert picture.flags["C_CONTIGUOUS"]
    assert (picture == draw(flower(0, 1), size)).all()
    assert picture.std() > 15


def test_a_picture_does_not_depend_on_its_resolution(flowers: list[Flower]) -> None:
    for each in flowers[:12]:
        large = draw(each, 8 * SIZE).reshape(SIZE, 8, SIZE, 8, 3).mean((1, 3))
        difference = np.abs(draw(each, SIZE) - large)
        assert difference.mean() < 1.0
        assert np.quantile(difference, 0.99) < 20


def test_soil_can_be_read_off_the_ground(flowers: list[Flower], pictures: np.ndarray) -> None:
    assert rank_correlation(pictures[:, 60:].mean((1, 2, 3)), column(flowers, "soil")) < -0.99


def test_sunlight_can_be_read_off_the_sky(flowers: list[Flower], pictures: np.ndarray) -> None:
    light = np.concatenate([pictures[:, SKY_ROWS, :SIDE], pictures[:, SKY_ROWS, -SIDE:]], axis=2).mean((1, 2, 3))
    for season in CATEGORIES["season"]:
        chosen = column(flowers, "season") == season
        assert rank_correlation(light[chosen], column(flowers, "sunlight")[chosen]) > 0.9


def test_season_can_be_read_off_the_hills(flowers: list[Flower], pictures: np.ndarray) -> None:
    hills = np.concatenate([pictures[:, 40:54, :SIDE], pictures[:, 40:54, -SIDE:]], axis=2).mean((1, 2))
    sky = pictures[:, :4].mean((1, 2))
    features = np.concatenate([hills, sky, np.ones((len(sky), 1))], axis=1)
    truth = column(flowers, "season")[:, None] == np.array(CATEGORIES["season"])
    weights, *_ = np.linalg.lstsq(features[:400], truth[:400].astype(float), rcond=None)
    assert ((features[400:] @ weights).argmax(1) == truth[400:].argmax(1)).mean() > 0.95


def test_height_bloom_and_colour_can_be_read_off_the_petals(flowers: list[Flower], pictures: np.ndarray) -> None:
    masks = [petals(picture) for picture in pictures]
    level = np.array([np.average(np.arange(SIZE), weights=mask.sum(1) + 1e-9) for mask in masks])
    area = np.array([mask.sum() for mask in masks])
    tone = [
        np.median(picture[mask], axis=0) if mask.any() else np.zeros(3)
        for picture, mask in zip(pictures, masks, strict=True)
    ]
    hue = np.array([_hue_from_blue(each) for each in tone])
    for species in CATEGORIES["species"]:
        chosen = column(flowers, "species") == species
        assert rank_correlation(-level[chosen], column(flowers, "height")[chosen]) > 0.8
        assert rank_correlation(area[chosen], column(flowers, "bloom")[chosen]) > 0.7
        assert rank_correlation(hue[chosen], column(flowers, "colour")[chosen]) > 0.9


def _hue_from_blue(colour: np.ndarray) -> float:
    return (colorsys.rgb_to_hsv(*(colour / 255))[0] + 0.42) % 1


def test_species_can_be_read_off_the_pixels() -> None:
    """A kernel classifier of 400 small pictures names the species of new ones, all else held alike."""
    alike = {"height": 0.6, "bloom": 0.8, "sunlight": 0.5, "season": "spring"}
    garden = do(500, 9, alike)
    pixels = np.stack([draw(each, 32)[:24, 4:28:].astype(float).ravel() for each in garden]) / 255
    squares = (pixels**2).sum(1)
    distance = squares[:, None] + squares - 2 * pixels @ pixels.T
    kernel = np.exp(-distance / np.median(distance))
    truth = column(garden, "species")[:, None] == np.array(CATEGORIES["species"])
    weights = np.linalg.solve(kernel[:400, :400] + 0.01 * np.eye(400), truth[:400].astype(float))
    assert ((kernel[400:, :400] @ weights).argmax(1) == truth[400:].argmax(1)).mean() > 0.9


def test_each_intervention_changes_its_own_part_of_the_picture(flowers: list[Flower]) -> None:
    for each in flowers[:20]:
        picture, kept = draw(each, SIZE), each.attributes
        others = {"sunlight": 1 - each.sunlight, "height": kept["height"], "bloom": kept["bloom"]}
        light = draw(counterfactual(each, others), SIZE)
        assert (light[60:] == picture[60:]).all()
        assert np.abs(light[:24].astype(int) - picture[:24]).mean() > 3 * abs(1 - 2 * each.sunlight)
        ground = draw(counterfactual(each, {"soil": 1 - each.soil, "colour": kept["colour"]}), SIZE)
        assert (ground[:48] == picture[:48]).all()
        tinted = draw(counterfactual(each, {"colour": 1 - each.colour}), SIZE)
        assert (tinted[56:] == picture[56:]).all()
        assert (tinted[:, :6] == picture[:, :6]).all()
        assert (tinted[:, -6:] == picture[:, -6:]).all()
        grown = draw(counterfactual(each, {"height": 1 - each.height, "bloom": kept["bloom"]}), SIZE)
        assert (grown[:, :4] == picture[:, :4]).all()
        assert (grown[62:] == picture[62:]).all()


@pytest.mark.parametrize("name", NUMBERS)
def test_a_small_change_of_a_number_is_a_small_change_of_the_picture(name: str) -> None:
    steps = np.linspace(0, 1, 61)
    for index in range(3):
        path = [draw(counterfactual(flower(7, index), {name: each}), SIZE).astype(float) for each in steps]
        change = np.array([np.abs(after - before).mean() for before, after in itertools.pairwise(path)])
        assert change.max() < 3 * np.median(change) < 6
        assert np.abs(path[-1] - path[0]).mean() > 3


def test_drawing_is_fast() -> None:
    garden = sample(60, seed=0)
    draw(garden[0], SIZE)
    started = time.process_time()
    for each in garden:
        draw(each, SIZE)
    assert 60 / (time.process_time() - started) > 60


@pytest.mark.parametrize("size", [-1, 8, 5000])
def test_an_impossible_size_is_one_clear_line(size: int) -> None:
    with pytest.raises(UsageError, match="16 to 2048"):
        draw(flower(0, 0), size)
