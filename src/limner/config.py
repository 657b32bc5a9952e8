"""The base of every section of a recipe, and of all else that is read into types: frozen, strict about keys and numbers."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema

from limner.errors import shown

PathText = Annotated[str, Field(max_length=4096, pattern=r"^[^\x00]*$")]
"""The name of a file or folder."""


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


def fault_of(error: Exception) -> str:
    """Returns what is wrong in a few words: of a ValidationError where its first fault is, of another its first line."""
    if not isinstance(error, ValidationError):
        return next(iter(str(error).splitlines()), type(error).__name__)
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = shown(".".join(str(part) for part in first["loc"]))
    said = first["msg"].removeprefix("Value error, ")
    return f"{where}: {said}" if where else said
