"""The condition of a picture that nobody describes: searched one attribute at a time, among too many combinations to try."""

import numpy as np
import torch

from limner.conditions.attribute import Attribute
from limner.data import garden
from limner.editing.condition_search import MAX_CLASSES_TRIED, Distance, different, search_condition, values_to_try
from limner.editing.inversion import initial_latent
from limner.images import from_uint8
from limner.model import load
from limner.networks.conditioning import Condition
from small_models import small_model

BOTH = "condition=[kind, age]"


def _far_from(kinds: torch.Tensor, ages: torch.Tensor, tried: list[int]) -> Distance:
    """Returns a distance that is least at known labels and numbers, and notes how many conditions it was asked for."""

    def distance(rows: torch.Tensor, condition: Condition) -> torch.Tensor:
        tried.append(len(rows))
        return (condition["kind"] != kinds[rows]).float() + (condition["age"] - ages[rows]).abs()

    return distance


def test_each_attribute_is_improved_alone_beyond_the_combinations_of_the_start() -> None:
    model, tried = small_model("vae", BOTH), list[int]()
    distance = _far_from(torch.tensor([2, 0, 1]), torch.tensor([0.1, 0.9, 0.5]), tried)
    start = {"kind": torch.tensor([1, 1]), "age": torch.tensor([0.5, 0.5])}
    found = search_condition(model, distance, 3, start)
    assert found["kind"].tolist() == [2, 0, 1]
    assert [abs(age - near) < 0.1 for age, near in zip(found["age"].tolist(), (0.1, 0.9, 0.5), strict=True)] == [
        True
    ] * 3
    assert max(tried) <= 64


def test_what_is_given_stays() -> None:
    model = small_model("vae", BOTH)
    distance = _far_from(torch.tensor([2]), torch.tensor([0.9]), [])
    found = search_condition(model, distance, 1, {"kind": torch.tensor([1]), "age": torch.tensor([0.5])}, ["kind"])
    assert found["kind"].tolist() == [1]
    assert found["age"].item() > 0.7


def test_a_model_without_conditions_has_nothing_to_search() -> None:
    model = small_model("vae", "condition=none")
    assert search_condition(model, lambda rows, condition: torch.zeros(len(rows)), 2, {}) == {}


def test_equal_combinations_are_tried_once_and_unknown_values_are_equal() -> None:
    nan = float("nan")
    rows = {"kind": torch.tensor([1, 1, 2, 1]), "age": torch.tensor([nan, nan, nan, 0.5])}
    assert different(rows) == [0, 2, 3]


def test_frequent_classes_are_tried_first_and_numbers_by_quantiles() -> None:
    many = Attribute(name="many", kind="label", classes=tuple(str(index) for index in range(200)))
    column = torch.cat([torch.arange(200), torch.tensor([150, 150, 7])])
    tried = values_to_try(many, column)
    assert len(tried) == MAX_CLASSES_TRIED
    assert tried[:2].tolist() == [150, 7]
    number = Attribute(name="number", kind="number", maximum=1)
    assert values_to_try(number, torch.linspace(0, 1, 101)).tolist() == np.linspace(0.0625, 0.9375, 8).tolist()
    assert values_to_try(number, torch.full((5,), 3.0)).tolist() == [3.0]


def test_flowers_that_the_model_never_saw_are_taken_for_the_species_that_they_are() -> None:
    flowers = garden.sample(4, 4711)
    model = load("garden")
    images = from_uint8(np.stack([garden.draw(one) for one in flowers]))
    found = initial_latent(model, images, {}).condition
    classes = next(one.classes for one in model.attributes if one.name == "species")
    assert [classes[int(index)] for index in found["species"]] == [one.species for one in flowers]
    heights = np.array([one.height for one in flowers])
    assert np.abs(found["height"].numpy() - heights).mean() < 0.08
