"""How a server holds up when it is pressed: many different requests at once, clients that leave, slow ones, and its end.

    python benchmarks/stress.py [--requests 500] [--leaving 50] [--slow 20] [--rounds 10] [--endings 10]

It trains a small model for seconds and starts a server of it on 127.0.0.1. In each round all requests come at once: generation,
models, pictures, edits, jobs, health, metrics, events. Another process watches the health meanwhile. Memory is that of the
server after a first round, which is not counted, and after the last. Then SIGTERM comes in the midst of a round, each time to
a new server. A request that gets no status is a fault; a refusal (429, 503) is none.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from command import call, parser
from crowd import Answer, Ask, Crowd, leaving, patient, slow, watch


class Server:
    """`limner serve` in a process of its own."""

    def __init__(self, folders: list[Path], home: Path) -> None:
        command = [sys.executable, "-m", "limner", "serve", *map(str, folders), "--home", str(home), "--port", "0"]
        self.log = home.with_suffix(".log")
        with self.log.open("w") as log:  # a pipe that nobody reads would be full at some time
            self.process = subprocess.Popen(command, stderr=log)
        while not (address := re.search(r":(\d+)/", self.log.read_text())):
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        self.port = int(address[1])

    def memory(self) -> float:
        """Returns the resident memory, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else 0.0

    def end(self) -> float:
        """Sends SIGTERM, and returns the seconds until the process has ended."""
        began = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        finally:
            self.process.kill()
        return time.perf_counter() - began


def prepared(folder: Path, seconds: float) -> tuple[Path, Path, bytes]:
    """Returns a small model, its dataset and the file of a picture, all of the garden."""
    import numpy as np

    from limner.data import garden, write_dataset
    from limner.pictures import to_bytes

    flowers = garden.sample(200, seed=0)
    pictures = np.stack([garden.draw(flower, 32) for flower in flowers])
    write_dataset(folder / "flowers", pictures, {"species": [one.species for one in flowers]})
    train = ["train", str(folder / "flowers"), "--out", str(folder / "small"), "--minutes", str(seconds / 60)]
    subprocess.run([sys.executable, "-m", "limner", *train], check=True, capture_output=True)
    return folder / "small", folder / "flowers", to_bytes(garden.draw(flowers[0], 256), "picture.png")


@contextlib.contextmanager
def watched(port: int, seconds: list[float]) -> Iterator[None]:
    """Adds to `seconds` those that each answer about the health took, as a process of its own sees it."""
    spawn = multiprocessing.get_context("spawn")
    ended, (receiving, sending) = spawn.Event(), spawn.Pipe(duplex=False)
    process = spawn.Process(target=watch, args=(port, ended, sending), daemon=True)
    process.start()
    try:
        receiving.recv()  # it watches
        yield
    finally:
        ended.set()
        if receiving.poll(30):
            seconds += receiving.recv()
        process.join(5)


async def opened(server: Server, crowd: Crowd) -> None:
    """Waits until a server is ready, and has it open its model and keep a picture."""
    deadline = time.monotonic() + 120
    while (await patient(server.port, Ask("health", "GET", "/health/ready"))).status != "200":
        assert time.monotonic() < deadline, "the server is not ready"
        await asyncio.sleep(0.1)
    answer = await patient(
        server.port, Ask("upload", "POST", "/v1/pictures", crowd.picture, "application/octet-stream")
    )
    crowd.picture_id = json.loads(answer.body)["id"]
    body = json.dumps({"model": crowd.model}).encode()
    await patient(server.port, Ask("generation", "POST", "/v1/images/generations", body))


async def press(crowd: Crowd, wanted: argparse.Namespace) -> Counter[tuple[str, str]]:
    """Makes the requests of one round all at once, and returns how often each kind was answered with each status."""
    draw = random.Random(crowd.seed)
    asks = [crowd.ask() for _ in range(wanted.requests)]
    slow_asks = [crowd.ask() for _ in range(wanted.slow)]
    gone = [leaving(crowd.port, crowd.ask(), draw) for _ in range(wanted.leaving)]
    answers: list[Answer | None] = await asyncio.gather(
        *map(crowd.send, asks), *(slow(crowd.port, ask, draw) for ask in slow_asks), *gone
    )
    kinds = [ask.kind for ask in asks] + [f"slow {ask.kind}" for ask in slow_asks]
    return Counter((kind, answer.status) for kind, answer in zip(kinds, answers, strict=False) if answer)


async def rounds(
    server: Server, crowds: list[Crowd], wanted: argparse.Namespace, seconds: list[float]
) -> dict[str, Any]:
    """Presses a server round by round, and returns the statuses, the health and the memory."""
    statuses: Counter[tuple[str, str]] = Counter()
    first, *rest = crowds
    await opened(server, first)
    begun = server.memory()
    await press(first, wanted)
    before = await _settled(server, first)
    rest_seconds: list[float] = []
    with watched(server.port, rest_seconds):
        await asyncio.sleep(5)
    with watched(server.port, seconds):
        for number, crowd in enumerate(rest, 1):
            crowd.picture_id = first.picture_id
            began = time.perf_counter()
            statuses += await press(crowd, wanted)
            print(f"round {number}: {time.perf_counter() - began:.1f} s, {server.memory():.0f} MiB", flush=True)
            await crowd.clear()
    after = await _settled(server, first)
    return {"statuses": statuses, "memory": (begun, before, after), "rest": spread(rest_seconds)}


def spread(seconds: list[float]) -> dict[str, float]:
    """Returns the median and the 99th percentile of seconds, and how many there are."""
    ordered = sorted(seconds)
    return {"p50": ordered[len(ordered) // 2], "p99": ordered[int(0.99 * len(ordered))], "count": len(ordered)}


async def _settled(server: Server, crowd: Crowd) -> float:
    await crowd.clear()
    await asyncio.sleep(3)
    return server.memory()


async def ending(server: Server, crowd: Crowd, wanted: argparse.Namespace) -> float:
    """Sends SIGTERM in the midst of a round, and returns the seconds until the server has ended."""
    await opened(server, crowd)
    pressing = asyncio.create_task(press(crowd, wanted))
    await asyncio.sleep(1 + crowd.draw.random())
    seconds = await asyncio.to_thread(server.end)
    await pressing
    return seconds


def report(result: dict[str, Any]) -> None:
    """Prints what was measured."""
    kinds: dict[str, Counter[str]] = {}
    for (kind, status), count in sorted(result["statuses"].items()):
        kinds.setdefault(kind, Counter())[status] += count
    for kind, counts in kinds.items():
        print(f"{kind:18} " + ", ".join(f"{status}: {count}" for status, count in sorted(counts.items())))
    begun, before, after = result["memory"]
    print(f"requests without a status: {result['faults']} of {sum(result['statuses'].values())}")
    for name, times in (("at rest", result["rest"]), ("meanwhile", result["health"])):
        print(
            f"health {name}: median {1000 * times['p50']:.1f} ms, p99 {1000 * times['p99']:.1f} ms of {times['count']}"
        )
    print(
        f"memory: {begun:.0f} MiB at first, {before:.0f} after a round, {after:.0f} at last ({after / before - 1:+.0%})"
    )
    print("SIGTERM to the end: " + ", ".join(f"{seconds:.1f}" for seconds in result["endings"]) + " s")


def measure(wanted: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Returns all figures."""
    model, data, picture = prepared(folder, wanted.seconds)
    served: list[Path] = [model, data]
    seconds: list[float] = []
    endings: list[float] = []

    def crowd(server: Server, seed: int) -> Crowd:
        return Crowd(server.port, model.name, data.name, picture, seed)

    server = Server(served, folder / "home")
    try:
        crowds = [crowd(server, seed) for seed in range(wanted.rounds + 1)]
        result = asyncio.run(rounds(server, crowds, wanted, seconds))
    finally:
        server.end()
    for number in range(wanted.endings):
        server = Server(served, folder / f"home-{number}")
        endings.append(asyncio.run(ending(server, crowd(server, 1000 + number), wanted)))
    faults = sum(count for (_, status), count in result["statuses"].items() if not status.isdigit())
    return result | {"health": spread(seconds), "faults": faults, "endings": endings}


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--requests", type=int, default=500, help="that come at once")
    options.add_argument("--leaving", type=int, default=50, help="clients more that leave before they are answered")
    options.add_argument("--slow", type=int, default=20, help="clients more that send or read slowly")
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument("--endings", type=int, default=10, help="servers that are ended in the midst of a round")
    options.add_argument("--seconds", type=float, default=10, help="for which the model is trained")
    options.add_argument("--json", type=Path, help="file for the figures")
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        result = measure(wanted, Path(folder))
    report(result)
    if wanted.json:
        statuses = {f"{kind}: {status}": count for (kind, status), count in sorted(result["statuses"].items())}
        wanted.json.write_text(json.dumps(result | {"statuses": statuses}, indent=2) + "\n")


if __name__ == "__main__":
    call(main)
