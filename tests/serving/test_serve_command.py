"""`limner serve`: mistakes in one line, and a server that is killed loses nothing."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from filelock import FileLock
from typer.testing import CliRunner

from asking import file_of, photo, reaches, serving, started, trains
from limner.cli.app import app
from limner.errors import LimnerError
from limner.serving import run as running
from limner.serving.process import command_of
from limner.serving.runner import Runner

SMALL = {
    "method.latent_dim": 4,
    "method.generator.widths": "[8, 8]",
    "method.discriminator.widths": "[8, 8]",
    "batch": 8,
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running.uvicorn.Server, "run", lambda *_, **__: pytest.fail("it serves"))
    (tmp_path / "weights.pt").write_bytes(b"x")
    (tmp_path / "note.txt").write_text("x")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere"], 2, "nowhere: no such folder"),
        (["weights.pt"], 1, "pickled weights can run code"),
        (["note.txt"], 1, "not a model folder"),
        (["--host", "0.0.0.0"], 2, "give a --token"),
        (["--host", "::"], 2, "give a --token"),
        (["--token", "short"], 2, "16 characters are the least"),
        (["--host", "no.such.host.invalid", "--token", "0" * 16], 2, "cannot be listened on"),
        (["--home", "note.txt"], 2, "--home note.txt"),
        (["--home", "note.txt/x"], 2, "--home note.txt/x"),
    ],
)
def test_a_mistake_is_one_line(words: list[str], code: int, said: str) -> None:
    assert said in _mistake(code, *words)


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port} cannot be listened on" in _mistake(2, "--port", str(port))


def test_a_home_that_another_server_uses_is_one_line(here: Path) -> None:
    (here / "studio").mkdir()
    with FileLock(here / "studio" / ".lock"):
        assert "another server uses it" in _mistake(2)


def test_a_queue_that_is_damaged_is_one_line(here: Path) -> None:
    (here / "studio").mkdir()
    (here / "studio" / "studio.db").write_bytes(b"this is no database" * 1000)
    assert "studio.db cannot be opened" in _mistake(2)


def test_a_mistake_of_the_port_is_told(here: Path) -> None:
    for port in ("-1", "65536", "x"):
        result = CliRunner().invoke(app, ["serve", "--port", port])
        assert result.exit_code == 2
        assert "--port" in result.output


@pytest.mark.slow
def test_a_killed_server_loses_nothing(models: Path, here: Path) -> None:
    with _server(models, here) as (server, client):
        done = _prepared(client)
        job = _training(client)
        reached = trains(client, job)
        child = _child_of(server.pid)
        server.send_signal(signal.SIGKILL)
        server.wait(5)
        _ends(child)
    with _server(models, here) as (_, client):
        assert client.get(f"/v1/jobs/{done['id']}").json() == done
        assert trains(client, job, after=reached) > reached
        client.post(f"/v1/jobs/{job}/cancel")


def test_the_work_of_a_killed_server_ends_itself_and_is_taken_up_again(
    models: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _server(models, here) as (server, client):
        job = _training(client)
        reaches(client, job, "running")
        child = _child_of(server.pid)
        server.send_signal(signal.SIGKILL)
        server.wait(5)
    _ends(child)
    monkeypatch.setattr(Runner, "_work", lambda _: None)
    with serving(models, here / "home") as again:
        found = again.get(f"/v1/jobs/{job}").json()
    assert (found["state"], found["error"]) == ("queued", "interrupted: the server ended while it ran.")


def _mistake(code: int, *words: str) -> str:
    result = CliRunner().invoke(app, ["serve", "--port", "0", *words])
    assert isinstance(result.exception, LimnerError), result.output
    assert result.exception.exit_code == code
    assert "\n" not in str(result.exception)
    return str(result.exception)


@contextmanager
def _server(models: Path, here: Path) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    command = ("-m", "limner", "serve", str(models), "--port", "0", "--home", str(here / "home"))
    with started(*command) as (server, address), httpx.Client(base_url=address, timeout=30) as client:
        yield server, client


def _training(client: httpx.Client) -> str:
    asked = {"data": "flowers", "name": "garden", "minutes": 10, "set": SMALL}
    return client.post("/v1/train", json=asked).json()["id"]


def _prepared(client: httpx.Client) -> dict:
    files = [("files", (f"{seed}.png", file_of(photo(16, 16, seed)))) for seed in range(20)]
    job = client.post("/v1/data", files=files, data={"name": "mine"}).json()["id"]
    return reaches(client, job, "done")


JOB = {"limner.serving.child", "train"}
"""Words of the command of a job, which are not those of an export to ONNX."""


def _child_of(server: int) -> int:
    found = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    found += [one for task in Path(f"/proc/{server}/task").iterdir() for one in (task / "children").read_text().split()]
    (child,) = {int(one) for one in found if set(command_of(int(one)).replace("\0", " ").split()) >= JOB}
    return child


def _ends(process: int) -> None:
    deadline = time.monotonic() + 30
    while "limner.serving.child" in command_of(process):
        assert time.monotonic() < deadline, "it goes on without its server"
        time.sleep(0.05)
