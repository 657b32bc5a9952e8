"""The queue under many hands at once. A shell stands in for `limner`."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from limner.serving import store as storing
from limner.serving.job import Record
from limner.serving.runner import Runner
from limner.serving.store import Store
from queueing import ASKED, ENDED, POLITE, QUICK, becomes, gone, granted, queue, reaches

LEGAL = {
    ("", "queued"),
    ("queued", "running"),
    ("queued", "cancelled"),
    *(("running", ended) for ended in ENDED),
    *((ended, "queued") for ended in ENDED),
}


@pytest.mark.parametrize("seed", range(3))
def test_200_calls_at_once_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    _stress(tmp_path, monkeypatch, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 200))
def test_200_calls_at_once_lose_nothing_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    _stress(tmp_path, monkeypatch, seed)


def _stress(home: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Twenty clients make ten random calls each; what they were answered, what is listed and what is on disk must agree."""
    monkeypatch.setattr(storing, "CHANGES", 100_000)
    answers: list[tuple[str, str | None]] = []
    seconds: list[float] = []
    watched = threading.Event()

    def client(number: int) -> None:
        draw = random.Random(f"{seed} {number}")
        for call in range(10):
            began = time.perf_counter()
            answers.append(_call(runner, draw, f"{number}-{call}"))
            seconds.append(time.perf_counter() - began)

    def watch() -> None:
        while not watched.is_set():
            at_once = [job for job in runner.store.all() if job.state == "running"]
            assert len(at_once) <= 1

    with queue(home, monkeypatch, QUICK) as runner, ThreadPoolExecutor(21) as clients:
        watching = clients.submit(watch)
        for one in [clients.submit(client, number) for number in range(20)]:
            one.result(60)
        watched.set()
        watching.result(5)
        _, changes = runner.store.changes_since(0)
        before_end = {job.id: job for job in runner.store.all()}
    after_end = {job.id: job for job in runner.store.all()}
    added = [job for verb, job in answers if verb == "add" and job]
    assert Counter(added).most_common(1)[0][1] == 1
    assert set(added) == set(before_end) == set(after_end)
    assert max(seconds) < 5
    path = _followed(map(Record.model_validate_json, changes))
    resumed = Counter(job for verb, job in answers if verb == "resume" and job)
    for job in added:
        steps = list(zip(["", *path[job]], path[job], strict=False))
        assert set(steps) <= LEGAL, path[job]
        assert path[job].count("queued") == 1 + resumed[job]
    again = Store(home / "studio.db")
    assert {job.id: job for job in again.all()} == after_end
    again.close()
    assert all(job.state != "running" for job in after_end.values())


def _call(runner: Runner, draw: random.Random, name: str) -> tuple[str, str | None]:
    """Makes one random call, and returns it and the id of the job that it was granted for; None for none."""
    jobs = runner.store.all()
    verb = draw.choice(["add", "add", "cancel", "stop", "resume", "list"]) if jobs else "add"
    if verb == "list":
        assert [job.id for job in jobs] == [job.id for job in runner.store.all()][-len(jobs) :]
        return verb, None
    job = draw.choice([*jobs[:8], *(job for job in jobs if job.state == "running")]).id if jobs else ""
    calls: dict[str, Callable[[], Record]] = {
        "add": lambda: runner.add("train", name, ASKED),
        "cancel": lambda: runner.cancel(job),
        "stop": lambda: runner.stop(job),
        "resume": lambda: runner.resume(job, None),
    }
    return verb, granted(calls[verb])


def _followed(changes: Any) -> dict[str, list[str]]:
    """Returns the states that each job went through."""
    path: dict[str, list[str]] = {}
    for job in changes:
        states = path.setdefault(job.id, [])
        if not states or states[-1] != job.state:
            states.append(job.state)
    return path


def test_cancel_stop_and_resume_at_once_leave_one_job_and_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with queue(tmp_path, monkeypatch, POLITE) as runner, ThreadPoolExecutor(12) as clients:
        job = runner.add("train", "one", ASKED).id
        for _ in range(10):
            reaches(runner, job, "running")
            process = runner.store.get(job).process
            calls = [lambda: runner.cancel(job), lambda: runner.stop(job), lambda: runner.resume(job, None)] * 4
            assert {one.result(5) for one in [clients.submit(granted, call) for call in calls]} <= {job, None}
            becomes(lambda before=process: gone(before) or runner.store.get(job).process == before)
            assert [one.id for one in runner.store.all()] == [job]
            if runner.store.get(job).state in ENDED:
                runner.resume(job, None)
