"""`--set key=value`: changes to a recipe by dotted or shortened keys."""

from collections.abc import Sequence
from typing import Any

from limner.errors import RecipeError, nearest, shown
from limner.parsing import ParseError, parse_yaml
from limner.recipes.recipe import Recipe, parse


def apply_settings(recipe: Recipe, settings: Sequence[str]) -> Recipe:
    """Returns the recipe with each `key=value` applied; values are YAML.

    A key may be shortened to its last parts as long as one key fits: `lr=1e-3` is `optimiser.lr=1e-3`.
    RecipeError when a key is unknown or ambiguous, or a value is not accepted.
    """
    fields = recipe.model_dump(mode="json")
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals:
            raise RecipeError(f"--set {shown(setting)}: write it as key=value.")
        _put(fields, _find(key.strip(), fields), _value(key, text))
    return parse(fields, f"--set {shown(' '.join(settings), 200)}") if settings else recipe


def _value(key: str, text: str) -> Any:
    try:
        return parse_yaml(text, f"--set {key.strip()}")
    except ParseError as error:
        raise RecipeError(error.advised("quote it to give it as text.")) from None


def _find(key: str, fields: dict[str, Any]) -> str:
    paths = _paths(fields)
    fitting = [path for path in paths if path == key] or [path for path in paths if path.endswith(f".{key}")]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise RecipeError(f"--set {shown(key)}: could be {' or '.join(fitting)}; write one of them.")
    last = {path.rsplit(".", 1)[-1]: path for path in reversed(paths)}
    hint = nearest(key, [*paths, *last])
    raise RecipeError(
        f"--set {shown(key)}: this recipe has no such key; {hint if 'mean' in hint else 'see `limner recipes NAME`.'}"
    )


def _paths(fields: dict[str, Any], prefix: str = "") -> list[str]:
    paths = []
    for name, value in fields.items():
        paths.append(prefix + name)
        if isinstance(value, dict):
            paths += _paths(value, f"{prefix}{name}.")
    return paths


def _put(fields: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        fields = fields[parent]
    fields[last] = value
