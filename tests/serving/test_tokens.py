"""A server with a token: nothing is told without it, and a browser that gave it has a session."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from starlette.websockets import WebSocketDisconnect

from asking import TestClient, error_of, serving
from limner.serving.middleware import COOKIE
from middleware_parts import LIVE, middleware_of

TOKEN = "0123456789abcdef"

BEARER = {"authorization": f"Bearer {TOKEN}"}


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
        middleware_of(locked).access.tries.clear()


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


def test_a_browser_without_the_token_is_asked_for_it(models: Path, tmp_path: Path) -> None:
    with serving(models, tmp_path, token="a token of enough letters") as client:
        page = client.get("/", headers={"accept": "text/html"})
        assert page.status_code == 401
        assert 'name="token"' in page.text
        let_in = client.get("/", params={"token": "a token of enough letters"}, headers={"accept": "text/html"})
        assert let_in.status_code == 200
        assert client.get("/v1/models").status_code == 200, "the cookie is known from then on"


def _is_let_in_live(client: TestClient, headers: dict) -> bool:
    try:
        with client.websocket_connect(LIVE, headers=headers) as socket:
            socket.send_text("{}")
            return "error" in socket.receive_text()
    except WebSocketDisconnect:
        return False
