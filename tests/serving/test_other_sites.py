"""What an attacker's page, or a client that lies about names, can do: nothing is read, and nothing is started.

The requests are made of the server's own description of itself, so that a route that is added is attacked as well.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.websockets import WebSocketDisconnect

from asking import TestClient, error_of, file_of, handed_in, photo, serving
from limner.serving.app import create_app
from limner.serving.runner import Runner
from limner.serving.settings import Settings

METHODS = ("get", "post", "put", "patch", "delete")
ROUTES = [
    (method.upper(), path)
    for path, item in create_app(Settings((), Path())).openapi()["paths"].items()
    for method in item
    if method in METHODS
]
ENDLESS = "/v1/events"
FILLED = {
    "{model}": "gan",
    "{data}": "flowers",
    "{index}": "0",
    "{picture}": "0" * 64,
    "{job}": "0" * 12,
    "{name}": "x",
}
ELSEWHERE = {
    "another site": {"origin": "http://evil.example", "sec-fetch-site": "cross-site"},
    "a frame without an origin": {"origin": "null", "sec-fetch-site": "cross-site"},
    "an image": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
    "another port": {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"},
    "a frame": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
    "an old browser": {"referer": "http://evil.example/page"},
    "an old browser at another port": {"referer": "http://localhost:3000/"},
    "a form": {"origin": "http://evil.example", "content-type": "text/plain", "accept": "text/html"},
    "a link": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
}
NAMES = (
    "../gan",
    "../../etc/passwd",
    "..",
    "/etc/passwd",
    "..\\gan",
    "\\\\evil.example\\x",
    "%2e%2e%2fgan",
    "%252e%252e%252fgan",
    "..%2f..%2fetc%2fpasswd",
    "....//....//etc/passwd",
    "gan\0",
    "gan%00",
    "\0",
    "gan/../gan",
    "./gan",
    "file:///etc/passwd",
    "http://localhost/x",
    "~/x",
    "ga\nn",
    "CON",
    "-o",
    "--home=/tmp",
    "$(id)",
    "\u2025/gan",
    "\u2215etc",
    "x" * 5000,
)
SECRET = "kept from everybody"
BODIES: dict[str, dict[str, Any]] = {
    "/v1/images/generations": {"model": "gan"},
    "/v1/walks": {"model": "gan", "latents": [{}, {}], "frames": 1},
    "/v1/edits": {"picture": "", "edits": [{"paste": {"file": ""}}]},
    "/v1/stylize": {
        "picture": "",
        "styles": [{"style": ""}],
        "line_from": [{"style": ""}],
        "mask": "",
        "model": None,
    },
    "/v1/causal/do": {"model": ""},
    "/v1/causal/counterfactual": {"model": "", "unit": {"data": ""}},
    "/v1/causal/dose-response": {"model": "", "name": "soil"},
    "/v1/train": {"data": "flowers", "name": "", "recipe": "gan", "minutes": 0.01},
    "/v1/evaluate": {"model": "gan", "data": ""},
}
"""A body of each request that takes names; "" and the names of what there is are replaced one at a time."""


@pytest.fixture(scope="module")
def idle(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server beside a secret, which queues jobs and does none."""
    home = tmp_path_factory.mktemp("attacked") / "home"
    (home.parent / "secret.png").write_text(SECRET)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Runner, "_work", lambda _: None)
        with serving(models, home) as client:
            client.app.state.warm_up.done.wait(60)
            handed_in(client, photo())
            yield client


@pytest.fixture
def unchanged(idle: TestClient) -> Iterator[TestClient]:
    """The server, of which nothing may be different afterwards."""
    before = _all_of(idle)
    yield idle
    assert _all_of(idle) == before


def _all_of(client: TestClient) -> Any:
    state = client.app.state.limner
    files = sorted(str(path) for path in state.settings.home.rglob("*") if "studio.db" not in path.name)
    return files, state.store.all(), list(state.catalogue.kept.things), state.batch.generated


def test_every_route_that_takes_names_is_attacked() -> None:
    assert {path for _, path in ROUTES} >= set(BODIES) | {"/v1/models/{model}", "/v1/jobs/{job}/files/{name}"}
    taking = {path for method, path in ROUTES if method == "POST" and "{" not in path}
    assert taking == set(BODIES) | {"/v1/pictures", "/v1/data"}


@pytest.mark.parametrize("page", ELSEWHERE.values(), ids=list(ELSEWHERE))
@pytest.mark.parametrize(("method", "path"), ROUTES, ids=" ".join)
def test_a_page_of_another_site_reads_and_starts_nothing(
    unchanged: TestClient, method: str, path: str, page: dict
) -> None:
    if page is ELSEWHERE["a link"] and method == "GET" and not path.startswith("/v1"):
        pytest.skip("a person may follow a link to what starts nothing")
    answer = unchanged.request(method, _filled(path), headers=page, content=_body(path))
    assert (answer.status_code, error_of(answer)["type"]) == (403, "forbidden")
    assert not {"access-control-allow-origin", "set-cookie"} & set(answer.headers)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7878", "localhost.evil.example"])
@pytest.mark.parametrize(("method", "path"), ROUTES, ids=" ".join)
def test_a_name_that_was_made_to_point_here_reads_and_starts_nothing(
    unchanged: TestClient, method: str, path: str, host: str
) -> None:
    page = {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}
    answer = unchanged.request(method, _filled(path), headers=page, content=_body(path))
    assert (answer.status_code, error_of(answer)["type"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "page",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"origin": "http://evil.example", "host": "evil.example"},
        {"origin": "file://"},
        {"origin": "http://localhost.evil.example"},
    ],
    ids=str,
)
def test_a_page_of_another_site_has_no_live_connection(unchanged: TestClient, page: dict) -> None:
    with pytest.raises(WebSocketDisconnect), unchanged.websocket_connect("ws://localhost/v1/live", headers=page):
        pass


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("path", BODIES)
def test_what_a_form_can_send_is_no_request(unchanged: TestClient, path: str, kind: str) -> None:
    """Even where nothing says that it comes from elsewhere."""
    answer = unchanged.post(path, headers={"content-type": kind}, content=_body(path))
    assert answer.status_code == 422


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("once_more", [False, True], ids=["", "encoded twice"])
@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if "{" in route[1]], ids=" ".join)
def test_names_in_addresses_lead_nowhere(
    unchanged: TestClient, method: str, path: str, name: str, once_more: bool
) -> None:
    for field in re.findall(r"\{\w+\}", path):
        named = quote(quote(name, safe="") if once_more else name, safe="")
        asked = _filled(path.replace(field, named))
        answer = unchanged.request(method, asked, content=b"{}", headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500, (asked, answer.text)
        assert SECRET not in answer.text
        assert "root:" not in answer.text


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("path", BODIES)
def test_names_in_bodies_lead_nowhere(unchanged: TestClient, path: str, name: str) -> None:
    picture = next(iter(unchanged.app.state.limner.pictures.folder.iterdir())).stem
    for asked in _with(BODIES[path], name):
        if path == "/v1/train" and asked["name"] == name == "CON":
            continue  # a name like any other
        answer = unchanged.post(path, json=_known(asked, picture))
        assert answer.status_code in (404, 415, 422), (asked, answer.text)
        assert SECRET not in answer.text
        assert str(unchanged.app.state.limner.settings.home) not in answer.text


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("CON", "-o")], ids=ascii)
def test_names_of_uploads_lead_nowhere(unchanged: TestClient, name: str) -> None:
    upload = {"files": [("files", ("a.png", file_of(photo())))], "data": {"name": name}}
    assert unchanged.post("/v1/data", **upload).status_code in (400, 422)


def _filled(path: str) -> str:
    for field, value in FILLED.items():
        path = path.replace(field, value)
    return path


def _body(path: str) -> bytes:
    import json

    return json.dumps(BODIES.get(path, {})).encode()


def _with(body: Any, name: str) -> Iterator[Any]:
    """Yields a body as often as it has names, each time with one of them replaced."""
    pairs = body.items() if isinstance(body, dict) else enumerate(body)
    for key, value in pairs:
        if isinstance(value, dict | list):
            for changed in _with(value, name):
                yield _replaced(body, key, changed)
        elif isinstance(value, str):
            yield _replaced(body, key, name)


def _replaced(body: Any, key: Any, value: Any) -> Any:
    copy = body.copy()
    copy[key] = value
    return copy


def _known(body: Any, picture: str) -> Any:
    """Returns a body in which what was left empty is what there is."""
    if isinstance(body, dict):
        return {
            key: {"model": "gan", "data": "flowers", "name": "rose"}.get(key, picture)
            if value == ""
            else _known(value, picture)
            for key, value in body.items()
        }
    return [_known(one, picture) for one in body] if isinstance(body, list) else body
