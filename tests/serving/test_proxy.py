"""Behind a proxy: mounted under a path, under another name, and by another scheme; and what it takes to be believed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from asking import TestClient, error_of
from command_line import limner
from limner.serving.app import create_app
from limner.serving.middleware import COOKIE
from limner.serving.settings import Limits, Settings
from small_models import small_model

TOKEN = "a token of enough letters"
PROXY = "10.0.0.7"
SAID = {"x-forwarded-host": "art.example", "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}


@contextmanager
def _behind(home: Path, peer: str = PROXY, **settings: object) -> Iterator[TestClient]:
    small_model("gan").save(home / "models" / "rose")
    asked = {"token": TOKEN, "proxy": PROXY} | settings
    app = create_app(Settings((home / "models",), home / "home", threads=1, limits=Limits(), **asked))
    with TestClient(
        app, base_url="http://127.0.0.1:7878", client=(peer, 4000), raise_server_exceptions=False
    ) as client:
        yield client


@pytest.mark.parametrize("prefix", ["/studio", ""], ids=["kept by the proxy", "taken off by the proxy"])
def test_the_studio_is_mounted_under_a_path(prefix: str, tmp_path: Path) -> None:
    bearer = {"authorization": f"Bearer {TOKEN}"} | SAID
    with _behind(tmp_path, root_path="/studio") as client:
        assert client.get(f"{prefix}/v1/models/rose", headers=bearer).json()["recipe"] == "gan"
        page = client.get(f"{prefix}/", headers=bearer | {"accept": "text/html"})
        assert page.status_code == 200
        assert 'src="./assets/' in page.text
        folder = client.get(f"{prefix}/assets", headers=bearer, follow_redirects=False)
        assert folder.status_code in (404, 307)
        if folder.status_code == 307:
            assert folder.headers["location"] == "/studio/assets/"


def test_a_browser_gets_a_secure_session_and_its_own_pages_may_ask(tmp_path: Path) -> None:
    with _behind(tmp_path, root_path="/studio") as client:
        page = client.get("/studio/", headers={"accept": "text/html"} | SAID)
        assert page.status_code == 401
        assert "action=" not in page.text, "the form leads to the page itself, wherever it is mounted"
        begun = client.get("/studio/", params={"token": TOKEN}, headers=SAID, follow_redirects=False)
        assert (begun.status_code, begun.headers["location"]) == (303, "./")
        assert "; Secure" in begun.headers["set-cookie"]
        session = {"cookie": f"{COOKIE}={begun.cookies[COOKIE]}", "origin": "https://art.example"} | SAID
        asked = {"model": "rose"}
        assert client.post("/studio/v1/images/generations", json=asked, headers=session).status_code == 200
        other = session | {"origin": "https://evil.example"}
        assert client.post("/studio/v1/images/generations", json=asked, headers=other).status_code == 403


def test_only_the_proxy_that_was_named_is_believed(tmp_path: Path) -> None:
    bearer = {"authorization": f"Bearer {TOKEN}", "origin": "https://art.example"} | SAID
    with _behind(tmp_path, peer="10.0.0.8") as client:
        assert client.get("/v1/models", headers=bearer).status_code == 403
    with _behind(tmp_path) as client:
        assert client.get("/v1/models", headers=bearer).status_code == 200


def test_a_proxy_that_was_not_named_is_the_cause_that_is_said(tmp_path: Path) -> None:
    with _behind(tmp_path, peer="127.0.0.1", proxy=None, token=None) as client:
        for headers in (SAID | {"host": "art.example"}, SAID | {"origin": "https://art.example"}):
            answer = client.get("/v1/models", headers=headers)
            assert answer.status_code == 403
            assert "start it with --proxy ADDRESS" in error_of(answer)["message"]
        answer = client.get("/v1/models", headers={"host": "art.example"})
        assert error_of(answer)["message"] == "this server answers to localhost alone."


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--proxy", "127.0.0.1"], "--proxy 127.0.0.1: others can reach the server then; give a --token"),
        (["--proxy", "nginx", "--token", TOKEN], "--proxy nginx: give the IP address from which it asks"),
        (["--root-path", "studio/"], "--root-path studio/: give a path such as /studio"),
    ],
)
def test_mistakes_are_one_line(arguments: list[str], line: str, tmp_path: Path) -> None:
    assert line in limner("serve", "--home", str(tmp_path / "home"), *arguments, code=2)
