"""Faults 46 to 52: what a server meets that others can reach."""

import re
import signal
import socket
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.websockets import WebSocketDisconnect

import hostile
from asking import TestClient, error_of, file_of, photo, reaches, serving, trains
from command_line import Started
from limner.model import load
from promise import alive, unchanged, wait_until
from small_models import small_model

TOKEN = "0123456789abcdef"
SMALL = {
    "method.latent_dim": 6,
    "method.generator.widths": "[16, 8]",
    "method.discriminator.widths": "[8, 16]",
    "batch": 8,
}
TRAINING = {"data": "flowers", "recipe": "gan", "set": SMALL, "minutes": 10}


@pytest.fixture(autouse=True, scope="module")
def _generates_as_it_is() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:  # an export to ONNX takes seconds a model
        patch.setattr("limner.serving.catalogue.load", lambda path, runtime: load(path))
        yield


@pytest.fixture(scope="module")
def served(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to serve: a model `gan`, and the dataset `flowers`."""
    folder = tmp_path_factory.mktemp("served")
    small_model("gan").save(folder / "gan")
    (folder / "flowers").symlink_to(dataset)
    return folder


@pytest.fixture(scope="module")
def unmodelled(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the dataset alone, for servers that are to be ready at once."""
    folder = tmp_path_factory.mktemp("unmodelled")
    (folder / "flowers").symlink_to(dataset)
    return folder


@pytest.fixture(scope="module")
def client(served: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a server in this process, whose home is `client.home`."""
    home = tmp_path_factory.mktemp("studio")
    with serving(served, home, body=100_000, upload=200_000) as client:
        client.home = home
        yield client


@contextmanager
def _server(served: Path, home: Path) -> Iterator[tuple[Started, httpx.Client]]:
    """Yields `limner serve` in a process of its own, and a client of it that waits at most 10 seconds."""
    said = home.parent / "said"
    said.unlink(missing_ok=True)
    with Started(said, "serve", served, "--port", "0", "--home", home) as server:
        wait_until(lambda: said.exists() and "the studio is at" in said.read_text())
        address = re.search(r"http://[\d.:]+", said.read_text())
        assert address
        with httpx.Client(base_url=address[0], timeout=10) as client:
            wait_until(lambda: client.get("/health/ready").json() == {"status": "ready"})
            yield server, client


@pytest.fixture(scope="module")
def studio(unmodelled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Started, httpx.Client]]:
    """A server in a process of its own, for what may bring it to its knees."""
    with _server(unmodelled, tmp_path_factory.mktemp("own") / "home") as server:
        yield server


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:1"},
        {"host": "evil.example"},
        {"host": "localhost.evil.example"},
        {"host": "evil.example", "origin": "http://evil.example"},
    ],
    ids=str,
)
def test_fault_46_a_page_of_another_site_starts_work(client: TestClient, headers: dict) -> None:
    asked = (
        ("/v1/train", {"json": TRAINING | {"name": "evil"}}),
        ("/v1/images/generations", {"json": {"model": "gan"}}),
        ("/v1/pictures", {"content": file_of(photo())}),
    )
    with unchanged(client.home):
        for path, body in asked:
            answer = client.post(path, headers=headers, **body)
            assert (answer.status_code, error_of(answer)["type"]) == (403, "forbidden")
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("ws://localhost/v1/live", headers=headers):
            pass
    assert client.get("/v1/jobs").json() == {"data": []}


def test_fault_46_whoever_has_no_token_gets_in(served: Path, tmp_path: Path) -> None:
    with serving(served, tmp_path, token=TOKEN) as locked:
        tries: tuple[dict[str, str], ...] = (
            {},
            {"authorization": "Bearer wrong"},
            {"cookie": f"limner-token={TOKEN[:-1]}x; limner-session=x"},
        )
        for path in ("/v1/models", "/v1/jobs", "/", "/openapi.json", "/metrics", "/health/live?token=x", "/?token=x"):
            for headers in tries:
                locked.cookies.clear()
                answer = locked.get(path, headers=headers, follow_redirects=False)
                assert answer.status_code == 401 or path.startswith("/health/")
                assert "set-cookie" not in answer.headers
                assert TOKEN not in answer.text
        locked.cookies.clear()
        for path in ("//evil.example/", "/\\evil.example/", "/v1/about"):
            answer = locked.get(f"http://localhost{path}?token={TOKEN}", follow_redirects=False)
            assert TOKEN not in str(answer.headers)
            assert "evil.example" not in answer.headers.get("location", "").lstrip("/").partition("/")[0]
            assert not answer.headers.get("location", "").startswith(("//", "/\\"))


def test_fault_47_eleven_hundred_clients_never_end_their_headers(studio: tuple[Started, httpx.Client]) -> None:
    _, client = studio
    address = (client.base_url.host, client.base_url.port)
    with ExitStack() as held:
        for _ in range(1100):
            line = held.enter_context(socket.create_connection(address, timeout=10))
            with suppress(OSError):
                line.sendall(b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        began = time.monotonic()
        for path in ("/health/live", "/health/ready", "/v1/models"):
            with httpx.Client(base_url=client.base_url, timeout=5) as new:
                assert new.get(path).status_code == 200
        assert time.monotonic() - began < 5
    assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\..\\x", "\0", "a/../..", "-" * 30_000])
def test_fault_48_a_name_leads_elsewhere(client: TestClient, name: str) -> None:
    quoted = "".join(f"%{byte:02x}" for byte in name.encode())
    began = time.monotonic()
    with unchanged(client.home):
        if len(name) > 1000:  # which the client does not take in this form
            quoted = name
        for route in ("models", "data", "pictures", "jobs", "models/gan/directions", "data/flowers/pictures"):
            answer = client.get(f"/v1/{route}/{quoted}")
            assert 400 <= answer.status_code < 500
            assert "root:" not in answer.text
        asked = (
            ("/v1/train", TRAINING | {"name": name}),
            ("/v1/train", TRAINING | {"name": "fine", "data": name}),
            ("/v1/train", TRAINING | {"name": "fine", "recipe": name}),
            ("/v1/images/generations", {"model": name}),
            ("/v1/edits", {"picture": name, "edits": ["flip"]}),
            ("/v1/evaluate", {"model": name, "data": "flowers"}),
        )
        for path, body in asked:
            assert 400 <= client.post(path, json=body).status_code < 500
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("whole", [True, False], ids=["with its length", "in pieces"])
@pytest.mark.parametrize("path", ["/v1/pictures", "/v1/images/generations", "/v1/data"])
def test_fault_48_a_body_is_larger_than_allowed(client: TestClient, path: str, whole: bool) -> None:
    content = b"x" * 300_000 if whole else iter([b"x" * 10_000] * 30)
    headers = {"content-type": "multipart/form-data; boundary=x"} if path == "/v1/data" else {}
    with unchanged(client.home):
        answer = client.post(path, content=content, headers=headers)
    assert (answer.status_code, error_of(answer)["type"]) == (413, "too_large")


def _peak(process: int) -> int:
    """Returns the most bytes that a process has held so far."""
    (line,) = [one for one in Path(f"/proc/{process}/status").read_text().splitlines() if one.startswith("VmHWM")]
    return 1024 * int(line.split()[1])


@pytest.fixture(scope="module")
def huge() -> bytes:
    """A file of 170 KB that decodes to 9,400 x 9,400 pixels of 16 bits, which are 177 MB."""
    rows = zlib.compress(bytes((2 * 9400 + 1) * 9400))
    content = hostile.png(9400, 9400, (b"IDAT", rows), depth=16, colours=0)
    assert len(content) < 200_000
    return content


def test_fault_49_six_small_files_decode_to_huge_pictures(studio: tuple[Started, httpx.Client], huge: bytes) -> None:
    server, client = studio
    before = _peak(server.pid)
    with ThreadPoolExecutor(6) as many:
        uploads = [many.submit(client.post, "/v1/pictures", content=huge, timeout=60) for _ in range(6)]
        began = time.monotonic()
        assert client.get("/health/live").status_code == 200
        assert time.monotonic() - began < 5
        answers = [one.result() for one in uploads]
    for answer in answers:
        assert answer.status_code in (200, 503)
        assert answer.status_code == 200 or int(answer.headers["retry-after"]) >= 1
    assert _peak(server.pid) - before < 1.2 * 2**30
    assert client.post("/v1/pictures", content=file_of(photo())).status_code == 200


def test_fault_49_what_does_not_fit_beside_others_is_asked_to_wait(served: Path, tmp_path: Path, huge: bytes) -> None:
    with serving(served, tmp_path, decoding=400 * 2**20) as client:
        with client.app.state.limner.pictures.budget.take(200 * 2**20), unchanged(tmp_path / "pictures"):
            answer = client.post("/v1/pictures", content=huge)
            assert (answer.status_code, error_of(answer)["type"]) == (503, "busy")
            assert int(answer.headers["retry-after"]) >= 1
            assert client.post("/v1/pictures", content=b"no picture").status_code == 415
        assert client.post("/v1/pictures", content=file_of(photo())).status_code == 200


def _killed(served: Path, home: Path, after: Callable[[httpx.Client, str], Any]) -> tuple[str, str, Any]:
    """Kills a server that trains and has another job waiting; returns both, and what `after` waited for."""
    with _server(served, home) as (server, client):
        first = client.post("/v1/train", json=TRAINING | {"name": "first"}).json()["id"]
        second = client.post("/v1/train", json=TRAINING | {"name": "second"}).json()["id"]
        reached = after(client, first)
        with sqlite3.connect(f"file:{home / 'studio.db'}?mode=ro", uri=True) as opened:
            (child,) = opened.execute("select process from jobs where id = ?", [first]).fetchone()
        opened.close()
        server.process.kill()  # the server alone: what it has started ends by itself
        server.process.join(10)
        wait_until(lambda: not alive(child), seconds=30)
    return first, second, reached


def test_fault_50_the_server_is_killed_while_it_trains(unmodelled: Path, tmp_path: Path) -> None:
    first, second, _ = _killed(unmodelled, tmp_path / "home", lambda client, job: reaches(client, job, "running"))
    with serving(unmodelled, tmp_path / "home") as client:
        jobs = {job["id"]: job["state"] for job in client.get("/v1/jobs").json()["data"]}
        assert set(jobs) == {first, second}
        assert jobs[second] == "queued"
        reaches(client, first, "running")
        for job in (second, first):
            assert client.post(f"/v1/jobs/{job}/cancel").json()["state"] == "cancelled"


@pytest.mark.slow
def test_fault_50_a_training_goes_on_where_it_was_killed(unmodelled: Path, tmp_path: Path) -> None:
    first, _, reached = _killed(unmodelled, tmp_path / "home", trains)
    with serving(unmodelled, tmp_path / "home") as client:
        assert trains(client, first, after=reached) > reached


def test_fault_51_everything_is_asked_at_the_same_moment(unmodelled: Path, tmp_path: Path) -> None:
    with _server(unmodelled, tmp_path / "home") as (server, client), ThreadPoolExecutor(16) as many:
        asked = [many.submit(client.post, "/v1/train", json=TRAINING | {"name": f"job-{n}"}) for n in range(4)]
        jobs = [one.result().json()["id"] for one in asked]
        wait_until(lambda: "running" in [one["state"] for one in client.get("/v1/jobs").json()["data"]])
        verbs = [f"/v1/jobs/{job}/{verb}" for job in jobs for verb in ("cancel", "stop", "resume")] * 2
        answers = [many.submit(client.post, path, json={}) for path in verbs]
        answers += [
            many.submit(client.get, path) for path in ("/v1/jobs", "/metrics", "/health/ready", "/health/live") * 4
        ]
        assert {one.result().status_code for one in answers} <= {200, 202, 404, 409}
        assert len(client.get("/v1/jobs").json()["data"]) == 4
        client.post("/v1/train", json=TRAINING | {"name": "last"})
        began = time.monotonic()
        server.process.terminate()
        status, said = server.ends(seconds=20)
        assert time.monotonic() - began < 5
        assert status in (0, -signal.SIGTERM, 128 + signal.SIGTERM)
        assert "Traceback" not in said
        wait_until(lambda: not alive(server.pid), seconds=5)


def test_fault_52_more_is_asked_than_there_is_room_for(served: Path, tmp_path: Path) -> None:
    with serving(served, tmp_path / "home", jobs=2) as client:
        answers = [client.post("/v1/train", json=TRAINING | {"name": f"job-{n}"}) for n in range(6)]
        refused = [answer for answer in answers if answer.status_code != 202]
        assert 3 <= len(refused) <= 4
        for answer in refused:
            assert (answer.status_code, error_of(answer)["type"]) == (503, "busy")
            assert int(answer.headers["retry-after"]) >= 1
        listed = client.get("/v1/jobs").json()["data"]
        assert len(listed) == len(answers) - len(refused)
        for job in listed:
            client.post(f"/v1/jobs/{job['id']}/cancel")


def test_fault_52_clients_leave_in_the_middle(studio: tuple[Started, httpx.Client]) -> None:
    _, client = studio
    body = file_of(photo(256, 256))
    begin = f"POST /v1/pictures HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    whole = begin + body
    for at in (5, len(begin) - 2, len(begin), len(begin) + 100, len(whole) - 1, len(whole)):
        for _ in range(5):
            with ExitStack() as left, suppress(OSError):
                line = left.enter_context(socket.create_connection((client.base_url.host, client.base_url.port)))
                line.sendall(whole[:at])
    assert client.post("/v1/pictures", content=body).status_code == 200
    assert client.get("/health/live").status_code == 200
