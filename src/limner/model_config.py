"""What config.json says of a model: read without PyTorch, so that a condition that the model does not have is reported at once."""

from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from limner.conditions.attribute import Attribute
from limner.config import fault_of
from limner.data.schema import Schema
from limner.errors import LimnerError, ModelError, UsageError
from limner.parsing import MAX_DATA_JSON_BYTES, ParseError, read_json
from limner.recipes import Recipe, parse

FORMAT = 1
FILE = "config.json"


class ModelConfig(NamedTuple):
    """The recipe that a model was trained by, what its pictures are, and how it came about."""

    recipe: Recipe
    schema: Schema
    attributes: tuple[Attribute, ...]
    """What it was trained to be asked for."""
    about: dict[str, Any]


def read_config(folder: Path) -> ModelConfig:
    """Returns what the config.json of a model folder says; ModelError where it is damaged, newer, or not Limner's."""
    file = folder / FILE
    fields = _fields(file)
    try:
        recipe = parse(fields["recipe"], f"{file}: recipe")
        schema = Schema.model_validate(fields["schema"])
        return ModelConfig(recipe, schema, recipe.attributes(schema), fields["about"])
    except (KeyError, ValidationError, LimnerError) as error:
        raise not_of_limner(file, fault_of(error)) from None


def not_of_limner(file: Path, fault: str = "") -> ModelError:
    """Returns the error for a config.json that Limner did not write, with what is wrong with it."""
    return ModelError(f"{file}: not a model that limner wrote{f' ({fault})' if fault else ''}.")


def check_sampling(n: int = 1, seed: int = 0, truncation: float = 1.0) -> None:
    """Raises UsageError for a number of pictures, a seed or a truncation that no model can be sampled with."""
    if n < 1:
        raise UsageError(f"n is {n}: ask for at least one picture.")
    if seed < 0:
        raise UsageError(f"seed is {seed}: give a whole number of at least 0.")
    if not 0 < truncation <= 1:
        raise UsageError(f"truncation is {truncation}: it must be above 0 and at most 1.")


def _fields(file: Path) -> dict[str, Any]:
    try:
        fields = read_json(file, MAX_DATA_JSON_BYTES, finite=False)
    except ParseError as error:
        raise ModelError(error.advised("damaged or unreadable; copy the whole model folder again.")) from None
    if not isinstance(fields, dict) or not isinstance(fields.get("format"), int):
        raise not_of_limner(file)
    fields.setdefault("about", {})
    if not all(isinstance(fields.get(key), dict) for key in ("recipe", "schema", "about")):
        raise not_of_limner(file)
    if fields["format"] > FORMAT:
        raise ModelError(
            f"{file.parent}: written by a newer limner (format {fields['format']}); upgrade limner to read it."
        )
    return fields
