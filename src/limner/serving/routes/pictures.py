"""Pictures that clients hand in, and get back."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from limner.pictures import to_bytes
from limner.serving.state import State, for_client, state_of

router = APIRouter(prefix="/v1")
FILE = {"schema": {"type": "string", "format": "binary"}}
"""A file, in OpenAPI's words."""
BYTES = {"requestBody": {"required": True, "content": {"application/octet-stream": FILE}}}
"""A request whose body is one file, in OpenAPI's words."""


@router.post("/pictures", openapi_extra=BYTES)
async def put(request: Request) -> dict[str, Any]:
    """Keeps the picture whose file is the body, and returns its id and what it says of how it was made."""
    state, content = state_of(request), await request.body()
    return await for_client(request, state.run_in_pool(_kept, state, content))


@router.get("/pictures/{picture}", response_class=Response, responses={200: {"content": {"image/png": {}}}})
async def get(request: Request, picture: str) -> Response:
    """Returns a picture as PNG."""
    state = state_of(request)
    content = await for_client(request, state.run_in_pool(_png, state, picture))
    return Response(content, media_type="image/png")


def _kept(state: State, content: bytes) -> dict[str, Any]:
    name, width, height = state.pictures.put(content)
    provenance = state.pictures.provenance(name)
    return {"id": name, "width": width, "height": height, "provenance": provenance and state.names.of(provenance)}


def _png(state: State, picture: str) -> bytes:
    with state.pictures.pixels(picture) as pixels:
        return to_bytes(pixels, "picture.png")
