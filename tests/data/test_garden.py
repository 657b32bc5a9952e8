"""The garden's causal model: its mechanisms, its effects, and that counterfactuals keep what they must."""

import math

import numpy as np
import pytest

from limner.data.garden import (
    CATEGORIES,
    GRAPH,
    LATENT,
    NUMBERS,
    Flower,
    average_effect,
    counterfactual,
    descendants,
    do,
    flower,
    observe,
    sample,
)
from limner.data.garden.model import BASE, EFFECT, SPREAD
from limner.errors import UsageError

GOLDEN = [0.7365566088461516, 0.5110895814324756, 0.5172289668494815, 0.49041336892273957, 0.18116315798019383]


@pytest.fixture(scope="module")
def flowers() -> list[Flower]:
    return sample(200, seed=5)


def column(flowers: list[Flower], name: str) -> np.ndarray:
    return np.array([getattr(each, name) for each in flowers])


def logit(p: np.ndarray) -> np.ndarray:
    return np.log(p / (1 - p))


def test_the_graph_is_what_the_issue_asks_for() -> None:
    edges = [(parent, child) for child, parents in GRAPH.items() for parent in parents]
    assert len(GRAPH) >= 6
    assert len(edges) >= 3
    assert set(GRAPH) == set(CATEGORIES) | set(NUMBERS)
    assert all(len(effects) == 2 for effects in LATENT.values())
    order = list(GRAPH)
    assert all(order.index(parent) < order.index(child) for parent, child in edges)
    for child, parents in GRAPH.items():
        causes = [cause for cause, effects in LATENT.items() if child in effects]
        assert child in CATEGORIES or set(EFFECT[child]) == set(parents) | set(causes)


def test_a_flower_does_not_depend_on_how_many_there_are() -> None:
    assert sample(20, seed=3)[:5] == sample(5, seed=3) == [flower(3, index) for index in range(5)]
    assert flower(3, 0) != flower(4, 0)


def test_version_1_of_the_garden_never_changes() -> None:
    first = flower(0, 0)
    assert (first.species, first.season) == ("daisy", "summer")
    numbers = [first.soil, first.sunlight, first.height, first.bloom, first.colour]
    np.testing.assert_allclose(numbers, GOLDEN, rtol=1e-9)


def test_numbers_stay_inside_their_range_and_fill_it(flowers: list[Flower]) -> None:
    for name in NUMBERS:
        values = column(flowers, name)
        assert ((values > 0) & (values < 1)).all()
        assert np.quantile(values, 0.05) < 0.25
        assert np.quantile(values, 0.95) > 0.75


def test_every_class_is_common(flowers: list[Flower]) -> None:
    for name, classes in CATEGORIES.items():
        _, counts = np.unique(column(flowers, name), return_counts=True)
        assert len(counts) == len(classes)
        assert counts.min() > 0.08 * len(flowers)


def test_noise_is_standard_normal_and_independent() -> None:
    garden = sample(3000, seed=1)
    noise = np.array([[each.noise.place, *(getattr(each.noise, name) for name in NUMBERS)] for each in garden])
    np.testing.assert_allclose(noise.mean(0), 0, atol=0.08)
    np.testing.assert_allclose(np.cov(noise.T), np.eye(noise.shape[1]), atol=0.1)


def test_the_stored_noise_explains_every_number_exactly(flowers: list[Flower]) -> None:
    for each in flowers[:100]:
        height = (
            BASE["height"]
            + EFFECT["height"]["species"][each.species]
            + EFFECT["height"]["sunlight"] * (each.sunlight - 0.5)
            + SPREAD["height"] * each.noise.height
        )
        assert each.height == pytest.approx(1 / (1 + math.exp(-height)), abs=1e-12)


def test_doing_nothing_gives_the_same_flower(flowers: list[Flower]) -> None:
    for each in flowers[:50]:
        assert counterfactual(each, {}) == each
        assert counterfactual(each, {"sunlight": each.sunlight, "species": each.species}) == each


def test_only_descendants_change(flowers: list[Flower]) -> None:
    interventions = {"species": "tulip", "season": "autumn"} | dict.fromkeys(NUMBERS, 0.9)
    for name, value in interventions.items():
        for each in flowers[:30]:
            other = counterfactual(each, {name: value})
            changed = {key for key in GRAPH if getattr(other, key) != getattr(each, key)}
            assert changed <= descendants(name)
            assert getattr(other, name) == value
            assert other.noise == each.noise
    assert descendants("sunlight") == {"sunlight", "height", "bloom"}
    assert descendants("soil") == {"soil", "colour"}


def test_there_and_back_is_the_flower(flowers: list[Flower]) -> None:
    for each in flowers[:50]:
        away = counterfactual(each, {"season": "autumn", "soil": 0.9})
        assert counterfactual(away, {"season": each.season, "soil": each.soil}) == each


def test_an_individual_effect_is_the_mechanism_s(flowers: list[Flower]) -> None:
    shifts = [
        logit(np.array(counterfactual(each, {"soil": 0.8}).colour))
        - logit(np.array(counterfactual(each, {"soil": 0.3}).colour))
        for each in flowers[:50]
    ]
    np.testing.assert_allclose(shifts, 0.5 * EFFECT["colour"]["soil"], atol=1e-9)


def test_abduction_from_the_attributes_alone_gives_the_same_counterfactuals(flowers: list[Flower]) -> None:
    interventions = [
        {"season": "summer"},
        {"sunlight": 0.1},
        {"species": "rose"},
        {"soil": 0.95},
        {"height": 0.2, "soil": 0},
    ]
    for each in flowers[:40]:
        seen = observe(each.attributes, each.noise.view)
        assert seen.attributes == each.attributes
        for name in set(GRAPH) - {"species", "season", "soil"}:
            assert getattr(seen.noise, name) == pytest.approx(getattr(each.noise, name), abs=1e-9)
        for intervention in interventions:
            truth = counterfactual(each, intervention)
            assert counterfactual(seen, intervention).attributes == pytest.approx(truth.attributes, abs=1e-12)


def test_do_is_paired_with_sample() -> None:
    for before, after in zip(sample(20, seed=2), do(20, 2, {"bloom": 1}), strict=True):
        assert after == counterfactual(before, {"bloom": 1.0})


def test_soil_and_colour_are_confounded_and_adjusting_for_the_species_recovers_the_effect() -> None:
    garden = sample(4000, seed=0)
    soil, colour, species = (column(garden, name) for name in ("soil", "colour", "species"))
    seen = np.polyfit(soil, colour, 1)[0]
    effect, error = average_effect("colour", "soil", 0, 1, n=1000)
    assert seen > 0.15
    assert effect + 10 * error < -0.15
    slopes = [np.polyfit(soil[species == each], logit(colour[species == each]), 1)[0] for each in CATEGORIES["species"]]
    assert np.mean(slopes) == pytest.approx(EFFECT["colour"]["soil"], abs=0.15)


@pytest.mark.parametrize(
    ("cause", "low", "high", "outcome", "published"),
    [
        ("season", "autumn", "summer", "sunlight", 0.386),
        ("season", "autumn", "summer", "bloom", 0.242),
        ("sunlight", 0.2, 0.8, "height", 0.282),
        ("sunlight", 0.2, 0.8, "bloom", 0.381),
        ("height", 0.2, 0.8, "bloom", 0.194),
        ("species", "lupin", "sunflower", "colour", 0.725),
        ("soil", 0.2, 0.8, "colour", -0.191),
        ("soil", 0.2, 0.8, "height", 0.0),
    ],
)
def test_average_effects_are_those_in_the_documentation(
    cause: str, low: object, high: object, outcome: str, published: float
) -> None:
    effect, error = average_effect(outcome, cause, low, high, n=500, seed=1)
    assert effect == pytest.approx(published, abs=4 * error + 0.001)


def test_part_of_the_effect_of_sunlight_on_bloom_goes_through_height(flowers: list[Flower]) -> None:
    total, _ = average_effect("bloom", "sunlight", 0.2, 0.8, n=200)
    arms = [
        [counterfactual(each, {"sunlight": to, "height": each.height}).bloom for each in flowers] for to in (0.2, 0.8)
    ]
    direct = np.mean(arms[1]) - np.mean(arms[0])
    assert direct == pytest.approx(0.293, abs=0.02)
    assert total > direct + 0.05


@pytest.mark.parametrize(
    ("intervention", "words"),
    [
        ({"sunlite": 0.5}, "did you mean 'sunlight'"),
        ({"place": 0.5}, "no attribute 'place'"),
        ({"species": "tulp"}, "did you mean 'tulip'"),
        ({"soil": 1.2}, "from 0 to 1"),
        ({"soil": "dark"}, "from 0 to 1"),
        ({"soil": math.nan}, "from 0 to 1"),
        ({"soil": None}, "from 0 to 1"),
    ],
)
def test_an_impossible_intervention_is_one_clear_line(intervention: dict, words: str) -> None:
    with pytest.raises(UsageError) as error:
        counterfactual(flower(0, 0), intervention)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_other_impossible_wishes() -> None:
    some = flower(0, 0)
    with pytest.raises(UsageError, match="number as its outcome"):
        average_effect("species", "soil", 0, 1)
    with pytest.raises(UsageError, match="at least 2"):
        average_effect("colour", "soil", 0, 1, n=0)
    with pytest.raises(UsageError, match="from 0"):
        flower(-1, 0)
    with pytest.raises(UsageError, match="colour"):
        observe({name: value for name, value in some.attributes.items() if name != "colour"}, some.noise.view)
    with pytest.raises(UsageError, match="end of its range"):
        observe(some.attributes | {"bloom": 1.0}, some.noise.view)
