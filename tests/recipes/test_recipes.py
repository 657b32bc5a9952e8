"""Recipes: every one survives YAML, and every mistake is one line that names what would be right."""

from pathlib import Path

import numpy as np
import pytest

from limner.conditions.attribute import Attribute
from limner.data import Dataset, write_dataset
from limner.data.schema import Schema
from limner.errors import RecipeError
from limner.methods import build_method
from limner.recipes import RECIPES, SIZES, Recipe, apply_settings, find_recipe, from_yaml, resize, to_yaml

ARTICLES = {"mlp-gan", "mlp-vae", "dcgan", "dcgan-compact", "conv-vae", "dense-conv-gan", "dense-vae", "noise"}
SCHEMA = Schema(
    height=32,
    width=32,
    channels=1,
    attributes=(
        Attribute(name="species", kind="label", classes=("rose", "tulip")),
        Attribute(name="height", kind="number"),
        Attribute(name="text", kind="caption"),
    ),
    label="species",
)


def test_the_articles_recipes_and_the_modern_ones_are_there() -> None:
    assert set(RECIPES) == ARTICLES | {"gan", "vae", "elbo-vae", "r3gan", "causal-vae"}
    assert all(make().name == name and make().summary for name, make in RECIPES.items())


@pytest.mark.parametrize("name", RECIPES)
def test_yaml_round_trip(name: str) -> None:
    recipe = find_recipe(name)
    assert from_yaml(to_yaml(recipe), "test") == recipe


def test_settings_take_whole_and_shortened_keys() -> None:
    recipe = apply_settings(
        find_recipe("gan"), ["lr=1e-3", "method.generator.widths=[64, 32]", "loss=minimax", "batch=16"]
    )
    assert recipe.optimiser.lr == 1e-3
    assert recipe.method.generator.widths == (64, 32)
    assert (recipe.method.loss, recipe.batch) == ("minimax", 16)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("losss=hinge", ["losss", "did you mean 'loss'"]),
        ("loss=hing", ["method.loss", "'hinge'", "given: 'hing'"]),
        ("widths=[3]", ["method.generator.widths", "method.discriminator.widths"]),
        ("batch=-1", ["batch", "at least 2"]),
        ("lr=nan", ["optimiser.lr"]),
        ("batch", ["key=value"]),
        ("method.generator.widths=[]", ["method.generator.widths"]),
    ],
)
def test_a_wrong_setting_is_one_line(setting: str, words: list[str]) -> None:
    recipe = find_recipe("gan")
    with pytest.raises(RecipeError) as caught:
        apply_settings(recipe, [setting])
    assert "\n" not in str(caught.value)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a\n- b", "mapping"),
        ("a: [", "not YAML"),
        ("name: x\nmethod: {kind: gann}", "method"),
        ("name: x\nmethod: {kind: noise}\nbach: 3", "did you mean 'batch'?"),
        ("name: x", "method: it is missing"),
        ("name: x\nmethod: {kind: noise, levels: 3}", "unknown key 'method.levels'"),
    ],
)
def test_a_wrong_file_is_one_line(text: str, words: str) -> None:
    with pytest.raises(RecipeError) as caught:
        from_yaml(text, "mine.yaml")
    assert words in str(caught.value)
    assert str(caught.value).startswith("mine.yaml")
    assert "\n" not in str(caught.value)


def test_a_decoder_s_architecture_is_refused_for_a_discriminator() -> None:
    recipe = apply_settings(find_recipe("gan"), ["method.discriminator.architecture=dense-convolutional"])
    with pytest.raises(RecipeError, match="no encoder has the architecture 'dense-convolutional'"):
        build_method(recipe.method, recipe.optimiser, SCHEMA, (), 10)


def test_an_unknown_recipe_names_the_nearest() -> None:
    with pytest.raises(RecipeError, match="did you mean 'dcgan'"):
        find_recipe("dcgann")
    with pytest.raises(RecipeError, match="cannot be read"):
        find_recipe("absent.yaml")


def test_conditions_are_chosen_from_the_schema() -> None:
    def names(recipe: Recipe) -> list[str]:
        return [a.name for a in recipe.attributes(SCHEMA)]

    gan = find_recipe("gan")
    assert names(gan) == ["species"]
    assert names(apply_settings(gan, ["condition=none"])) == []
    assert names(apply_settings(gan, ["condition=[height, species]"])) == ["height", "species"]
    with pytest.raises(RecipeError, match="did you mean 'species'"):
        names(apply_settings(gan, ["condition=[specie]"]))
    with pytest.raises(RecipeError, match="text"):
        names(apply_settings(gan, ["condition=[text]"]))


def test_a_gan_makes_do_with_groups_where_there_is_no_label(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (400, 8, 8, 3), dtype=np.uint8)
    labelled = write_dataset(tmp_path / "labelled", noise, {"label": ["a", "b"] * 200})
    plain = write_dataset(tmp_path / "plain", noise, {"file_name": [str(i) for i in range(400)]})

    def names(recipe: Recipe, dataset: Dataset) -> list[str]:
        return [a.name for a in recipe.attributes(recipe.grouped(dataset).schema)]

    gan, vae = find_recipe("gan"), find_recipe("vae")
    assert names(gan, plain) == ["group"]
    assert names(gan, labelled) == ["label"]
    assert names(vae, plain) == []
    assert names(apply_settings(gan, ["condition=groups"]), labelled) == ["group"]
    assert names(apply_settings(gan, ["condition=none"]), plain) == []
    with pytest.raises(RecipeError, match="groups are for GANs") as caught:
        apply_settings(vae, ["condition=groups"])
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("name", RECIPES)
def test_one_dial_makes_every_recipe_s_networks_wider(name: str) -> None:
    weights = []
    for size in SIZES:
        recipe = resize(find_recipe(name), size)
        method = build_method(recipe.method, recipe.optimiser, SCHEMA, recipe.attributes(SCHEMA), 100)
        weights.append(sum(p.numel() for p in method.parameters()))
    assert weights == sorted(weights)
    assert name == "noise" or weights[0] < weights[1] < weights[2]


def test_rates_and_augmentation_follow_the_size() -> None:
    base, large = find_recipe("gan"), resize(find_recipe("gan"), "large")
    assert large.optimiser.lr == pytest.approx(base.optimiser.lr / 2**0.5, rel=0.01)
    assert large.method.discriminator_lr == pytest.approx(base.method.discriminator_lr / 2**0.5, rel=0.01)
    assert large.method.augment_below == 2 * base.method.augment_below
    assert resize(base, "base") == base


def test_a_size_that_there_is_not_is_one_line() -> None:
    with pytest.raises(RecipeError, match="did you mean 'large'"):
        resize(find_recipe("gan"), "larg")


def test_the_former_name_of_the_negative_elbo_is_understood() -> None:
    assert apply_settings(find_recipe("elbo-vae"), ["stopping.measure=elbo"]).stopping.measure == "negative_elbo"
