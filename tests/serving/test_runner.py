"""The queue under many hands at once, and processes that do not end when they are asked to. A shell stands in for `limner`."""

import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from limner.serving import runner as running
from limner.serving import store as storing
from limner.serving.errors import ApiError
from limner.serving.job import Record, Workspace
from limner.serving.process import JobProcess
from limner.serving.runner import Runner
from limner.serving.store import Store

QUICK = "trap 'exit 130' INT; for step in 1 2 3; do echo $step/3 >&2; sleep 0.01; done"
POLITE = "trap 'exit 130' INT; echo begun >&2; while true; do sleep 0.02; done"
DEAF = "trap '' INT; echo begun >&2; while true; do sleep 0.02; done"
ENDED = ("done", "failed", "cancelled", "interrupted")
LEGAL = {
    ("", "queued"),
    ("queued", "running"),
    ("queued", "cancelled"),
    *(("running", ended) for ended in ENDED),
    *((ended, "queued") for ended in ENDED),
}
ASKED = {"path": "flowers", "recipe": "gan", "set": {}, "seed": 0}


@contextmanager
def _queue(home: Path, monkeypatch: pytest.MonkeyPatch, script: str, most: int = 1000) -> Iterator[Runner]:
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

    with _queue(home, monkeypatch, QUICK) as runner, ThreadPoolExecutor(21) as clients:
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
    return verb, _granted(calls[verb])


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
    with _queue(tmp_path, monkeypatch, POLITE) as runner, ThreadPoolExecutor(12) as clients:
        job = runner.add("train", "one", ASKED).id
        for _ in range(10):
            _reaches(runner, job, "running")
            process = runner.store.get(job).process
            calls = [lambda: runner.cancel(job), lambda: runner.stop(job), lambda: runner.resume(job, None)] * 4
            assert {one.result(5) for one in [clients.submit(_granted, call) for call in calls]} <= {job, None}
            _becomes(lambda before=process: _gone(before) or runner.store.get(job).process == before)
            assert [one.id for one in runner.store.all()] == [job]
            if runner.store.get(job).state in ENDED:
                runner.resume(job, None)


def test_a_job_that_is_cancelled_while_it_starts_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[JobProcess] = []

    class Slow(JobProcess):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            started.append(self)
            time.sleep(0.3)  # it runs, and nobody has been told so

    monkeypatch.setattr(running, "JobProcess", Slow)
    with _queue(tmp_path, monkeypatch, DEAF) as runner:
        job = runner.add("train", "one", ASKED).id
        _becomes(lambda: bool(started))
        assert runner.store.get(job).state == "queued"
        assert runner.cancel(job).state == "cancelled"
        _becomes(lambda: _gone(started[0].id))
        assert runner.store.get(job).state == "cancelled"
        assert len(started) == 1


def test_a_job_that_is_cancelled_before_it_starts_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = threading.Event()

    def slowly(*_: Any) -> list[str]:
        chosen.set()
        time.sleep(0.3)
        return []

    monkeypatch.setattr(running, "command", slowly)
    with _queue(tmp_path, monkeypatch, DEAF) as runner:
        job = runner.add("train", "one", ASKED).id
        assert chosen.wait(5)
        assert runner.cancel(job).state == "cancelled"
        time.sleep(0.5)
        assert (runner.store.get(job).state, runner.process) == ("cancelled", None)


def test_reading_does_not_wait_for_a_slow_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entered, leave = threading.Event(), threading.Event()
    with _queue(tmp_path, monkeypatch, POLITE) as runner, ThreadPoolExecutor(1) as clients:
        first = runner.add("prepare", "one", ASKED)
        write = runner.store._write

        def slow(record: Record) -> None:
            if record.name == "two":  # the queue's own thread may write of the first one meanwhile
                entered.set()
                assert leave.wait(20)
            write(record)

        monkeypatch.setattr(runner.store, "_write", slow)
        adding = clients.submit(runner.add, "prepare", "two", ASKED)
        assert entered.wait(20)
        began = time.perf_counter()
        assert [job.id for job in runner.store.all()] == [first.id]
        assert runner.store.get(first.id).name == "one"
        assert len(runner.store.texts()) == 1
        assert time.perf_counter() - began < 3
        with monkeypatch.context() as impatient:  # for this call alone: the queue's own thread waits for its turn
            impatient.setattr(running, "LOCKED", 0.1)
            with pytest.raises(ApiError, match="the queue is busy") as busy:
                runner.cancel(first.id)
        assert busy.value.status == 503
        leave.set()
        assert adding.result(10).name == "two"


def test_a_training_is_asked_once_to_save_however_often_it_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a shell sets no trap for a signal that it was started to ignore, as whatever runs in the background is
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    script = "trap 'echo asked >&2' INT; echo begun >&2; for step in $(seq 100); do sleep 0.02; done; exit 130"
    with _queue(tmp_path, monkeypatch, script) as runner:
        job = runner.add("train", "one", ASKED).id
        _reaches(runner, job, "running", "begun")
        assert [runner.stop(job).state for _ in range(5)] == ["running"] * 5
        _reaches(runner, job, "cancelled")
        _, changes = runner.store.changes_since(0)
    signal.signal(signal.SIGINT, before)
    assert sum('"message":"asked"' in change for change in changes) == 1


def test_what_does_not_save_when_it_is_stopped_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "STOPPING", 0.3)
    with _queue(tmp_path, monkeypatch, DEAF) as runner:
        job = runner.add("train", "one", ASKED).id
        process = _reaches(runner, job, "running", "begun").process
        runner.stop(job)
        found = _reaches(runner, job, "failed")
        assert "did not save in time" in (found.error or "")
        assert _gone(process)


def test_a_queue_ends_though_its_job_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SAVING", 0.5)
    with _queue(tmp_path, monkeypatch, DEAF) as runner:
        job = runner.add("train", "one", ASKED).id
        process = _reaches(runner, job, "running", "begun").process
        began = time.perf_counter()
        runner.close()
        assert time.perf_counter() - began < 6
        assert _gone(process)
        assert runner.store.get(job).state == "queued"
        for refused in (lambda: runner.add("train", "two", ASKED), lambda: runner.cancel(job)):
            with pytest.raises(ApiError, match="the server is ending"):
                refused()


def test_a_training_that_was_stopped_is_not_begun_again_by_the_next_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "SAVING", 0.3)
    with _queue(tmp_path, monkeypatch, DEAF) as runner:
        job = runner.add("train", "one", ASKED).id
        _reaches(runner, job, "running", "begun")
        runner.stop(job)
    assert runner.store.get(job).state == "failed"


def test_a_process_that_is_left_behind_ends_with_its_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    behind = tmp_path / "behind"
    script = f"(trap '' INT; while true; do echo noise >&2; sleep 0.02; done) & echo $! > {behind}; echo 1/1 >&2"
    with _queue(tmp_path, monkeypatch, script) as runner:
        job = runner.add("train", "one", ASKED).id
        _reaches(runner, job, "done")
        _becomes(lambda: _gone(int(behind.read_text())))


def test_output_that_never_ends_a_line_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "head -c 3000000 /dev/zero | tr '\\0' x >&2; printf '\\rdone 3/4\\rlast' >&2; exit 1"
    with _queue(tmp_path, monkeypatch, script) as runner:
        job = runner.add("train", "one", ASKED).id
        found = _reaches(runner, job, "failed")
        assert found.error == "last"
        assert len(found.message) <= 300


def test_jobs_wait_while_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _queue(tmp_path, monkeypatch, QUICK) as runner:
        write, full = runner.store._write, threading.Event()

        def writes(record: Record) -> None:
            if full.is_set():
                raise sqlite3.OperationalError("database or disk is full")
            write(record)

        with runner.lock:
            monkeypatch.setattr(runner.store, "_write", writes)
        job = runner.add("train", "one", ASKED).id
        full.set()
        with pytest.raises(ApiError) as refused:
            runner.add("train", "two", ASKED)
        assert refused.value.status == 507
        time.sleep(0.5)
        assert [one.id for one in runner.store.all()] == [job]
        full.clear()
        assert _reaches(runner, job, "done").error is None
    again = Store(tmp_path / "studio.db")
    assert [(one.id, one.state) for one in again.all()] == [(job, "done")]
    again.close()


def test_a_slow_removal_of_uploads_holds_nothing_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, leave = threading.Event(), threading.Event()

    def slowly(*_: object, **__: object) -> None:
        begun.set()
        leave.wait(20)

    monkeypatch.setattr(running.shutil, "rmtree", slowly)
    with _queue(tmp_path, monkeypatch, QUICK) as runner:
        jobs = [runner.add("prepare", name, ASKED | {"source": "x"}).id for name in ("one", "two")]
        began = time.perf_counter()
        assert runner.cancel(jobs[1]).state == "cancelled"
        assert time.perf_counter() - began < 5
        assert begun.wait(5)
        _reaches(runner, jobs[0], "done")
    leave.set()


def test_uploads_of_jobs_that_ended_are_removed_when_the_server_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Runner, "_work", lambda _: None)
    with _queue(tmp_path, monkeypatch, QUICK) as runner:
        waits = runner.add("prepare", "one", ASKED).id
    for name in (waits, "0123456789ab"):
        (tmp_path / "uploads" / name / "one").mkdir(parents=True)
    with _queue(tmp_path, monkeypatch, QUICK):
        _becomes(lambda: [folder.name for folder in (tmp_path / "uploads").iterdir()] == [waits])


def _granted(call: Callable[[], Record]) -> str | None:
    """Returns the id of the job that a call was granted for, None where it came too early or too late."""
    try:
        return call().id
    except ApiError as error:
        if error.status == 409:
            return None
        raise


def _reaches(runner: Runner, job: str, state: str, message: str = "") -> Record:
    _becomes(lambda: runner.store.get(job).state == state and message in runner.store.get(job).message)
    return runner.store.get(job)


def _becomes(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _gone(process: int | None) -> bool:
    """Whether a process has ended; one that nobody has waited for yet has, too."""
    if process is None:
        return True
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True
