"""`--set key=value`: changes to a recipe by dotted or shortened keys."""

from collections.abc import Sequence
from typing import Any

from limner.errors import RecipeError, quoted, suggestion
from limner.parsing import ParseError, parse_yaml
from limner.recipes.recipe import Recipe, parse


def apply_settings(recipe: Recipe, settings: Sequence[str]) -> Recipe:
    """Returns the recipe with each `key=value` applied; values are YAML.

    A key may be shortened to its last parts as long as one key fits: `lr=1e-3` is `optimiser.lr=1e-3`.
    RecipeError when a key is unknown or ambiguous, or a value is not accepted.
    """
    fields = recipe.model_dump(mode="json")
    for setting in settings:
        key, text = split_setting(setting)
        _put(fields, find_key(key, paths(fields)), _value(key, text))
    return parse(fields, f"--set {quoted(' '.join(settings), 200)}") if settings else recipe


def split_setting(setting: str) -> tuple[str, str]:
    """Returns the key and the text of the value of `key=value`; RecipeError for another text."""
    key, equals, text = setting.partition("=")
    if not equals:
        raise RecipeError(f"--set {quoted(setting)}: write it as key=value.")
    return key.strip(), text


def find_key(key: str, paths: Sequence[str]) -> str:
    """Returns the one of `paths` that a key, perhaps shortened to its last parts, stands for; RecipeError for none or several."""
    fitting = [path for path in paths if path == key] or [path for path in paths if path.endswith(f".{key}")]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise RecipeError(f"--set {quoted(key)}: could be {' or '.join(fitting)}; write one of them.")
    last = {path.rsplit(".", 1)[-1]: path for path in reversed(paths)}
    hint = suggestion(key, [*paths, *last])
    raise RecipeError(
        f"--set {quoted(key)}: this recipe has no such key; {hint if 'mean' in hint else 'see `limner recipes NAME`.'}"
    )


def _value(key: str, text: str) -> Any:
    try:
        return parse_yaml(text, f"--set {key}")
    except ParseError as error:
        raise RecipeError(error.advised("quote it to give it as text.")) from None


def paths(fields: dict[str, Any], prefix: str = "") -> list[str]:
    """Returns the dotted keys of a recipe's fields, those of sections before what is in them."""
    found = []
    for name, value in fields.items():
        found.append(prefix + name)
        if isinstance(value, dict):
            found += paths(value, f"{prefix}{name}.")
    return found


def _put(fields: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        fields = fields[parent]
    fields[last] = value
