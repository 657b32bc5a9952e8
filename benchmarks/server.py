"""A server in a process of its own, and a hand that moves a slider on it, for benchmarks."""

import asyncio
import contextlib
import json
import re
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

import httpx
import websockets


@contextlib.asynccontextmanager
async def served(folders: Sequence[Path], home: str) -> AsyncIterator[tuple[str, int]]:
    """Starts a server, and yields its address and process."""
    command = [sys.executable, "-m", "limner", "serve", *map(str, folders), "--home", home, "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        address = re.search(r"http://[\d.:]+", process.stderr.readline())
        assert address
        async with httpx.AsyncClient(base_url=address[0]) as client:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get("/health/ready")).status_code == 200:
                        break
                await asyncio.sleep(0.1)
        yield address[0], process.pid
    finally:
        process.terminate()
        process.wait()


class Trip(NamedTuple):
    """Milliseconds from asking for a frame to having it, and how many of them the model and the queue took."""

    total: float
    model: float
    queue: float


async def hand(address: str, model: str, count: int = 150) -> list[Trip]:
    """Returns the trips of frames for a slider that is moved on and on."""
    trips = []
    async with websockets.connect(address.replace("http", "ws") + "/v1/live") as socket:
        for step in range(count):
            began = time.perf_counter()
            ask = {"id": step, "kind": "sample", "model": model, "seed": 1, "mix": {"seed": 2, "share": step / count}}
            await socket.send(json.dumps(ask))
            frame = await socket.recv()
            assert isinstance(frame, bytes), frame
            took = 1000 * (time.perf_counter() - began)
            header = json.loads(frame[4 : 4 + struct.unpack(">I", frame[:4])[0]])
            trips.append(Trip(took, header["model_ms"], header["queue_ms"]))
            await asyncio.sleep(0.01)
    return trips[5:]


def spread(times: Sequence[float]) -> str:
    """Returns the median and the 95th percentile of milliseconds in words."""
    ordered = sorted(times)
    return f"median {statistics.median(ordered):.1f} ms, p95 {ordered[int(0.95 * len(ordered))]:.1f} ms"
