"""Edited pictures that remember: what they were, and every edit since, so that they can be made again, added to and undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from pydantic import BaseModel, Field, ValidationError, model_validator

from limner.config import PathText
from limner.editing.edits import MAX_EDITS, apply, apply_to, from_list, to_list
from limner.editing.latent_spec import DIRECTIONS, LatentSpec
from limner.editing.operation import Canvas, KnownLatent, Operation
from limner.errors import ModelError, PictureError, UsageError
from limner.files import digest
from limner.model_folder import find_folder, resolve_shipped
from limner.pictures import (
    Metadata,
    each_picture,
    open_pixels,
    provenance_record,
    read_metadata,
    read_provenance,
    save,
    to_image,
)
from limner.pictures.recorded import ModelReference, parse_provenance, require_exists, require_unchanged
from limner.pictures.recorded import anonymous as without_paths

if TYPE_CHECKING:
    from limner.editing.latent_sampler import LatentSampler


@dataclass(frozen=True)
class Source:
    """A picture before all edits, uint8 (H, W, 3 or 4), where it is from, and the edits that were done to it already."""

    pixels: np.ndarray
    origin: dict[str, Any]
    edits: tuple[Operation, ...] = ()
    latent: KnownLatent | None = None
    """What a model generated it from, if one did."""
    read: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of the pictures and models that its edits read, by path, when they did."""
    metadata: Metadata = field(default_factory=Metadata)
    """What its author says of it."""

    def without_last(self, name: str) -> Source:
        """Returns what this picture was before its last edit, or else before it was stylised; UsageError where neither was done.

        PictureError where what was stylised is gone or another.
        """
        if self.edits:
            return replace(self, edits=self.edits[:-1])
        provenance = self.origin.get("made", {})
        before = provenance.get("origin", {}) if provenance.get("kind") in ("stylization", "look") else {}
        if not isinstance(before.get("file"), str):
            raise UsageError(f"{name} carries no edit, so there is nothing to undo.")
        return open_source(require_unchanged(Path(name), before["file"], before.get("sha256")))

    @property
    def ai_generated(self) -> bool:
        return bool(self.origin.get("ai_generated", False))


def open_source(path: Path, seed: int = 0) -> Source:
    """Returns a picture file, or picture `seed` of a model; of an edited picture, what it was before, with its edits.

    PictureError, ModelError or ConditionError for what cannot be opened.
    """
    if resolve_shipped(path).is_dir():
        return _of_model(path, LatentSpec(seed=seed))
    provenance = carried(path)
    edited = provenance is not None and provenance.get("kind") == "edit"
    source = (
        _of_edited(path, provenance) if provenance and edited else Source(open_pixels(path), _of_file(path, provenance))
    )
    return replace(source, metadata=read_metadata(path))


def save_edited(
    source: Source, edits: Sequence[Operation], out: Path, anonymous: bool = False, strip: bool = False
) -> list[str]:
    """Writes the picture after all its edits, which its provenance lists; a .jpg, which has no opacity, over white.

    Returns the warnings of its edits.

    An anonymous one names what was read by digests alone; a stripped one goes without the metadata of its author.
    """
    _unchanged(source)
    done = [*source.edits, *edits]
    metadata = None if strip else source.metadata
    canvas = apply_to(Canvas(source.pixels, last_latent=source.latent), done)
    save(canvas.pixels, out, provenance(source, done, anonymous), metadata)
    return canvas.warnings


def save_folder(
    source: Path, edits: Sequence[Operation], out: Path, anonymous: bool = False, strip: bool = False
) -> list[str]:
    """Edits every picture of a folder into a new one, as `each_picture` does; returns its lines, and the warnings of edits."""
    warnings: list[str] = []

    def edit(path: Path, file: Path) -> None:
        warnings.extend(f"{path}: {line}" for line in save_edited(open_source(path), edits, file, anonymous, strip))

    return [*each_picture(source, out, "editing", edit), *warnings]


def is_model(path: Path) -> bool:
    """Whether a folder is a model, or a run that has one."""
    try:
        find_folder(path)
    except ModelError:
        return False
    return True


def replay_picture(picture: Path, provenance: dict[str, Any]) -> np.ndarray:
    """Returns an edited picture again, uint8 (H, W, 3 or 4) (see `limner.replay`).

    PictureError where the origin, or what an edit read, is gone or another, or the picture was not edited here.
    """
    source = _of_edited(picture, provenance)
    _unchanged(source)
    return apply(source.edits, source.pixels, source.latent)


class Origin(BaseModel):
    """What provenance says that an edited picture was: the picture of a latent of a model, or a file."""

    model: ModelReference | None = None
    file: PathText | None = None
    sha256: str | None = None
    latent: LatentSpec | None = None
    directions: PathText | None = None

    @model_validator(mode="after")
    def _names_what_it_was(self) -> Self:
        if self.model is None and self.file is None:
            raise ValueError("neither a model nor a file")
        return self


class EditProvenance(BaseModel):
    """What provenance says of an edited picture."""

    origin: Origin
    edits: list[Any] = Field(max_length=MAX_EDITS)
    read: dict[str, str] = {}


def _of_edited(path: Path, provenance: dict[str, Any]) -> Source:
    about, origin = parse_provenance(EditProvenance, path, provenance), provenance["origin"]
    edits, read = tuple(from_list(about.edits)), about.read
    of_model = about.origin.model
    where = require_exists(path, of_model.path if of_model else about.origin.file or "")
    spec = about.origin.latent or LatentSpec()
    if of_model:
        source = _of_model(where, spec, _directions(where, about.origin.directions))
    else:
        source = Source(open_pixels(where), _of_file(where, carried(where)))
    if _identity(source.origin) != _identity(origin):
        raise PictureError(f"{path} was made of another {where} than is there now.")
    return Source(source.pixels, origin, edits, source.latent, read)


def of_spec(sampler: LatentSampler, spec: LatentSpec) -> Source:
    """Returns the picture of a latent spec of a model."""
    picture = sampler.generate([spec])[0]
    pixels = picture if picture.shape[2] == 4 else np.asarray(to_image(picture).convert("RGB"))
    return Source(pixels, sampler.provenance(spec), latent=sampler.known_latent(spec, pixels))


def _of_model(path: Path, spec: LatentSpec, directions: str | None = None) -> Source:
    from limner.editing.latent_sampler import LatentSampler  # only now: pictures are edited without PyTorch
    from limner.model import load

    return of_spec(LatentSampler.of(load(path), path, Path(directions) if directions else None), spec)


def _directions(model: Path, folder: str | None) -> str | None:
    """Returns the folder of directions of a picture's origin, next to the model where that has moved."""
    return folder if folder is None or Path(folder).exists() else str(model / Path(folder).name)


def _unchanged(source: Source) -> None:
    """Raises PictureError unless what the edits of a picture read is what it was when they did."""
    for path in {path for edit in source.edits for path in edit.named}:
        recorded = source.read.get(str(path))
        if recorded and not path.exists():
            raise PictureError(f"the edits of this picture read {path}, which is not there; put it back.")
        if recorded and _digest(path) != recorded:
            raise PictureError(
                f"the edits of this picture read another {path} than is there now; put the old one back."
            )


def _digest(path: Path) -> str | None:
    """Returns the SHA-256 of a file, of the directions in a folder, or of a model's weights; None of anything else."""
    file = path / DIRECTIONS if (path / DIRECTIONS).is_file() else path
    if file.is_file():
        return digest(file)
    if not is_model(path):
        return None
    from limner.editing.latent_space import load_for_editing

    return load_for_editing(path).digest


def _of_file(path: Path, provenance: dict[str, Any] | None) -> dict[str, Any]:
    origin: dict[str, Any] = {"file": str(path), "sha256": digest(path)}
    if provenance:
        origin |= {"ai_generated": bool(provenance.get("ai_generated", True)), "made": provenance}
    return origin


def _identity(origin: dict[str, Any]) -> Any:
    return (origin.get("model") or origin).get("sha256")


def carried(path: Path) -> dict[str, Any] | None:
    """Returns what a picture says of how it was made; None of a photograph, and of what is no picture."""
    try:
        return read_provenance(path)
    except PictureError:
        return None


def carried_edits(path: Path) -> list[Operation]:
    """Returns the edits that a picture carries; none where it carries none, or cannot be made again from them."""
    provenance = carried(path) or {}
    try:
        return from_list(EditProvenance.model_validate(provenance).edits) if provenance.get("kind") == "edit" else []
    except (ValidationError, UsageError):
        return []


def provenance(source: Source, edits: Sequence[Operation], anonymous: bool = False) -> dict[str, Any]:
    """Returns what a picture after these edits says of itself; an anonymous one names what was read by digests alone."""
    read = {str(path): sha for edit in edits for path in edit.named if (sha := _digest(path))}
    generated = source.ai_generated or any(edit.generates for edit in edits)
    record = provenance_record("edit", ai_generated=generated, origin=source.origin, edits=to_list(edits), read=read)
    if not anonymous:
        return record
    folder = source.origin.get("directions")
    return without_paths(record, {folder: sha} if folder and (sha := _digest(Path(folder))) else {})
