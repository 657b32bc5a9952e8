"""Recipes and `--set` from anywhere: an equal recipe, or one line that says what is wrong and where."""

from pathlib import Path

import pytest

from limner.errors import RecipeError
from limner.parsing import parse_yaml, write_yaml
from limner.recipes import RECIPES, apply_settings, find_recipe, from_yaml, to_yaml

WHOLE = to_yaml(RECIPES["gan"]())


def line_of(text: str) -> str:
    with pytest.raises(RecipeError) as caught:
        from_yaml(text, "recipe.yaml")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000
    return str(caught.value)


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_is_read_as_it_was_written(name: str) -> None:
    assert from_yaml(to_yaml(RECIPES[name]()), name) == RECIPES[name]()


@pytest.mark.parametrize("name", ["1e3", "yes", "2024-01-01", "0x1f", "~", "a: b", "é\x85"])
def test_names_stay_text(name: str) -> None:
    recipe = RECIPES["gan"]().model_copy(update={"name": name, "condition": (name,)})
    assert from_yaml(to_yaml(recipe), "x") == recipe


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("batch", '"64"', "batch: give a whole number (given: '64')"),
        ("batch", "true", "batch: give a whole number (given: True)"),
        ("batch", "64.5", "batch"),
        ("batch", "1099511627776", "batch"),
        ("batch", ".nan", "batch"),
        ("batch", "1e400", "too large for a number"),
        ("batch", "9" * 5000, "5,000 characters"),
        ("optimiser", "[]", "optimiser"),
        ("optimiser", "{lr: .inf}", "optimiser.lr"),
        ("optimiser", '{lr: "1e-3"}', "optimiser.lr"),
        ("optimiser", "{rl: 1}", "unknown key 'optimiser.rl'"),
        ("optimiser", "{betas: [0.5]}", "optimiser.betas"),
        ("method", "3", "method"),
        ("method", "{kind: [gan]}", "method"),
        ("method", "{kind: gan, flow: {wdth: 3}}", "method"),
        ("condition", "!!timestamp x", "tags"),
        ("condition", "!!bool maybe", "tags"),
        ("name", "''", "name"),
        ("name", '"\\ud800"', "not YAML"),
    ],
)
def test_a_value_that_is_none_is_named(key: str, value: str, said: str) -> None:
    others = {name: one for name, one in parse_yaml(WHOLE, "x").items() if name != key}
    assert said in line_of(f"{write_yaml(others)}{key}: {value}")


@pytest.mark.parametrize("text", ["[" * 15_000, "[[", "a", "", "- a", "{}", "a: &a [*a]", "\x00", "name: a\nname: b"])
def test_text_that_is_no_recipe(text: str) -> None:
    assert line_of(text).startswith("recipe.yaml")


@pytest.mark.parametrize(
    "setting",
    [
        *(
            "batch=2024-13-45",
            "batch=" + "9" * 5000,
            "batch=" + "[" * 15_000,
            "batch=!!timestamp x",
            "batch=!!bool maybe",
        ),
        *(
            "batch=0x_",
            "batch=\ud800",
            "batch=\0",
            "batch=nan",
            "batch=1e400",
            "batch=true",
            "batch=[",
            "batch=*a",
            "batch",
        ),
        *("a" * 30_000 + "=1", "-" * 30_000, "=", "batch=2\n---\n3", "method.generator.widths=[1099511627776]"),
        *(
            "method.generator.widths=[16384, 16384, 16384, 16384, 16384]",
            "method.generator.widths.0=3",
            "method.kind={}",
        ),
    ],
)
def test_a_setting_that_is_refused_says_so_in_a_short_line(setting: str) -> None:
    with pytest.raises(RecipeError) as caught:
        apply_settings(find_recipe("gan"), [setting])
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 700


def test_exponents_are_numbers_and_dates_are_text() -> None:
    assert apply_settings(find_recipe("gan"), ["lr=1e-3"]).optimiser.lr == 1e-3
    assert apply_settings(find_recipe("gan"), ["name=2024-13-45"]).name == "2024-13-45"


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_text("#" * 300_000)
    (tmp_path / "odd.yaml").write_bytes(b"\xff\xfe")
    for name, said in (("big", "longer than"), ("odd", "not UTF-8"), ("none", "cannot be read")):
        with pytest.raises(RecipeError, match=said):
            find_recipe(str(tmp_path / f"{name}.yaml"))
