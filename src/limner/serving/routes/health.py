"""What those who watch over a server ask."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from limner.serving.state import state_of

router = APIRouter()


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Says that the process answers."""
    return {"status": "live"}


@router.get("/health/ready", response_model=dict[str, str])
async def ready(request: Request) -> JSONResponse:
    """Says whether a request finds all that it needs; 503 while the first models are being opened."""
    if request.app.state.warm_up.ready:
        return JSONResponse({"status": "ready"})
    return JSONResponse({"status": "starting"}, 503, {"Retry-After": "1"})


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Returns counts for Prometheus."""
    text = request.app.state.metrics.text(state_of(request))
    return Response(text, media_type="text/plain; version=0.0.4")
