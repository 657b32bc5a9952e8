"""The base of every section of a recipe, and of all else that is read into types; and what of a recipe can be searched."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema

from limner.errors import shown

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
Space = dict[str, Range | Choices]
"""Key of a recipe, as `--set` takes it -> a range, or the values to choose from."""


def fault_of(error: Exception) -> str:
    """Returns what is wrong in a few words: of a ValidationError where its first fault is, of another its first line."""
    if not isinstance(error, ValidationError):
        return next(iter(str(error).splitlines()), type(error).__name__)
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = shown(".".join(str(part) for part in first["loc"]))
    said = first["msg"].removeprefix("Value error, ")
    return f"{where}: {said}" if where else said
