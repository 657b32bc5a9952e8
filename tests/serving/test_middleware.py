"""Who may ask, how much at once, and how large."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from starlette.websockets import WebSocketDisconnect

from asking import TestClient, error_of, file_of, photo, serving
from limner.serving.middleware import COOKIE, AccessMiddleware
from limner.serving.pace import Outgoing
from limner.serving.settings import Limits, Settings

TOKEN = "0123456789abcdef"
BEARER = {"authorization": f"Bearer {TOKEN}"}
LIVE = "ws://localhost/v1/live"
HERE = "http://localhost"


@pytest.fixture(scope="module")
def locked(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(models, tmp_path_factory.mktemp("locked"), token=TOKEN) as client:
        client.app.state.warm_up.done.wait(60)
        yield client


@pytest.fixture(autouse=True)
def _forgotten(request: pytest.FixtureRequest) -> None:
    if "locked" in request.fixturenames:
        locked = request.getfixturevalue("locked")
        locked.cookies.clear()
        _middleware_of(locked).access.tries.clear()


@pytest.mark.parametrize("host", ["localhost", "localhost:7878", "127.0.0.1", "[::1]:80", "LOCALHOST", "localhost."])
def test_this_machine_may_ask(client: TestClient, host: str) -> None:
    assert client.get("/v1/models", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.2",
        "127.0.0.1:80:80",
        "localhost:7878.evil.example",
        "evil.example@localhost",
        "localhost..",
        "[::2]",
        "",
        "[",
        "evil@localhost.x",
    ],
)
def test_names_that_were_made_to_point_here_may_not(client: TestClient, host: str) -> None:
    answer = client.get("/v1/models", headers={"host": host})
    assert (answer.status_code, error_of(answer)["type"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://localhost:1", "http://localhost.evil.example", "null", "http://["]
)
def test_pages_of_other_sites_may_not_change_anything(client: TestClient, origin: str) -> None:
    answer = client.post("/v1/jobs/x/cancel", headers={"origin": origin})
    assert (answer.status_code, error_of(answer)["type"]) == (403, "forbidden")
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(LIVE, headers={"origin": origin}):
        pass


def test_the_studios_own_page_may(client: TestClient) -> None:
    assert client.post("/v1/jobs/x/cancel", headers={"origin": HERE}).status_code == 404
    with client.websocket_connect(LIVE, headers={"origin": HERE}) as socket:
        socket.send_text("{}")
        assert "error" in socket.receive_text()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": f"Bearer {TOKEN[:-1]}"},
        {"authorization": "Bearer "},
        {"authorization": "Basic dXNlcjpwYXNz"},
        {"cookie": f"{COOKIE}=wrong"},
        {"cookie": "=;,=\x01"},
        {"cookie": f"{COOKIE}=caf\xe9".encode("latin-1")},
    ],
    ids=str,
)
def test_without_the_token_nothing_is_told(locked: TestClient, headers: dict) -> None:
    for path in ("/v1/models", "/metrics", "/openapi.json", "/", "/icon.svg", "/v1/nowhere"):
        answer = locked.get(path, headers=headers)
        assert (answer.status_code, error_of(answer)["type"]) == (401, "unauthorized")
        assert "set-cookie" not in answer.headers
    with pytest.raises(WebSocketDisconnect), locked.websocket_connect(LIVE, headers=headers):
        pass


def test_the_token_in_a_header_lets_in_and_in_a_cookie_it_does_not(locked: TestClient) -> None:
    assert locked.get("/v1/models", headers=BEARER).status_code == 200
    assert "set-cookie" not in locked.get("/v1/models", headers=BEARER).headers
    assert _is_let_in_live(locked, BEARER)
    cookie = {"cookie": f"a=b; {COOKIE}={TOKEN}"}
    assert locked.get("/v1/models", headers=cookie).status_code == 401
    assert not _is_let_in_live(locked, cookie)


def test_a_browser_that_gives_the_token_once_has_a_session_from_then_on(locked: TestClient) -> None:
    answer = locked.get(f"/v1/about?token={TOKEN}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "./about")
    name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
    assert name == COOKIE
    assert len(value) >= 32
    assert TOKEN not in str(answer.headers)
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
    assert "Secure" not in answer.headers["set-cookie"]
    assert locked.get("/v1/about").status_code == 200
    assert _is_let_in_live(locked, {"cookie": f"{COOKIE}={value}"})
    other = locked.get(f"/?token={TOKEN}", follow_redirects=False).headers["set-cookie"]
    assert value not in other, "every session has a value of its own"


def test_where_a_browser_comes_by_tls_its_session_is_sent_by_tls_alone(
    models: Path, tmp_path: Path, locked: TestClient
) -> None:
    client = TestClient(locked.app, base_url="https://localhost")
    answer = client.get(f"/?token={TOKEN}", follow_redirects=False)
    assert "Secure" in answer.headers["set-cookie"].split("; ")


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
@pytest.mark.parametrize("query", ["", "?token=x", f"?token={TOKEN}"])
def test_health_says_a_word_and_leaves_nothing(locked: TestClient, path: str, query: str) -> None:
    answer = locked.get(path + query, follow_redirects=False)
    assert answer.json() == {"status": path.rpartition("/")[2]}
    assert not {"set-cookie", "location"} & set(answer.headers)
    assert locked.get("/v1/models").status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/",
        "//evil.example/%2e%2e",
        "/%5cevil.example/",
        "/\\evil.example",
        "/%2f%2fevil.example/x",
        "/%09/evil.example",
        "/%0d%0aset-cookie:x=y",
        "/https:evil.example",
        "/@evil.example",
        "///evil.example//",
        "/x/..//evil.example",
        "/%E2%80%AE/\u00e9",
    ],
)
def test_a_browser_that_gave_the_token_is_sent_nowhere_else(locked: TestClient, path: str) -> None:
    answer = locked.get(f"http://localhost{path}?token={TOKEN}", follow_redirects=False)
    assert answer.status_code == 303
    to = urljoin(f"http://localhost{path}", answer.headers["location"])
    assert urlsplit(to).netloc == "localhost"
    assert answer.headers["location"].startswith("./")
    assert {"x", TOKEN} & set(answer.cookies) == set()


def test_a_redirect_of_any_route_stays_on_this_server(tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"location", b"http://evil.example//evil.example/x?y")]
        await send({"type": "http.response.start", "status": 307, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    client = TestClient(AccessMiddleware(app, Settings((), tmp_path)), base_url="http://localhost")
    assert client.get("/", follow_redirects=False).headers["location"] == "/evil.example/x?y"


def test_who_guesses_waits_and_who_is_in_stays_in(models: Path, tmp_path: Path) -> None:
    with serving(models, tmp_path, token=TOKEN) as client:
        session = client.get(f"/?token={TOKEN}", follow_redirects=False).headers["set-cookie"].partition(";")[0]
        client.cookies.clear()
        tries = [client.get("/v1/about", headers={"authorization": f"Bearer {number:016}"}) for number in range(9)]
        assert [answer.status_code for answer in tries] == [401] * 5 + [429] * 4
        assert 1 <= int(tries[-1].headers["retry-after"]) <= 8
        assert client.get(f"/?token={'y' * 16}", follow_redirects=False).status_code == 429
        assert client.get("/v1/about", headers={"cookie": session}).status_code == 200
        assert client.get("/health/live").status_code == 200


def test_two_tokens_in_one_request_are_one_try(models: Path, tmp_path: Path) -> None:
    with serving(models, tmp_path, token=TOKEN) as client:
        asked = {"headers": {"authorization": "Bearer 0000000000000000"}, "follow_redirects": False}
        assert client.get(f"/v1/about?token={TOKEN}", **asked).status_code == 401


def test_a_token_of_other_letters(models: Path, tmp_path: Path) -> None:
    token = "geheimnis-gr\u00fc\u00df-\u79d8\u5bc6-\U0001f511"
    with serving(models, tmp_path, token=token) as client:
        assert client.get("/v1/about", headers={"authorization": f"Bearer {token}".encode()}).status_code == 200
        assert client.get("/", params={"token": token}, follow_redirects=False).status_code == 303
        for wrong in (b"Bearer \xff\xfe", b"Bearer caf\xe9", token.encode("utf-16-le").replace(b"\0", b"")):
            client.cookies.clear()
            assert client.get("/v1/about", headers={"authorization": wrong}).status_code in (401, 429)


def test_several_hosts_are_refused(client: TestClient) -> None:
    answer = client.get("/v1/about", headers=[("host", "localhost"), ("host", "localhost")])
    assert (answer.status_code, error_of(answer)["type"]) == (400, "invalid_request")


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
        middleware = _middleware_of(client)
        assert client.post("/v1/pictures", content=content).status_code == 200
        middleware.buffered.now += 100  # of another request
        answer = client.post("/v1/pictures", content=content)
        assert (answer.status_code, error_of(answer)["type"]) == (503, "busy")
        assert answer.headers["retry-after"] == "1"
        assert middleware.buffered.now == 100


def test_too_many_requests_at_a_time_are_refused_and_health_is_answered(models: Path, tmp_path: Path) -> None:
    with serving(models, tmp_path, requests=2) as client:
        _middleware_of(client).asking["testclient"] += 2
        answer = client.get("/v1/models")
        assert (answer.status_code, error_of(answer)["type"], answer.headers["retry-after"]) == (503, "busy", "1")
        assert client.get("/health/live").status_code == 200
        _middleware_of(client).asking["testclient"] -= 1
        assert client.get("/v1/models").status_code == 200


async def _never() -> Any:
    await asyncio.sleep(60)


def test_answers_say_how_browsers_are_to_treat_them(client: TestClient) -> None:
    for path in ("/v1/models", "/nowhere"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/models/..%2fgan",
        "/v1/models/%2e%2e%2f%2e%2e%2fetc",
        "/v1/models/%00",
        "/v1/data/..%2fflowers/pictures/0",
        "/v1/data/flowers/pictures/60",
        "/v1/pictures/..%2fstudio.db",
        "/v1/jobs/..%2f..%2f/files/x",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/%00",
        "/" + "a" * 3000,
        "/v1/nowhere",
    ],
)
def test_paths_lead_nowhere_else(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, error_of(answer)["type"]) == (404, "not_found")


def test_a_browser_without_the_token_is_asked_for_it(models: Path, tmp_path: Path) -> None:
    with serving(models, tmp_path, token="a token of enough letters") as client:
        page = client.get("/", headers={"accept": "text/html"})
        assert page.status_code == 401
        assert 'name="token"' in page.text
        let_in = client.get("/", params={"token": "a token of enough letters"}, headers={"accept": "text/html"})
        assert let_in.status_code == 200
        assert client.get("/v1/models").status_code == 200, "the cookie is known from then on"


def _middleware_of(client: TestClient) -> AccessMiddleware:
    layer = client.app.middleware_stack
    while not isinstance(layer, AccessMiddleware):
        layer = layer.app
    return layer


def _is_let_in_live(client: TestClient, headers: dict) -> bool:
    try:
        with client.websocket_connect(LIVE, headers=headers) as socket:
            socket.send_text("{}")
            return "error" in socket.receive_text()
    except WebSocketDisconnect:
        return False
