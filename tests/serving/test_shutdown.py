"""SIGTERM and Ctrl-C end a server within 5 seconds, whatever is open and whoever does not listen; no job is lost."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from asking import reaches, started, trains
from limner.serving.process import command_of
from limner.serving.store import Store

STUBBORN = str(Path(__file__).with_name("stubborn_server.py"))
SMALL = {
    "method.latent_dim": 4,
    "method.generator.widths": "[8, 8]",
    "method.discriminator.widths": "[8, 8]",
    "batch": 8,
}
SECONDS = 5.0


class Server:
    """A server in a process of its own, and its clients, who hold on until the end."""

    def __init__(self, process: subprocess.Popen[str], address: str, clients: ExitStack) -> None:
        self.process, self.address, self.clients = process, address, clients
        self.client = clients.enter_context(httpx.Client(base_url=address, timeout=60))
        self.host, port = address.removeprefix("http://").split(":")
        self.port = int(port)

    def ends(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Sends a signal, and returns the seconds until the process has ended."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - began

    def said(self) -> str:
        """Returns the rest of what it wrote on standard error, once it has ended."""
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def in_background(self, work: Callable[..., Any], *arguments: Any, **more: Any) -> None:
        """Makes a request that may never be answered."""

        def run() -> None:
            with suppress(httpx.HTTPError, OSError):
                work(*arguments, **more)

        threading.Thread(target=run, daemon=True).start()


def a_job(server: Server) -> str:
    asked = {"data": "flowers", "name": "garden", "minutes": 10, "set": SMALL}
    job: str = server.client.post("/v1/train", json=asked).json()["id"]
    reaches(server.client, job, "running")
    return job


def four_jobs_at_once(server: Server) -> None:
    for number in range(4):
        asked = {"data": "flowers", "name": f"at once {number}", "minutes": 10, "set": SMALL}
        server.in_background(httpx.post, f"{server.address}/v1/train", json=asked, timeout=60)
    while len(server.client.get("/v1/jobs").json()["data"]) < 4:
        time.sleep(0.02)


def a_slow_removal(server: Server) -> None:
    files = [("files", ("a.png", b"no picture")), ("files", ("b.png", b"no picture"))]
    job = server.client.post("/v1/data", files=files, data={"name": "mine"}).json()["id"]
    assert server.client.post(f"/v1/jobs/{job}/cancel").json()["state"] == "cancelled"


def a_live_connection(server: Server) -> None:
    socket = server.clients.enter_context(connect(f"ws://{server.host}:{server.port}/v1/live"))
    socket.send(json.dumps({"id": 1, "kind": "sample", "model": "gan", "seed": 1}))
    assert isinstance(socket.recv(20), bytes)


def a_stream_of_events(server: Server) -> None:
    stream = server.clients.enter_context(server.client.stream("GET", "/v1/events"))
    assert next(stream.iter_text()).startswith(": listening")


def long_edits(server: Server) -> None:
    asked = {"model": "gan", "latents": [{"seed": 1}, {"seed": 2}]}
    for _ in range(2 * (os.cpu_count() or 1)):  # on every thread, and more that wait
        server.in_background(httpx.post, f"{server.address}/v1/walks", json=asked, timeout=60)
    time.sleep(0.5)


def half_an_upload(server: Server) -> None:
    _raw(server, b"POST /v1/data HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n")
    _raw(server, b"POST /v1/pictures HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" + b"x" * 50_000)
    head = b"POST /v1/data HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    part = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    _raw(server, head + b"Content-Length: 1000000\r\n\r\n" + part + b"x" * 50_000)


def _raw(server: Server, content: bytes) -> None:
    connection = server.clients.enter_context(socket.create_connection((server.host, server.port)))
    connection.sendall(content)


SITUATIONS = (
    a_job,
    four_jobs_at_once,
    a_slow_removal,
    a_live_connection,
    a_stream_of_events,
    long_edits,
    half_an_upload,
)


@contextmanager
def _started(*command: str) -> Iterator[Server]:
    with started(*command) as (process, address), ExitStack() as clients:
        yield Server(process, address, clients)


def _states(home: Path) -> dict[str, str]:
    store = Store(home / "studio.db")
    found: dict[str, str] = {job.name: job.state for job in store.all()}
    store.close()
    return found


def _child(home: Path) -> int:
    """Returns the process of the job that is running, as the queue on disk knows it."""
    store = Store(home / "studio.db")
    (found,) = [job.process for job in store.all() if job.state == "running"]
    store.close()
    assert found is not None
    return found


def test_everything_at_once_does_not_keep_a_server_from_ending(models: Path, tmp_path: Path) -> None:
    with _started(STUBBORN, str(tmp_path), str(models)) as server:
        for situation in SITUATIONS:
            situation(server)
        child = _child(tmp_path)
        assert "begun" in command_of(child)
        assert server.ends() < SECONDS
        assert "Traceback" not in server.said()
    assert "begun" not in command_of(child)
    found = _states(tmp_path)
    assert found.pop("mine") == "cancelled"
    assert found == {"garden": "queued"} | {f"at once {number}": "queued" for number in range(4)}


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.__name__)
def test_a_server_ends_whatever_it_is_at(
    models: Path, tmp_path: Path, situation: Callable[[Server], Any], number: signal.Signals
) -> None:
    with _started(STUBBORN, str(tmp_path), str(models)) as server:
        situation(server)
        assert server.ends(number) < SECONDS
        assert "Traceback" not in server.said()


@pytest.mark.slow
def test_a_training_saves_when_its_server_ends_and_goes_on_from_there(models: Path, tmp_path: Path) -> None:
    command = ("-m", "limner", "serve", str(models), "--port", "0", "--home", str(tmp_path))
    with _started(*command) as server:
        job = a_job(server)
        reached = trains(server.client, job)
        assert server.ends() < SECONDS
    saved = int(_checkpoints(tmp_path)[-1].stem.removeprefix("step-"))
    assert saved >= reached
    assert _states(tmp_path) == {"garden": "queued"}
    with _started(*command) as server:
        assert trains(server.client, job, after=saved) > saved
        server.client.post(f"/v1/jobs/{job}/cancel")
        assert server.ends() < SECONDS


def _checkpoints(home: Path) -> list[Path]:
    return sorted((home / "runs" / "garden" / "checkpoints").glob("step-*.safetensors"))


@pytest.mark.slow
@pytest.mark.parametrize("round", range(3))
def test_real_trainings_that_are_called_at_once_are_not_lost(models: Path, tmp_path: Path, round: int) -> None:
    """Twenty clients submit, cancel, stop, resume and list real trainings; the server then ends, and knows them all."""
    with _started("-m", "limner", "serve", str(models), "--port", "0", "--home", str(tmp_path)) as server:
        asked = {"data": "flowers", "minutes": 0.02, "set": SMALL}
        added: list[str] = []

        def client(number: int) -> None:
            with httpx.Client(base_url=server.address, timeout=60) as own:
                answer = own.post("/v1/train", json=asked | {"name": f"{round} {number}"})
                assert answer.status_code == 202, answer.text
                job = answer.json()["id"]
                added.append(job)
                for verb in ("stop", "cancel", "resume", "stop", "cancel", "resume")[number % 3 :]:
                    time.sleep(0.01 * (number % 7))
                    assert own.post(f"/v1/jobs/{job}/{verb}", json={}).status_code in (200, 409)
                    assert own.get("/v1/jobs").status_code == 200

        threads = [threading.Thread(target=client, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        listed = [job["id"] for job in server.client.get("/v1/jobs").json()["data"]]
        assert sorted(listed) == sorted(added)
        assert len(added) == 20
        assert server.ends() < SECONDS
    assert len(_states(tmp_path)) == 20
