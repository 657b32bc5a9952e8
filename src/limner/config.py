"""The base of every section of a recipe, and of all else that is read into types; and what of a recipe can be searched."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema

from limner.errors import quoted

PathText = Annotated[str, Field(max_length=4096, pattern=r"^[^\x00]*$")]
"""The name of a file or folder."""


def as_written(value: Any) -> Any:
    """Returns what YAML took for something else, true, null or a number, as the text that a person wrote."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value) if isinstance(value, int | float) else value


NameText = Annotated[str, BeforeValidator(as_written)]
"""The name of an attribute, a class, a node or a direction: `on`, `NO`, `true` and `12` are names like all others."""


def _be_strict(part: Any) -> None:
    """Makes numbers strict throughout a schema; all of it would no longer take lists for tuples."""
    if isinstance(part, dict):
        if part.get("type") in ("int", "float"):
            part["strict"] = True
        for inner in part.values():
            _be_strict(inner)
    elif isinstance(part, list | tuple):
        for inner in part:
            _be_strict(inner)


class Section(BaseModel):
    """Typed fields; an unknown key, or a value of another type or out of range, raises pydantic's ValidationError.

    Numbers are finite, and nothing else is taken for one: neither "3" nor true is 3.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        _be_strict(schema)
        return schema


class Range(Section):
    """Numbers from `low` to `high`; `log`: drawn evenly over orders of magnitude."""

    low: float
    high: float
    log: bool = False


Choices = tuple[int | float | str, ...]
SearchSpace = dict[str, Range | Choices]
"""Key of a recipe, as `--set` takes it -> a range, or the values to choose from."""


def fault_of(error: Exception) -> str:
    """Returns what is wrong in a few words: of a ValidationError where its first fault is, of another its first line."""
    if not isinstance(error, ValidationError):
        return next(iter(str(error).splitlines()), type(error).__name__)
    first = error.errors(include_url=False, include_input=False)[0]
    where = quoted(".".join(str(part) for part in first["loc"]))
    return f"{where}: {in_words(first)}" if where else in_words(first)


def in_words(fault: Mapping[str, Any]) -> str:
    """Returns what is wrong with a value and what would be right, of one of a ValidationError's `errors()`."""
    said = WORDS.get(fault["type"])
    if said is None:
        message = str(fault["msg"]).removeprefix("Value error, ")
        return message[:1].lower() + message[1:]
    return said.format(**fault.get("ctx", {}))


WORDS = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such key",
    "greater_than_equal": "give at least {ge}",
    "greater_than": "give more than {gt}",
    "less_than_equal": "give at most {le}",
    "less_than": "give less than {lt}",
    "finite_number": "give a finite number",
    "literal_error": "choose {expected}",
    "too_short": "give at least {min_length}",
    "too_long": "give at most {max_length}",
    "string_too_short": "give at least {min_length} characters",
    "string_too_long": "give at most {max_length} characters",
    **dict.fromkeys(("float_type", "float_parsing"), "give a number"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "give a whole number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "give true or false"),
    "string_type": "give a text",
    **dict.fromkeys(("list_type", "tuple_type"), "give a list"),
    **dict.fromkeys(
        ("dict_type", "mapping_type", "model_type", "model_attributes_type"), "give names with their values"
    ),
}
"""What pydantic finds, by its name for it, in our words."""
