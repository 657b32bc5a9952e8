"""Who may ask: this machine and the studio's own page, and no other site; and what answers say to browsers."""

from pathlib import Path
from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect

from asking import TestClient, error_of
from limner.serving.middleware import AccessMiddleware
from limner.serving.settings import Settings
from middleware_parts import LIVE

HERE = "http://localhost"


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


def test_a_redirect_of_any_route_stays_on_this_server(tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"location", b"http://evil.example//evil.example/x?y")]
        await send({"type": "http.response.start", "status": 307, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    client = TestClient(AccessMiddleware(app, Settings((), tmp_path)), base_url="http://localhost")
    assert client.get("/", follow_redirects=False).headers["location"] == "/evil.example/x?y"


def test_several_hosts_are_refused(client: TestClient) -> None:
    answer = client.get("/v1/about", headers=[("host", "localhost"), ("host", "localhost")])
    assert (answer.status_code, error_of(answer)["type"]) == (400, "invalid_request")


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
