"""Painting: pictures of places in a model's space, and walks through them."""

import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field, model_validator

from limner.editing.place import Explorer, Place
from limner.pictures import save_walk
from limner.serving.errors import ApiError
from limner.serving.routes.body import Body, Format, Name, Wanted, encoded
from limner.serving.state import State, for_client, state_of

router = APIRouter(prefix="/v1")
LAST = 2**31


class Generation(Wanted):
    """Which pictures of a model are wanted: `n` of them from a place on."""

    model: Name
    n: int = Field(1, ge=1, le=64)
    output_format: Format = "png"


class Walk(Body):
    """A film through places of a model."""

    model: Name
    places: list[Wanted] = Field(min_length=2, max_length=24)
    frames: int = Field(24, ge=1, le=120)
    """From each place to the next."""
    rate: int = Field(24, ge=1, le=60)
    closed: bool = True

    @model_validator(mode="after")
    def _not_too_long(self) -> "Walk":
        if self.frames * len(self.places) > 1200:
            raise ValueError("at most 1200 frames in all")
        return self


@router.post("/images/generations")
async def generate(request: Request, asked: Generation) -> dict[str, Any]:
    """Returns pictures, painted together with those of other requests."""
    state = state_of(request)
    if asked.n > 1 and asked.blend:
        raise ApiError(422, "n: a blend is one picture.", "n")
    if asked.index + asked.n - 1 > LAST:
        raise ApiError(422, f"index: the last picture of a seed is {LAST}.", "index")
    explorer = await for_client(request, _explorer(state, asked.model))
    fields = {name: getattr(asked, name) for name in Place.model_fields}
    places = [Place(**fields | {"index": asked.index + step}) for step in range(asked.n)]
    finish = partial(_finished, state, explorer, asked.output_format)
    data = await for_client(request, state.batch.paint(explorer, places, finish))
    return {"created": int(time.time()), "model": asked.model, "data": data}


@router.post("/walks", response_class=Response, responses={200: {"content": {"video/mp4": {}}}})
async def walk(request: Request, asked: Walk) -> Response:
    """Returns a film through places."""
    state = state_of(request)
    explorer = await for_client(request, _explorer(state, asked.model))
    film = await for_client(request, state.hand_over(_filmed, state, explorer, asked))
    return Response(film, media_type="video/mp4")


async def _explorer(state: State, name: str) -> Explorer:
    explorer: Explorer = await state.hand_over(state.catalogue.explorer, name)
    return explorer


def _finished(state: State, explorer: Explorer, kind: Format, place: Place, pixels: np.ndarray) -> dict[str, Any]:
    picture = encoded(state, pixels, kind, explorer.provenance(place))
    return {"b64_json": picture, "seed": place.seed, "index": place.index}


def _filmed(state: State, explorer: Explorer, asked: Walk) -> bytes:
    times = max(1, 256 // max(explorer.model.schema.height, explorer.model.schema.width))
    frames = (
        frame.repeat(times, 0).repeat(times, 1) for frame in explorer.walk(asked.places, asked.frames, asked.closed)
    )
    stops = [place.model_dump(mode="json", exclude_defaults=True) for place in asked.places]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "walk.mp4"
        made = explorer.provenance(asked.places[0]) | {"kind": "walk", "places": stops}
        save_walk(frames, file, asked.rate, state.names.of(made))
        return file.read_bytes()
