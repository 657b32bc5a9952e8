"""A queue of jobs whose every job is a shell script, and waiting for what becomes of them."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from limner.serving import runner as running
from limner.serving.errors import ApiError
from limner.serving.job import Record, Workspace
from limner.serving.runner import Runner
from limner.serving.store import Store

QUICK = "trap 'exit 130' INT; for step in 1 2 3; do echo $step/3 >&2; sleep 0.01; done"

POLITE = "trap 'exit 130' INT; echo begun >&2; while true; do sleep 0.02; done"

DEAF = "trap '' INT; echo begun >&2; while true; do sleep 0.02; done"

ENDED = ("done", "failed", "cancelled", "interrupted")

ASKED = {"path": "flowers", "recipe": "gan", "set": {}, "seed": 0}


@contextmanager
def queue(home: Path, monkeypatch: pytest.MonkeyPatch, script: str, most: int = 1000) -> Iterator[Runner]:
    """Yields a queue whose every job is a shell script."""
    monkeypatch.setattr(running, "child_command", lambda _: ["sh", "-c", script])
    store = Store(home / "studio.db")
    runner = Runner(store, Workspace(home), 1, most)
    try:
        yield runner
    finally:
        runner.close()
        store.close()
        assert not runner.thread.is_alive()


def granted(call: Callable[[], Record]) -> str | None:
    """Returns the id of the job that a call was granted for, None where it came too early or too late."""
    try:
        return call().id
    except ApiError as error:
        if error.status == 409:
            return None
        raise


def reaches(runner: Runner, job: str, state: str, message: str = "") -> Record:
    becomes(lambda: runner.store.get(job).state == state and message in runner.store.get(job).message)
    return runner.store.get(job)


def becomes(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def gone(process: int | None) -> bool:
    """Whether a process has ended; one that nobody has waited for yet has, too."""
    if process is None:
        return True
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True
