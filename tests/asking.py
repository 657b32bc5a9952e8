"""A server in this process or in one of its own, and what a client does with its answers."""

import os
import re
import subprocess
import sys
import time
import warnings
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

from limner.pictures import to_bytes
from limner.serving.app import create_app
from limner.serving.settings import Limits, Settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it asks for a package that is not there yet
    from fastapi.testclient import TestClient

ENDED = ("done", "failed", "cancelled", "interrupted")


@contextmanager
def serving(models: Path, home: Path, token: str | None = None, **limits: Any) -> Iterator[TestClient]:
    """Yields a client of a server that runs for as long."""
    app = create_app(Settings((models,), home, token=token, threads=2, limits=Limits(**limits)))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client


@contextmanager
def started(*command: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Yields a process of Python that has become a server and is ready, and its address, http://host:port."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, *command], stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stderr is not None
    try:
        address = re.search(r"http://[\d.:]+", process.stderr.readline())
        assert address
        _wait_until_ready(address[0])
        yield process, address[0]
    finally:
        process.kill()
        process.wait(5)
        process.stderr.close()


def _wait_until_ready(address: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        with suppress(httpx.TransportError):
            if httpx.get(f"{address}/health/ready").status_code == 200:
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)


def photo(height: int = 32, width: int = 40, seed: int = 0) -> np.ndarray:
    """Returns a smooth colourful picture uint8 (height, width, 3)."""
    few = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), np.uint8)
    return np.asarray(Image.fromarray(few).resize((width, height), Image.Resampling.BICUBIC))


def file_of(pixels: np.ndarray) -> bytes:
    """Returns the content of a .png."""
    return to_bytes(pixels, "picture.png")


def handed_in(client: TestClient, pixels: np.ndarray | bytes) -> str:
    """Returns the id of a picture that was handed in."""
    answer = client.post("/v1/pictures", content=pixels if isinstance(pixels, bytes) else file_of(pixels))
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def content_of(answer: Any, index: int = 0) -> bytes:
    """Returns the file of a picture in an answer."""
    assert answer.status_code == 200, answer.text
    return b64decode(answer.json()["data"][index]["b64_json"])


def pixels_of(content: bytes) -> np.ndarray:
    """Returns the pixels of a file's content."""
    return np.asarray(Image.open(BytesIO(content)))


def picture_of(answer: Any, index: int = 0) -> np.ndarray:
    """Returns the pixels of a picture in an answer."""
    return pixels_of(content_of(answer, index))


def apart(one: np.ndarray, other: np.ndarray) -> int:
    """Returns the largest difference of a pixel."""
    assert one.shape == other.shape
    return int(np.abs(one.astype(int) - other).max())


def error_of(answer: Any) -> dict[str, Any]:
    """Returns what an answer says went wrong."""
    return answer.json()["error"]


def reaches(client: TestClient, job: str, *states: str, seconds: float = 60) -> dict[str, Any]:
    """Waits until a job is in one of the states, and returns it."""
    deadline = time.monotonic() + seconds
    while (found := client.get(f"/v1/jobs/{job}").json())["state"] not in states:
        assert found["state"] not in ENDED, found
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found


def trains(client: TestClient, job: str, after: int = 0) -> int:
    """Waits until a training has gone on, further than to step `after`, and returns how far."""
    deadline = time.monotonic() + 60
    while True:
        steps = [row["step"] for row in client.get(f"/v1/jobs/{job}/history").json()["data"]]
        if steps and steps[-1] > after:
            return steps[-1]
        found = client.get(f"/v1/jobs/{job}").json()
        assert found["state"] not in ENDED, found
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
