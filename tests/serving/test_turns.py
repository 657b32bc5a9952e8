"""Requests that come at once begin one after the other, and health before them all."""

import asyncio
from typing import Any

from limner.serving.turns import Turns


def test_health_does_not_wait_for_requests_that_came_before_it() -> None:
    begun: list[str] = []

    async def app(scope: Any, *_: Any) -> None:
        begun.append(scope["path"])

    async def run() -> None:
        turns = Turns(app)
        paths = [f"/v1/{number}" for number in range(100)] + ["/health/live"]
        requests = [asyncio.ensure_future(turns({"type": "http", "path": path}, None, None)) for path in paths]
        for request in requests[10:20]:
            await asyncio.sleep(0)
            request.cancel()
        await asyncio.gather(*requests, return_exceptions=True)
        assert not turns.waiting

    asyncio.run(run())
    others = [path for path in begun if path.startswith("/v1/")]
    assert begun.index("/health/live") < 10
    assert others == sorted(others, key=lambda path: int(path[4:]))
    assert {f"/v1/{number}" for number in (*range(5), *range(20, 100))} <= set(others)
