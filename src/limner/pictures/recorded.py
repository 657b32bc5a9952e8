"""The files and folders that a picture's provenance names: where they are now, and provenance that does not name them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from limner import files
from limner.config import PathText, fault_of
from limner.errors import PictureError, UsageError, quoted, suggestion
from limner.model_folder import resolve_shipped

Parsed = TypeVar("Parsed", bound=BaseModel)
PATH_FIELDS = ("path", "file", "by", "model", "mask", "style", "directions", "data", "run", "picture", "of", "pictures")
"""Keys of provenance whose text may be the path of something that was read; `read` has paths as keys."""
DIGEST = "sha256:"
"""What stands before the digest of something whose path is not named."""
DIGEST_FIELDS = {"path": "sha256", "file": "sha256", "style": "sha256", "mask": "mask_sha256", "model": "model_sha256"}
"""Keys of a path, and the key of its digest next to it."""
SHA256 = re.compile(f"({DIGEST})?[0-9a-f]{{64}}")
MIN_DIGEST_DIGITS = 8
"""Hexadecimal digits by which a digest is identified."""


def require_unchanged(picture: Path, path: str | Path, sha256: str | None) -> Path:
    """Returns the file that a picture was made of; PictureError where it is gone or another."""
    file = require_exists(picture, path)
    if not file.is_file() or files.digest(file) != sha256:
        raise PictureError(f"{picture} was made of another {path} than is there now.")
    return file


def require_exists(picture: Path, path: str | Path) -> Path:
    """Returns the file or folder that a picture was made of; PictureError, which says how to name its new place, if it is gone."""
    if not resolve_shipped(Path(path)).exists():
        text = str(path)
        name = text.removeprefix(DIGEST)[:12] if SHA256.fullmatch(text) else text
        raise PictureError(
            f"{picture} was made of {quoted(text, 300)}, which is not there; say where it is with --from {quoted(name, 300)}=PATH"
        )
    return Path(path)


def referenced_paths(provenance: Mapping[str, Any]) -> list[str]:
    """Returns the paths, and the digests in their place, that provenance names, each once."""
    return list(dict.fromkeys(_referenced_paths(provenance, "")))


def relocate_paths(provenance: dict[str, Any], where: Mapping[str, Path], picture: Path) -> dict[str, Any]:
    """Returns provenance with files and folders where they are now; what is in a folder that moved has moved, too.

    UsageError for a path or digest that the provenance does not name, and for a place where there is nothing.
    """
    known = referenced_paths(provenance)
    for old, new in where.items():
        if not new.exists():
            raise UsageError(f"--from {quoted(old)}={quoted(new)}: there is no {quoted(new)}.")
        if not any(_within(text, old) is not None for text in known):
            hint = suggestion(old, known) if known else "it names none."
            raise UsageError(f"--from {quoted(old)}: {picture} does not name it; {hint}")

    def change(text: str) -> str:
        for old, new in where.items():
            if (rest := _within(text, old)) is not None:
                return str(new / rest) if rest else str(new)
        return text

    changed: dict[str, Any] = _changed(provenance, "", change)
    return changed


def anonymous(provenance: dict[str, Any], digests: Mapping[str, str]) -> dict[str, Any]:
    """Returns provenance in which the digest of what was read stands for its path; `digests` holds those that it does not."""
    known = {**_digests(provenance), **digests}
    changed: dict[str, Any] = _changed(provenance, "", lambda text: DIGEST + known[text] if text in known else text)
    return changed


def _within(text: str, old: str) -> str | None:
    """Returns what of a path lies below an old one ("" for itself), or None; a digest is identified by its first digits."""
    if text == old:
        return ""
    if SHA256.fullmatch(text):
        digits = old.removeprefix(DIGEST)
        return "" if len(digits) >= MIN_DIGEST_DIGITS and text.removeprefix(DIGEST).startswith(digits) else None
    return text.removeprefix(f"{old}/") if text.startswith(f"{old}/") else None


def _referenced_paths(value: Any, field: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        if field == "read":
            yield from value
        for key, inner in value.items():
            yield from _referenced_paths(inner, key)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _referenced_paths(inner, field)
    elif isinstance(value, str) and field in PATH_FIELDS and value:
        yield value


def _changed(value: Any, field: str, change: Any) -> Any:
    if isinstance(value, Mapping):
        keys = {key: change(key) if field == "read" else key for key in value}
        return {keys[key]: inner if field == "read" else _changed(inner, key, change) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_changed(inner, field, change) for inner in value]
    return change(value) if isinstance(value, str) and field in PATH_FIELDS else value


def _digests(provenance: Any) -> dict[str, str]:
    """Returns the digests of paths that provenance holds next to them."""
    if isinstance(provenance, list | tuple):
        return {path: sha for one in provenance for path, sha in _digests(one).items()}
    if not isinstance(provenance, Mapping):
        return {}
    found: dict[str, str] = dict(provenance["read"]) if isinstance(provenance.get("read"), Mapping) else {}
    for key, sha in DIGEST_FIELDS.items():
        if isinstance(provenance.get(key), str) and provenance.get(sha):
            found[provenance[key]] = provenance[sha]
    for inner in provenance.values():
        found |= _digests(inner)
    return found


class ModelReference(BaseModel):
    """What provenance says of the model that made a picture."""

    path: PathText
    sha256: str | None
    runtime: str = "torch"


def parse_provenance(kind: type[Parsed], picture: Path, provenance: dict[str, Any]) -> Parsed:
    """Returns what the provenance of a picture says, in types; PictureError for what it lacks."""
    try:
        return kind.model_validate(provenance)
    except ValidationError as error:
        raise PictureError(f"{picture}: its provenance cannot be used ({fault_of(error)}).") from None
