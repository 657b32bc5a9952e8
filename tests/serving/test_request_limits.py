"""How large, how long, how often and how many at a time requests may be."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from asking import TestClient, error_of, file_of, photo, serving
from limner.serving.middleware import AccessMiddleware
from limner.serving.pace import Outgoing
from limner.serving.settings import Limits, Settings
from middleware_parts import middleware_of


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"url": "/v1/models/" + "-" * 30_000}, 414),
        ({"url": "/v1/models/" + "%2d" * 3000}, 414),
        ({"url": "/v1/models?" + "x=1&" * 2000}, 414),
        ({"url": "/health/live?" + "x" * 5000}, 414),
        ({"url": "/v1/models", "headers": {"x": "y" * 40_000}}, 431),
        ({"url": "/v1/models", "headers": {f"x{number}": "y" for number in range(150)}}, 431),
    ],
    ids=["path", "encoded path", "query", "of health", "headers", "many headers"],
)
def test_what_is_longer_than_makes_sense_is_refused_at_once(client: TestClient, asked: dict, status: int) -> None:
    began = time.perf_counter()
    answer = client.get(**asked)
    assert (answer.status_code, error_of(answer)["type"]) == (status, "too_large")
    assert len(answer.text) < 500
    assert time.perf_counter() - began < 5


def test_who_asks_too_often_is_told_to_slow_down(models: Path, tmp_path: Path) -> None:
    with serving(models, tmp_path, rate=0.1, burst=3) as client:
        answers = [client.get("/v1/about") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert error_of(answers[-1])["type"] == "too_many_requests"
        assert answers[-1].headers["retry-after"] == "1"
        assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize("known", [True, False], ids=["with its length", "in pieces"])
@pytest.mark.parametrize("path", ["/v1/pictures", "/v1/images/generations", "/v1/data"])
def test_a_body_that_is_too_large_is_refused(models: Path, tmp_path: Path, path: str, known: bool) -> None:
    with serving(models, tmp_path, body=5000, json=5000, upload=6000) as client:
        content = b"x" * 7000 if known else iter([b"x" * 1000] * 7)
        headers = {"content-type": "multipart/form-data; boundary=x"} if path == "/v1/data" else {}
        answer = client.post(path, content=content, headers=headers)
    assert (answer.status_code, error_of(answer)["type"]) == (413, "too_large")
    assert not list(tmp_path.rglob("pictures/*"))
    assert not (tmp_path / "uploads").exists()


def test_a_client_that_sends_too_slowly_is_given_up(tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        while True:
            await receive()

    pieces = 0

    async def dribble() -> Any:  # in time each, and too little
        nonlocal pieces
        pieces += 1
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    middleware = AccessMiddleware(app, Settings((), tmp_path, limits=Limits(patience=0.1)))
    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"localhost")]}
    for sends in (_never, dribble):
        with pytest.raises(Exception, match="the rest of the request did not come"):
            asyncio.run(middleware(scope, sends, None))
    assert pieces < 20
    assert not middleware.asking
    assert middleware.buffered.now == 0


def test_a_client_that_takes_too_slowly_is_given_up_without_an_error(tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    middleware = AccessMiddleware(app, Settings((), tmp_path, limits=Limits(patience=0.02)))
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"localhost")]}
    asyncio.run(middleware(scope, _never, lambda _: _never()))
    assert not middleware.asking


def test_a_long_answer_is_given_in_pieces() -> None:
    pieces: list[Any] = []

    async def send(message: Any) -> None:
        pieces.append(message)

    async def run() -> None:
        await Outgoing(send, 1)({"type": "http.response.body", "body": b"x" * 600_000})

    asyncio.run(run())
    assert [len(one["body"]) for one in pieces] == [262_144, 262_144, 75_712]
    assert [one.get("more_body", False) for one in pieces] == [True, True, False]


def test_bodies_share_what_memory_there_is_for_them(models: Path, tmp_path: Path) -> None:
    content = file_of(photo())
    with serving(models, tmp_path, buffered=len(content) + 10) as client:
        middleware = middleware_of(client)
        assert client.post("/v1/pictures", content=content).status_code == 200
        middleware.buffered.now += 100  # of another request
        answer = client.post("/v1/pictures", content=content)
        assert (answer.status_code, error_of(answer)["type"]) == (503, "busy")
        assert answer.headers["retry-after"] == "1"
        assert middleware.buffered.now == 100


def test_too_many_requests_at_a_time_are_refused_and_health_is_answered(models: Path, tmp_path: Path) -> None:
    with serving(models, tmp_path, requests=2) as client:
        middleware_of(client).asking["testclient"] += 2
        answer = client.get("/v1/models")
        assert (answer.status_code, error_of(answer)["type"], answer.headers["retry-after"]) == (503, "busy", "1")
        assert client.get("/health/live").status_code == 200
        middleware_of(client).asking["testclient"] -= 1
        assert client.get("/v1/models").status_code == 200


async def _never() -> Any:
    await asyncio.sleep(60)
