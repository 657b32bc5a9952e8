"""What needs no network to be found wrong, found before PyTorch is loaded: a typing mistake is answered at once."""

import math
from collections.abc import Sequence
from pathlib import Path

GROUPS = ("distances", "fidelity", "utility", "generalisation", "likelihood", "cost")
"""What `limner evaluate` can measure."""
EXTRACTORS = ("limner", "squeezenet", "vgg19", "inception-v3", "dinov2")
"""Networks that judge pictures."""


def check_recipe(recipe: str, settings: Sequence[str] | None = None, model_size: str = "base") -> None:
    """Raises RecipeError for a recipe, a model size or a key of `--set` that there is not."""
    from limner.errors import RecipeError
    from limner.parsing import MAX_YAML_BYTES, ParseError, read_text
    from limner.recipe_keys import check_settings
    from limner.recipe_names import NAMES, check_model_size, check_recipe_name

    check_recipe_name(recipe)
    if recipe not in NAMES:
        try:
            read_text(recipe, MAX_YAML_BYTES)
        except ParseError as error:
            raise RecipeError(str(error)) from None
    check_model_size(model_size)
    check_settings(recipe, settings or [])


def check_data(data: str, size: str | None = None) -> None:
    """Raises DataError for a path that is not there, and UsageError for a size that is none."""
    from limner.errors import DataError, quoted
    from limner.pictures.shape import parse_size

    if size:
        parse_size(size)
    if not Path(data).exists():
        raise DataError(f"no such file or folder: {quoted(data, 200)}")


def check_start(path: Path) -> None:
    """Raises ModelError where there is no run, model or file of weights to start from."""
    from limner.model_folder import find_folder, resolve_shipped

    if not resolve_shipped(path).exists():
        find_folder(path)


def check_above_zero(**numbers: float | None) -> None:
    """Raises UsageError for an option, by its name, that is not a number above zero."""
    from limner.errors import UsageError

    for name, value in numbers.items():
        if value is not None and not 0 < value < math.inf:  # not-a-number is not between them either
            raise UsageError(f"--{name.replace('_', '-')} {value}: give a number above 0.")


def check_suffix(file: Path, suffixes: Sequence[str], instead: str = "") -> None:
    """Raises UsageError for a file of another suffix, which says what may be given instead of a file."""
    from limner.errors import UsageError, quoted

    if file.suffix.lower() not in suffixes:
        raise UsageError(f"cannot write {quoted(file, 200)}: end its name in {', '.join(suffixes)}{instead}.")


def check_groups(only: Sequence[str]) -> None:
    """Raises UsageError for what cannot be measured."""
    from limner.errors import UsageError, quoted, suggestion

    for group in only:
        if group not in GROUPS:
            raise UsageError(f"--only {quoted(group)}: {suggestion(group, list(GROUPS))}")


def check_extractor(name: str) -> None:
    """Raises UsageError for a network that there is not; "name=FILE" is one with a weight file of its own."""
    from limner.errors import UsageError, quoted, suggestion

    name = name.partition("=")[0]
    if name not in EXTRACTORS:
        raise UsageError(f"there is no extractor '{quoted(name)}'; {suggestion(name, list(EXTRACTORS))}")
