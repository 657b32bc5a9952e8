"""Turns: of many requests that come at once, one begins in each round of the event loop, so that health never waits for all."""

import asyncio
from collections import deque

from starlette.types import ASGIApp, Receive, Scope, Send

AT_ONCE = ("/health/live", "/health/ready")
"""Paths that never wait for a turn."""


class Turns:
    """An ASGI layer. To begin a request takes a millisecond of the event loop, and 500 in a row would be half a second."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.waiting: deque[asyncio.Future[None]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in AT_ONCE:
            await self._turn()
        await self.app(scope, receive, send)

    async def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self.waiting.append(turn)
        if len(self.waiting) == 1:
            loop.call_soon(self._next, loop)
        await turn

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        turn = self.waiting.popleft()
        if not turn.done():  # its client may have left
            turn.set_result(None)
        if self.waiting:
            loop.call_soon(self._next, loop)
