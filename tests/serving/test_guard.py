"""Who may ask, how much at once, and how large."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import TestClient, error_of, serving
from starlette.websockets import WebSocketDisconnect

from limner.serving.guard import COOKIE, Guard
from limner.serving.settings import Limits, Settings

TOKEN = "0123456789abcdef"
LIVE = "ws://localhost/v1/live"
HERE = "http://localhost"


@pytest.fixture(scope="module")
def locked(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(models, tmp_path_factory.mktemp("locked"), token=TOKEN) as client:
        yield client


@pytest.fixture(autouse=True)
def _forgotten(request: pytest.FixtureRequest) -> None:
    if "locked" in request.fixturenames:
        request.getfixturevalue("locked").cookies.clear()


@pytest.mark.parametrize("host", ["localhost", "localhost:7878", "127.0.0.1", "[::1]:80", "LOCALHOST"])
def test_this_machine_may_ask(client: TestClient, host: str) -> None:
    assert client.get("/v1/models", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.2", "", "[", "evil@localhost.x"])
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
    for path in ("/v1/models", "/metrics", "/openapi.json", "/"):
        answer = locked.get(path, headers=headers)
        assert (answer.status_code, error_of(answer)["type"]) == (401, "unauthorized")
    assert locked.get("/v1/models?token=wrong").status_code == 401
    with pytest.raises(WebSocketDisconnect), locked.websocket_connect(LIVE, headers=headers):
        pass


def test_the_token_is_taken_by_header_and_by_cookie(locked: TestClient) -> None:
    for headers in ({"authorization": f"Bearer {TOKEN}"}, {"cookie": f"a=b; {COOKIE}={TOKEN}"}):
        assert locked.get("/v1/models", headers=headers).status_code == 200
        with locked.websocket_connect(LIVE, headers=headers) as socket:
            socket.send_text("{}")
            assert "error" in socket.receive_text()


def test_a_browser_keeps_the_token_of_its_address_and_shows_it_no_more(locked: TestClient) -> None:
    answer = locked.get(f"/v1/about?token={TOKEN}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/v1/about")
    assert {"HttpOnly", "SameSite=strict"} <= set(answer.headers["set-cookie"].split("; "))
    assert locked.get("/v1/about").status_code == 200


def test_those_who_watch_need_no_token(locked: TestClient) -> None:
    assert locked.get("/health/live").json() == {"status": "live"}
    assert locked.get("/health/ready").json() == {"status": "ready"}


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
    with serving(models, tmp_path, body=5000, upload=6000) as client:
        content = b"x" * 7000 if known else iter([b"x" * 1000] * 7)
        headers = {"content-type": "multipart/form-data; boundary=x"} if path == "/v1/data" else {}
        answer = client.post(path, content=content, headers=headers)
    assert (answer.status_code, error_of(answer)["type"]) == (413, "too_large")
    assert not list(tmp_path.rglob("pictures/*"))
    assert not (tmp_path / "uploads").exists()


def test_a_client_that_sends_or_takes_too_slowly_is_given_up(tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    async def never() -> Any:
        await asyncio.sleep(60)

    guard = Guard(app, Settings((), tmp_path, limits=Limits(patience=0.02)))
    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"localhost")]}
    with pytest.raises(Exception, match="the rest of the request did not come"):
        asyncio.run(guard(scope, never, None))
    with pytest.raises(TimeoutError):
        asyncio.run(guard._paced(lambda _: never())({"type": "http.response.start"}))


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
        "/" + "a" * 5000,
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
