"""Connections over real sockets: who says nothing, says it slowly or takes nothing keeps nobody else out."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any

import pytest
import uvicorn
import websockets.sync.client

from limner.serving import connections
from limner.serving.connections import Connection

UNFINISHED = b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nx: "
WHOLE = b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n"


async def _app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            if "text" in message:
                await send({"type": "websocket.send", "text": message["text"]})
    else:
        body = b"x" * int(scope["query_string"] or 2)
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@contextmanager
def _served() -> Iterator[tuple[uvicorn.Server, int]]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        server = uvicorn.Server(
            uvicorn.Config(_app, http=Connection, log_level="critical", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            _until(lambda: server.started)
            yield server, listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SECONDS": 0.5, "EACH": 20, "ALL": 60, "YOUNG": 0.1}.items():
        monkeypatch.setattr(connections, name, value)


def _until(happened: Any, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _open(port: int, content: bytes = b"", source: str = "127.0.0.1") -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), 5, (source, 0))
    made.sendall(content)
    return made


def _answer(one: socket.socket) -> bytes:
    got = b""
    with suppress(ConnectionError):
        while part := one.recv(65536):
            got += part
    return got


def _health(port: int) -> float:
    began = time.perf_counter()
    with _open(port, WHOLE) as one:
        assert one.recv(1000).startswith(b"HTTP/1.1 200")
    return time.perf_counter() - began


def test_headers_come_in_time_or_not_at_all(few: None) -> None:
    with _served() as (_, port), _open(port, UNFINISHED) as slow, _open(port) as silent:
        began = time.monotonic()
        while time.monotonic() - began < 0.4:  # a letter now and then buys no time
            slow.sendall(b"y")
            time.sleep(0.05)
        assert _answer(slow).startswith(b"HTTP/1.1 408 ")
        assert _answer(silent) == b""
        assert time.monotonic() - began < 2


def test_between_two_requests_there_is_as_much_time_and_the_next_may_come_in_pieces(few: None) -> None:
    with _served() as (_, port), closing(http.client.HTTPConnection("127.0.0.1", port)) as client:
        for _ in range(3):
            client.request("GET", "/")
            assert client.getresponse().read() == b"xx"
            time.sleep(0.3)
        client.sock.sendall(WHOLE[:20])
        time.sleep(0.2)
        client.sock.sendall(WHOLE[20:])
        began = time.monotonic()
        assert _answer(client.sock).startswith(b"HTTP/1.1 200")
        assert 0.2 < time.monotonic() - began < 2


def test_many_unfinished_requests_keep_nobody_out() -> None:
    with _served() as (server, port), ExitStack() as stack:
        for _ in range(1100):
            stack.enter_context(_open(port, UNFINISHED))
        assert max(_health(port) for _ in range(20)) < 1
        time.sleep(connections.YOUNG)
        _health(port)
        _until(lambda: len(server.server_state.connections) <= connections.EACH + 1)


def test_those_that_ask_for_nothing_give_way_the_oldest_first(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SECONDS", 30.0)
    with _served() as (server, port), ExitStack() as stack:
        old = [stack.enter_context(_open(port, UNFINISHED)) for _ in range(5)]
        time.sleep(0.1)
        others = [stack.enter_context(_open(port, UNFINISHED)) for _ in range(15)]
        others.append(stack.enter_context(_open(port, UNFINISHED, "127.0.0.2")))
        live = stack.enter_context(websockets.sync.client.connect(f"ws://127.0.0.1:{port}/"))
        time.sleep(0.2)
        young = [stack.enter_context(_open(port, UNFINISHED)) for _ in range(5)]
        _until(lambda: len(server.server_state.connections) <= 22)
        assert [_answer(one) for one in old] == [b""] * 5
        for one in (*others, *young):
            one.sendall(b"\r\n\r\n")
            assert one.recv(1000).startswith(b"HTTP/1.1 200")
        live.send("still here")
        assert live.recv(5) == "still here"


def test_when_there_is_no_more_room_the_most_crowded_address_gives_way(
    few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "SECONDS", 30.0)
    monkeypatch.setattr(connections, "YOUNG", 30.0)
    with _served() as (server, port), ExitStack() as stack:
        others = [stack.enter_context(_open(port, UNFINISHED, "127.0.0.2")) for _ in range(10)]
        for _ in range(200):
            stack.enter_context(_open(port, UNFINISHED))
        _health(port)
        _until(lambda: len(server.server_state.connections) <= 60)
        for one in others:
            one.sendall(b"\r\n\r\n")
            assert one.recv(1000).startswith(b"HTTP/1.1 200")


def test_headers_without_end_are_refused() -> None:
    with _served() as (_, port), _open(port, UNFINISHED) as one:
        with suppress(ConnectionError):
            for _ in range(64):
                one.sendall(b"y" * 16_384)
        with suppress(ConnectionError):
            assert one.recv(100).startswith(b"HTTP/1.1 431 ")
        assert _answer(one) == b""


def test_a_live_connection_stays_however_long_it_says_nothing(few: None) -> None:
    with _served() as (_, port), websockets.sync.client.connect(f"ws://127.0.0.1:{port}/") as live:
        time.sleep(1.2)
        live.send("x" * 100_000)
        assert live.recv(5) == "x" * 100_000


def test_an_answer_that_is_not_taken_is_cut_off(few: None) -> None:
    with _served() as (server, port), socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", port))
        deaf.sendall(b"GET /?60000000 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        _until(lambda: len(server.server_state.connections) == 1)
        for one in server.server_state.connections:
            one.loop.call_soon_threadsafe(one.transport.close)  # as uvicorn does once the guard has given it up
        _until(lambda: not server.server_state.connections)


def test_what_follows_an_answered_request_is_not_read_for_ever(few: None) -> None:
    with _served() as (_, port), _open(port, b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9999999\r\n\r\n") as one:
        assert one.recv(1000).startswith(b"HTTP/1.1 200")
        began = time.monotonic()
        with suppress(ConnectionError):
            while time.monotonic() - began < 5:
                one.sendall(b"y")
                time.sleep(0.05)
        assert time.monotonic() - began < 3
