"""What those who watch over a server ask."""

from fastapi import APIRouter, Request, Response

from limner.serving.state import state_of

router = APIRouter()


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Says that the process answers."""
    return {"status": "live"}


@router.get("/health/ready")
async def ready(request: Request) -> dict[str, str]:
    """Says that it can work: its home is open."""
    state_of(request)
    return {"status": "ready"}


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Returns counts for Prometheus."""
    text = request.app.state.metrics.text(state_of(request))
    return Response(text, media_type="text/plain; version=0.0.4")
