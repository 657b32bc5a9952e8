"""Generation: pictures of latents of a model, and walks through its latent space."""

import json
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field, model_validator

from limner.conditions.values import extrapolations
from limner.editing.latent_sampler import LatentSampler
from limner.editing.latent_spec import LatentSpec
from limner.pictures import save_walk
from limner.serving.errors import ApiError
from limner.serving.routes.body import Body, Format, LatentRequest, Name, encoded, warned
from limner.serving.state import State, for_client, state_of

router = APIRouter(prefix="/v1")
MAX_SEED_INDEX = 2**31
"""The last picture of a seed."""


class GenerateRequest(LatentRequest):
    """Pictures of a model: `n` of them from a latent on."""

    model: Name
    n: int = Field(1, ge=1, le=64)
    output_format: Format = "png"


class WalkRequest(Body):
    """A film through latents of a model."""

    model: Name
    latents: list[LatentRequest] = Field(min_length=2, max_length=24)
    frames: int = Field(24, ge=1, le=120)
    """From each latent to the next."""
    rate: int = Field(24, ge=1, le=60)
    closed: bool = True

    @model_validator(mode="after")
    def _not_too_long(self) -> "WalkRequest":
        if self.frames * len(self.latents) > 1200:
            raise ValueError("at most 1200 frames in all")
        return self


@router.post("/images/generations")
async def generate(request: Request, asked: GenerateRequest) -> dict[str, Any]:
    """Returns pictures, generated together with those of other requests."""
    state = state_of(request)
    if asked.n > 1 and asked.blend:
        raise ApiError(422, "n: a blend is one picture.", "n")
    if asked.index + asked.n - 1 > MAX_SEED_INDEX:
        raise ApiError(422, f"index: the last picture of a seed is {MAX_SEED_INDEX}.", "index")
    sampler = await for_client(request, _sampler(state, asked.model))
    fields = {name: getattr(asked, name) for name in LatentSpec.model_fields}
    specs = [LatentSpec(**fields | {"index": asked.index + step}) for step in range(asked.n)]
    finish = partial(_finished, state, sampler, asked.output_format)
    data = await for_client(request, state.batch.generate(sampler, specs, finish))
    about = {"created": int(time.time()), "model": asked.model, "data": data}
    return about | warned(extrapolations(asked.condition, sampler.model.attributes))


@router.post("/walks", response_class=Response, responses={200: {"content": {"video/mp4": {}}}})
async def walk(request: Request, asked: WalkRequest) -> Response:
    """Returns a film through latents."""
    state = state_of(request)
    sampler = await for_client(request, _sampler(state, asked.model))
    film = await for_client(request, state.run_in_pool(_filmed, state, sampler, asked))
    found = [one for spec in asked.latents for one in extrapolations(spec.condition, sampler.model.attributes)]
    warnings = json.dumps(warned(list(dict.fromkeys(found)))["warnings"])  # in ASCII, as headers are
    return Response(film, media_type="video/mp4", headers={"Limner-Warnings": warnings} if found else None)


async def _sampler(state: State, name: str) -> LatentSampler:
    sampler: LatentSampler = await state.run_in_pool(state.catalogue.sampler, name)
    return sampler


def _finished(
    state: State, sampler: LatentSampler, kind: Format, spec: LatentSpec, pixels: np.ndarray
) -> dict[str, Any]:
    picture = encoded(state, pixels, kind, sampler.provenance(spec))
    return {"b64_json": picture, "seed": spec.seed, "index": spec.index}


def _filmed(state: State, sampler: LatentSampler, asked: WalkRequest) -> bytes:
    times = max(1, 256 // max(sampler.model.schema.height, sampler.model.schema.width))
    frames = (
        frame.repeat(times, 0).repeat(times, 1) for frame in sampler.walk(asked.latents, asked.frames, asked.closed)
    )
    stops = [spec.model_dump(mode="json", exclude_defaults=True) for spec in asked.latents]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "walk.mp4"
        provenance = sampler.provenance(asked.latents[0]) | {"kind": "walk", "latents": stops}
        save_walk(frames, file, asked.rate, state.names.of(provenance))
        return file.read_bytes()
