"""Edits: the list of `limner edit`, applied to a picture that was handed in or to a latent of a model."""

import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Request
from pydantic import Field, model_validator

from limner.conditions.values import extrapolations
from limner.editing.edits import from_list
from limner.editing.history import Source, of_spec, provenance
from limner.editing.latent_edits import LatentEdit
from limner.editing.operation import Canvas, Operation
from limner.editing.request_warnings import extrapolations_of_edits
from limner.pictures import SUFFIXES, open_pixels, read_metadata, to_bytes
from limner.serving.catalogue import SAMPLED
from limner.serving.errors import ApiError
from limner.serving.picture_store import NAME
from limner.serving.routes.body import Body, Format, LatentRequest, Name, encoded, warned
from limner.serving.state import State, for_client, state_of

router = APIRouter(prefix="/v1")
FILES = ("file", "by")
"""Fields of an edit that name a picture."""
GROWN = 2
"""Times as large as it may come, a picture may become on the way."""
CARRIED = 1000
"""Edits that a picture may carry."""
Text = Annotated[str, Field(max_length=2000)]
"""An edit as a person writes it."""


class EditRequest(Body):
    """A picture, or a latent of a model, and what is done to it."""

    picture: Name | None = None
    model: Name | None = None
    latent: LatentRequest = Field(default_factory=LatentRequest)
    edits: list[Text | dict[Name, Any]] = Field(default_factory=list, max_length=100)
    output_format: Format = "png"

    @model_validator(mode="after")
    def _one_origin(self) -> "EditRequest":
        if (self.picture is None) == (self.model is None):
            raise ValueError("give a picture, or a model and a latent")
        return self


@router.post("/edits")
async def edit(request: Request, asked: EditRequest) -> dict[str, Any]:
    """Returns the picture after all edits, and what is selected then."""
    state = state_of(request)
    return await for_client(request, state.run_in_pool(_edited, state, asked))


def _edited(state: State, asked: EditRequest) -> dict[str, Any]:
    source, edits = _source(state, asked), _checked(state, asked.edits)
    if max(source.pixels.shape[:2]) > state.settings.limits.side:
        height, width = source.pixels.shape[:2]
        raise ApiError(
            413, f"the picture is {width}x{height}; {state.settings.limits.side} pixels a side are the most."
        )
    canvas = _canvas(state, source, edits)
    pixels = np.ascontiguousarray(canvas.pixels)
    picture = encoded(state, pixels, asked.output_format, provenance(source, [*source.edits, *edits]), source.metadata)
    chosen = None
    if canvas.selection is not None:
        chosen = b64encode(to_bytes(np.rint(255 * canvas.selection).astype(np.uint8), "mask.png")).decode()
    data = [{"b64_json": picture, "width": canvas.width, "height": canvas.height}]
    of_latent = extrapolations(asked.latent.condition, source.latent.model.attributes) if source.latent else []
    found = [*of_latent, *extrapolations_of_edits([*source.edits, *edits], source.latent)]
    told = warned(found)
    told["warnings"] += canvas.warnings
    return {"data": data, "selection": chosen, "notes": [note._asdict() for note in canvas.notes], **told}


def _canvas(state: State, source: Source, edits: list[Operation]) -> Canvas:
    """Returns the canvas after all edits; ApiError for one that makes it too large, or after the client was given up."""
    limits, begun = state.settings.limits, time.monotonic()
    canvas = Canvas(source.pixels, last_latent=source.latent)
    for one in [*source.edits, *edits]:
        if time.monotonic() - begun > limits.seconds:
            raise ApiError(504, "this took too long and was given up; ask for fewer edits.")
        with state.pictures.decoding(*filter(state.pictures.holds, one.named)):
            canvas = one.apply(canvas)
        if max(canvas.height, canvas.width) > GROWN * limits.side:
            raise ApiError(
                413, f"an edit makes the picture {canvas.width}x{canvas.height}; {GROWN * limits.side} are the most."
            )
    return canvas


def _source(state: State, asked: EditRequest) -> Source:
    if asked.picture is not None:
        metadata = read_metadata(state.pictures.path(asked.picture))
        return replace(_handed_in(state, asked.picture), metadata=metadata)
    assert asked.model is not None
    return of_spec(state.catalogue.sampler(asked.model), asked.latent)


def _handed_in(state: State, name: str) -> Source:
    """Returns a picture with the edits that it carries, if all of them can be done again here; otherwise as it is."""
    provenance = state.pictures.provenance(name)
    if provenance and provenance.get("kind") == "edit":
        # anybody can write anything into a picture: whatever is wrong with it, it carries no edits
        with suppress(Exception):
            return _before_edits(state, state.names.of(provenance))
    return _as_it_is(state, name)


def _as_it_is(state: State, name: str) -> Source:
    path, provenance = state.pictures.path(name), state.pictures.provenance(name)
    more = {"ai_generated": bool(provenance.get("ai_generated", True)), "made": provenance} if provenance else {}
    with state.pictures.decoding(path, side=state.settings.limits.side):
        return Source(open_pixels(path), {"file": str(path), "sha256": name} | more)


def _before_edits(state: State, provenance: dict[str, Any]) -> Source:
    """Returns what a picture was that says that it was edited; any exception for one that was not, or not from what is here."""
    origin, edits = provenance["origin"], provenance["edits"]
    if len(edits) > CARRIED:
        raise ValueError("too many edits")
    if "model" in origin:
        sampler = state.catalogue.sampler(origin["model"]["path"])
        source = of_spec(sampler, LatentRequest(**origin["latent"]))
        same = origin["model"]["sha256"] == sampler.model.digest
    else:
        source = _as_it_is(state, origin["file"])
        same = origin["sha256"] == origin["file"]
    if not same:
        raise ValueError("made of another")
    return replace(source, edits=tuple(_checked(state, edits)))


def _checked(state: State, edits: list[str | dict[str, Any]]) -> list[Operation]:
    """Returns edits in which ids of pictures and names of models are the paths they stand for; clients may not name others."""
    found = []
    for one in from_list([_with_paths(state, each) for each in edits]):
        for field in FILES:
            value = getattr(one, field, None)
            if not isinstance(value, str) or (field == "by" and Path(value).suffix.lower() not in SUFFIXES):
                continue  # a colour, or a way to do it
            if not state.pictures.holds(Path(value)):
                state.pictures.path(value, field)  # which says that it is no id
        if getattr(one, "directions", None):
            raise ApiError(
                422, "directions: give a model with directions of its own; folders cannot be named here.", "directions"
            )
        if isinstance(one, LatentEdit) and one.model:
            one = one.model_copy(update={"model": str(state.catalogue.entry(one.model, *SAMPLED).path)})
        found.append(one)
    return found


def _with_paths(state: State, edit: str | dict[str, Any]) -> str | dict[str, Any]:
    """Returns an edit as it was written, but with the paths of pictures where their ids are."""
    if isinstance(edit, str):
        return NAME.sub(lambda found: str(state.pictures.path(found[0], "file")), edit)

    def placed(field: str, value: Any) -> Any:
        named = field in FILES and isinstance(value, str) and NAME.fullmatch(value)
        return str(state.pictures.path(value, field)) if named else value

    return {
        name: {field: placed(field, value) for field, value in given.items()}
        if isinstance(given, dict)
        else placed("file", given)
        for name, given in edit.items()
    }
