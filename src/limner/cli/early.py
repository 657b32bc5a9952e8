"""What needs no network to be found wrong, found before PyTorch is loaded: a typing mistake is answered at once."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

MIN_SAMPLES = 10
"""Samples by which a model can be judged."""
GROUPS = ("distances", "fidelity", "utility", "generalisation", "likelihood", "cost")
"""What `limner evaluate` can measure."""
EXTRACTORS = ("limner", "squeezenet", "vgg19", "inception-v3", "dinov2")
"""Networks that judge pictures."""


def check_recipe(recipe: str, settings: Sequence[str] | None = None, model_size: str = "base") -> None:
    """Raises RecipeError for a recipe or a model size that there is not, and for a key or a value that it does not accept."""
    from limner.recipes import apply_settings, find_recipe, resize

    apply_settings(resize(find_recipe(recipe), model_size), settings or [])


def check_condition(model: Path, asked: Mapping[str, str]) -> None:
    """Raises ConditionError for an attribute, a class or a number that a model cannot be asked for; ModelError without one."""
    from limner.conditions.values import check_values
    from limner.model_config import read_config
    from limner.model_folder import find_folder

    folder = find_folder(model)
    if asked:
        check_values(asked, read_config(folder).attributes)


def check_targets(model: Path, texts: Sequence[str], of_any_picture: bool = True) -> None:
    """Raises UsageError or ConditionError for NAME or NAME=CLASS that is no attribute of what a model was trained on.

    With `of_any_picture`, the scores of any picture are there as well.
    """
    from limner.explain.targets import OF_ANY_PICTURE, target_among
    from limner.model_config import read_config
    from limner.model_folder import find_folder

    folder = find_folder(model)
    own = [text for text in texts if not (of_any_picture and text in OF_ANY_PICTURE)]
    for text in own:
        target_among(read_config(folder).schema.attributes, text, str(model))


def check_causal(model: Path, *asked: Mapping[str, str], on: str | None = None) -> None:
    """Raises GraphError for a value, or an outcome, that a causal model cannot be asked for; ModelError without one."""
    from limner.causal.outcome import check_outcome
    from limner.causal.structure_file import check_asked
    from limner.model_folder import resolve_shipped

    for values in asked or ({},):
        check_asked(resolve_shipped(model), values)
    if on is not None:
        check_outcome(resolve_shipped(model), on)


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


def check_at_least(least: int, **numbers: int) -> None:
    """Raises UsageError for an option, by its name, that is a smaller number than is needed."""
    from limner.errors import UsageError

    for name, value in numbers.items():
        if value < least:
            raise UsageError(f"--{name} {value}: at least {least} {'is' if least == 1 else 'are'} needed.")


def check_files(paths: Sequence[str | Path], advice: str = "") -> None:
    """Raises PictureError for a path that is no file, which says what to do instead."""
    from limner.errors import PictureError, quoted

    for path in paths:
        if not Path(path).is_file():
            raise PictureError(f"{quoted(path, 200)}: no such file{advice}.")


def check_data_of(model: Path, data: str | None) -> None:
    """Raises DataError for a dataset that is not there; without one, UsageError where that of a model's training is gone."""
    from limner.data.of_run import recorded

    if data:
        check_data(data)
    else:
        recorded(model)


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
