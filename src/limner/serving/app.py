"""The server put together: routes, what guards them, and the studio's files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import torch
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from limner.serving import errors, live
from limner.serving.metrics import Metrics
from limner.serving.middleware import AccessMiddleware
from limner.serving.proxy import ProxyMiddleware
from limner.serving.routes import catalogue, causal, edits, health, images, jobs, pictures, stylize
from limner.serving.settings import Settings
from limner.serving.state import State
from limner.serving.turns import Turns
from limner.serving.warmup import WarmUp
from limner.version import __version__

STUDIO = Path(__file__).with_name("studio")
"""The studio's files."""
ROUTERS = (catalogue, images, pictures, edits, stylize, causal, jobs, health, live)
"""What answers requests, one file of paths each."""


def create_app(settings: Settings) -> FastAPI:
    """Returns the ASGI application; it opens its home when it is started, and OSError says where that cannot be written."""

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        torch.set_num_threads(1)  # each worker has one core; see lanes
        app.state.limner = State.start(settings)
        app.state.warm_up = WarmUp(app.state.limner)
        try:
            yield
        finally:
            app.state.warm_up.close()
            app.state.limner.close()

    app = FastAPI(
        title="Limner",
        version=__version__,
        lifespan=running,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.live = 0
    errors.install(app)
    for module in ROUTERS:
        app.include_router(module.router)
    if STUDIO.is_dir():
        app.mount("/", StaticFiles(directory=STUDIO, html=True))
    app.add_middleware(AccessMiddleware, settings=settings)
    app.add_middleware(Metrics, routes=app)
    app.add_middleware(Turns)
    app.add_middleware(ProxyMiddleware, proxy=settings.proxy, root_path=settings.root_path)
    return app
