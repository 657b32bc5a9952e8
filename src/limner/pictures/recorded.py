"""The files and folders that a picture's provenance names: where they are now, and provenance that does not name them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from limner import files
from limner.config import PathText, fault_of
from limner.errors import PictureError, UsageError, nearest, shown
from limner.model_folder import located

Made = TypeVar("Made", bound=BaseModel)
FIELDS = ("path", "file", "by", "model", "mask", "style", "directions", "data", "run", "picture", "of", "pictures")
"""Keys of provenance whose text may be the path of something that was read; `read` has paths as keys."""
DIGEST = "sha256:"
"""What stands before the digest of something whose path is not named."""
DIGESTS = {"path": "sha256", "file": "sha256", "style": "sha256", "mask": "mask_sha256", "model": "model_sha256"}
"""Keys of a path, and the key of its digest beside it."""
SHA256 = re.compile(f"({DIGEST})?[0-9a-f]{{64}}")
FEWEST = 8
"""Hexadecimal digits by which a digest can be told."""


def check(picture: Path, path: str | Path, sha256: str | None) -> Path:
    """Returns the file that a picture was made of; PictureError where it is gone or another."""
    file = present(picture, path)
    if not file.is_file() or files.digest(file) != sha256:
        raise PictureError(f"{picture} was made of another {path} than is there now.")
    return file


def present(picture: Path, path: str | Path) -> Path:
    """Returns the file or folder that a picture was made of; PictureError, which says how to tell where it is, if it is gone."""
    if not located(Path(path)).exists():
        text = str(path)
        name = text.removeprefix(DIGEST)[:12] if SHA256.fullmatch(text) else text
        raise PictureError(
            f"{picture} was made of {shown(text, 300)}, which is not there; say where it is with --from {shown(name, 300)}=PATH"
        )
    return Path(path)


def mentioned(made: Mapping[str, Any]) -> list[str]:
    """Returns the paths, and the digests in their place, that provenance names, each once."""
    return list(dict.fromkeys(_mentioned(made, "")))


def moved(made: dict[str, Any], where: Mapping[str, Path], picture: Path) -> dict[str, Any]:
    """Returns provenance with files and folders where they are now; what lies in a folder that moved has moved, too.

    UsageError for a path or digest that the provenance does not name, and for a place where there is nothing.
    """
    known = mentioned(made)
    for old, new in where.items():
        if not new.exists():
            raise UsageError(f"--from {shown(old)}={shown(new)}: there is no {shown(new)}.")
        if not any(_within(text, old) is not None for text in known):
            hint = nearest(old, known) if known else "it names none."
            raise UsageError(f"--from {shown(old)}: {picture} does not name it; {hint}")

    def change(text: str) -> str:
        for old, new in where.items():
            if (rest := _within(text, old)) is not None:
                return str(new / rest) if rest else str(new)
        return text

    changed: dict[str, Any] = _changed(made, "", change)
    return changed


def anonymous(made: dict[str, Any], digests: Mapping[str, str]) -> dict[str, Any]:
    """Returns provenance in which the digest of what was read stands for its path; `digests` holds those that it does not."""
    known = {**_digests(made), **digests}
    changed: dict[str, Any] = _changed(made, "", lambda text: DIGEST + known[text] if text in known else text)
    return changed


def _within(text: str, old: str) -> str | None:
    """Returns what of a path lies below an old one ("" for itself), or None; a digest is told by its first digits."""
    if text == old:
        return ""
    if SHA256.fullmatch(text):
        digits = old.removeprefix(DIGEST)
        return "" if len(digits) >= FEWEST and text.removeprefix(DIGEST).startswith(digits) else None
    return text.removeprefix(f"{old}/") if text.startswith(f"{old}/") else None


def _mentioned(value: Any, field: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        if field == "read":
            yield from value
        for key, inner in value.items():
            yield from _mentioned(inner, key)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _mentioned(inner, field)
    elif isinstance(value, str) and field in FIELDS and value:
        yield value


def _changed(value: Any, field: str, change: Any) -> Any:
    if isinstance(value, Mapping):
        keys = {key: change(key) if field == "read" else key for key in value}
        return {keys[key]: inner if field == "read" else _changed(inner, key, change) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_changed(inner, field, change) for inner in value]
    return change(value) if isinstance(value, str) and field in FIELDS else value


def _digests(made: Any) -> dict[str, str]:
    """Returns the digests of paths that provenance holds beside them."""
    if isinstance(made, list | tuple):
        return {path: sha for one in made for path, sha in _digests(one).items()}
    if not isinstance(made, Mapping):
        return {}
    found: dict[str, str] = dict(made["read"]) if isinstance(made.get("read"), Mapping) else {}
    for key, sha in DIGESTS.items():
        if isinstance(made.get(key), str) and made.get(sha):
            found[made[key]] = made[sha]
    for inner in made.values():
        found |= _digests(inner)
    return found


class MadeBy(BaseModel):
    """What provenance says of the model that made a picture."""

    path: PathText
    sha256: str | None
    runtime: str = "torch"


def made_of(kind: type[Made], picture: Path, made: dict[str, Any]) -> Made:
    """Returns what the provenance of a picture says, in types; PictureError for what it lacks."""
    try:
        return kind.model_validate(made)
    except ValidationError as error:
        raise PictureError(f"{picture}: its provenance cannot be used ({fault_of(error)}).") from None
