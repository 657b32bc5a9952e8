"""Clients of a server over plain sockets: well-behaved ones, ones that leave, slow ones, and one that watches its health."""

import asyncio
import json
import random
import socket
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import NamedTuple

PATIENCE = 120.0
"""Seconds after which a request counts as one that is never answered."""
EVERY = 0.02


class Ask(NamedTuple):
    """A request."""

    kind: str
    method: str
    path: str
    body: bytes = b""
    content: str = "application/json"

    def head(self, host: str) -> bytes:
        """Returns what goes before the body."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}", "Connection: close"]
        lines += [f"Content-Type: {self.content}", f"Content-Length: {len(self.body)}"] if self.body else []
        return "\r\n".join([*lines, "", ""]).encode()


class Answer(NamedTuple):
    """A status, or the name of what came instead, and the body."""

    status: str
    body: bytes = b""


async def patient(port: int, ask: Ask) -> Answer:
    """Sends a request at once and reads its answer at once; of a stream, the first piece."""
    return await _answered(port, ask, pieces=1, pause=0.0, sip=2**16)


async def slow(port: int, ask: Ask, draw: random.Random) -> Answer:
    """Trickles its request, or sips the answer."""
    if draw.random() < 0.5:
        return await _answered(port, ask, pieces=30, pause=0.1, sip=2**16)
    return await _answered(port, ask, pieces=1, pause=0.05, sip=2**10)


async def leaving(port: int, ask: Ask, draw: random.Random) -> None:
    """Sends all or some of a request, and is gone before it is answered."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return
    content = ask.head("127.0.0.1") + ask.body
    writer.write(content[: draw.choice([len(content) // 2, len(content)])])
    await asyncio.sleep(draw.random() * 0.5)
    writer.transport.abort()


async def _answered(port: int, ask: Ask, pieces: int, pause: float, sip: int) -> Answer:
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=sip)
            try:
                await _send(writer, ask.head("127.0.0.1") + ask.body, pieces, pause)
                return await _received(reader, ask, pause if pieces == 1 else 0.0, sip)
            finally:
                writer.transport.abort()
    except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
        return Answer(type(error).__name__)


async def _send(writer: asyncio.StreamWriter, content: bytes, pieces: int, pause: float) -> None:
    size = -(-len(content) // pieces)
    try:
        for start in range(0, len(content), size):
            writer.write(content[start : start + size])
            await writer.drain()
            if pieces > 1:
                await asyncio.sleep(pause)
    except ConnectionError:
        pass  # it may have been answered before all of it was sent


async def _received(reader: asyncio.StreamReader, ask: Ask, pause: float, sip: int) -> Answer:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += await reader.readuntil(b"\r\n")
    status = head.split()[1].decode()
    if b"text/event-stream" in head:
        return Answer(status, await reader.read(sip))
    body = b""
    while piece := await reader.read(sip):
        body += piece
        if pause:
            await asyncio.sleep(pause)
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), None)
    if length and len(body) < int(length.split(b":")[1]):
        return Answer("cut short")
    return Answer(status, body)


class Crowd:
    """The requests of one round, drawn from a seed."""

    def __init__(self, port: int, model: str, data: str, picture: bytes, seed: int) -> None:
        self.port, self.model, self.data, self.picture = port, model, data, picture
        self.seed, self.draw = seed, random.Random(seed)
        self.shelved = ""
        self.jobs: list[str] = []

    def ask(self) -> Ask:
        """Returns a random request."""
        kinds: dict[Callable[[], Ask], int] = {
            self._generation: 24,
            lambda: Ask("models", "GET", "/v1/models"): 16,
            lambda: Ask("upload", "POST", "/v1/pictures", self.picture, "application/octet-stream"): 12,
            self._edit: 12,
            self._submit: 8,
            self._cancel: 6,
            lambda: Ask("list", "GET", "/v1/jobs"): 10,
            lambda: Ask("health", "GET", "/health/ready"): 4,
            lambda: Ask("metrics", "GET", "/metrics"): 4,
            lambda: Ask("events", "GET", "/v1/events"): 4,
        }
        return self.draw.choices(list(kinds), list(kinds.values()))[0]()

    async def send(self, ask: Ask) -> Answer:
        """Makes a request, and remembers the job that it began; a job is chosen to cancel a little later."""
        if ask.kind == "cancel":
            await asyncio.sleep(1 + self.draw.random())
        answer = await patient(self.port, self._cancel() if ask.kind == "cancel" else ask)
        if ask.kind == "submit" and answer.status == "202":
            self.jobs.append(json.loads(answer.body)["id"])
        return answer

    async def clear(self) -> None:
        """Cancels every job that waits or runs."""
        answer = await patient(self.port, Ask("list", "GET", "/v1/jobs"))
        for job in json.loads(answer.body)["data"]:
            if job["state"] in ("queued", "running"):
                await patient(self.port, Ask("cancel", "POST", f"/v1/jobs/{job['id']}/cancel"))

    def _generation(self) -> Ask:
        body = {"model": self.model, "n": self.draw.choice([1, 1, 4, 16]), "seed": self.draw.randrange(1000)}
        return Ask("generation", "POST", "/v1/images/generations", json.dumps(body).encode())

    def _edit(self) -> Ask:
        body = {"picture": self.shelved, "edits": [{"exposure": {"stops": 0.5}}, "flip"]}
        return Ask("edit", "POST", "/v1/edits", json.dumps(body).encode())

    def _submit(self) -> Ask:
        name = f"{self.seed} {self.draw.randrange(10**9)}"
        return Ask(
            "submit", "POST", "/v1/train", json.dumps({"data": self.data, "name": name, "minutes": 0.05}).encode()
        )

    def _cancel(self) -> Ask:
        job = self.draw.choice(self.jobs) if self.jobs else "none"
        return Ask("cancel", "POST", f"/v1/jobs/{job}/cancel")


def watch(port: int, ended: Event, result: Connection) -> None:
    """Asks for the health of a server again and again; sends a word at first, at last the seconds of each answer, or infinity."""
    result.send("ready")
    seconds = []
    while not ended.is_set():
        began = time.perf_counter()
        seconds.append(time.perf_counter() - began if _healthy(port) else float("inf"))
        time.sleep(EVERY)
    result.send(seconds)


def _healthy(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            content = b""
            while piece := connection.recv(4096):
                content += piece
            return content.startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False
