"""Style: at once by an instant model, or as a job by the full engine or in a look."""

from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response
from pydantic import Field

from limner.errors import UsageError
from limner.pictures import read_metadata
from limner.serving.errors import ApiError
from limner.serving.job import Job
from limner.serving.routes.body import Body, Format, Name, encoded
from limner.serving.state import State, for_client, state_of
from limner.serving.store import new_id
from limner.style.factors import Factors
from limner.style.looks import LOOKS, check_look
from limner.style.resizing import shrunk
from limner.style.stylization import Source, Stylization, provenance

router = APIRouter(prefix="/v1")


class Weighted(Body):
    """A style and its weight beside others."""

    style: Name
    weight: float = Field(1.0, gt=0, le=1000)


class StylizeRequest(Body):
    """A picture, its styles, and how far each factor is taken over."""

    picture: Name
    styles: list[Weighted] = Field(default_factory=list, max_length=16)
    colour_from: list[Weighted] = Field(default_factory=list, max_length=16)
    line_from: list[Weighted] = Field(default_factory=list, max_length=16)
    texture_from: list[Weighted] = Field(default_factory=list, max_length=16)
    colour: float = Field(1.0, ge=0, le=1)
    line: float = Field(1.0, ge=0, le=1)
    texture: float = Field(1.0, ge=0, le=1)
    content: float = Field(0.5, ge=0, le=1)
    scale: float = Field(1.0, ge=0.1, le=10)
    size: int = Field(512, ge=32, le=2048)
    seed: int = Field(0, ge=0, le=2**63 - 1)
    mask: Name | None = None
    model: Name | None = None
    look: Name | None = None
    strength: float = Field(1.0, ge=0, le=1)
    output_format: Format = "png"


@router.post("/stylize", responses={202: {"model": Job}})
async def stylize(request: Request, response: Response, asked: StylizeRequest) -> Any:
    """Returns the picture in styles of an instant model; without a model, the job that makes it by its styles or in a look."""
    state = state_of(request)
    if asked.look is not None:
        _check_look(asked)
    if asked.model is not None:
        return await for_client(request, state.run_in_pool(_instant, state, asked))
    response.status_code = 202
    return await state.run_in_pool(_queued, state, asked)


@router.get("/looks")
def looks() -> dict[str, Any]:
    """Returns the names of all looks."""
    return {"data": [{"name": name} for name in LOOKS]}


def _check_look(asked: StylizeRequest) -> None:
    assert asked.look is not None
    try:
        check_look(asked.look)
    except UsageError as error:
        raise ApiError(422, str(error), "look") from None
    for name in ("model", "styles", "colour_from", "line_from", "texture_from"):
        if getattr(asked, name):
            raise ApiError(422, f"{name}: a look needs none; leave out one of them.", name)


def _queued(state: State, asked: StylizeRequest) -> Job:
    return state.runner.add("stylize", new := new_id(), {"arguments": _arguments(state, asked)}, new).shown()


def instantly(
    state: State, picture: str, model: str, styles: dict[str, float], factors: Factors, side: int
) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3 or 4), at most `side` pixels a side, in styles of an instant model."""
    content = state.pictures.kept.get((picture, side), lambda: _shrunk(state, picture, side))
    chosen = {name: weight for name, weight in styles.items() if weight}
    if not chosen:
        raise ApiError(422, f"styles: name one that '{model}' has; GET /v1/models/{model} names them.", "styles")
    stylized: np.ndarray = state.catalogue.instant(model).stylize(np.ascontiguousarray(content), chosen, factors)
    return stylized


def _shrunk(state: State, picture: str, side: int) -> np.ndarray:
    with state.pictures.pixels(picture) as pixels:
        return shrunk(pixels, side)


def _instant(state: State, asked: StylizeRequest) -> dict[str, Any]:
    assert asked.model is not None
    left_out = ("mask", "colour_from", "line_from", "texture_from")
    if given := next((name for name in left_out if getattr(asked, name)), None):
        raise ApiError(422, f"{given}: an instant model stylizes all of a picture in its own styles.", given)
    styles = {one.style: one.weight for one in asked.styles}
    done = Stylization(
        styles=tuple(Source(style=name, weight=weight) for name, weight in styles.items()),
        colour=asked.colour,
        line=asked.line,
        texture=asked.texture,
        content=asked.content,
        strength=asked.strength,
        size=asked.size,
        model=asked.model,
        model_sha256=state.catalogue.instant(asked.model).digest,
    )
    pixels = instantly(state, asked.picture, asked.model, styles, done.factors(), asked.size)
    path = state.pictures.path(asked.picture)
    return {
        "data": [{"b64_json": encoded(state, pixels, asked.output_format, provenance(done, path), read_metadata(path))}]
    }


def _arguments(state: State, asked: StylizeRequest) -> list[str]:
    """Returns the arguments of `limner stylize`, where pictures have the names of their files: it works in their folder."""

    def file(name: str, param: str = "picture") -> str:
        return state.pictures.path(name, param).name

    mask = ["--mask", file(asked.mask, "mask")] if asked.mask else []
    arguments = [file(asked.picture)]
    if asked.look:
        for name in ("look", "strength", "size", "seed"):
            arguments += [f"--{name}", str(getattr(asked, name))]
        return arguments + mask
    arguments += [file(one.style, "styles") for one in asked.styles]
    if len(asked.styles) > 1:
        arguments += [part for one in asked.styles for part in ("--weight", str(one.weight))]
    for name in ("colour", "line", "texture"):
        for one in getattr(asked, f"{name}_from"):
            arguments += [f"--{name}-from", file(one.style, f"{name}_from")]
    for name in ("colour", "line", "texture", "content", "strength", "scale", "size", "seed"):
        arguments += [f"--{name}", str(getattr(asked, name))]
    return arguments + mask
