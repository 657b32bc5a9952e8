"""The queue of jobs: processes that do not end when they are asked to, slow disks and full ones. A shell stands in for `limner`."""

import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from limner.serving import runner as running
from limner.serving.errors import ApiError
from limner.serving.job import Record
from limner.serving.process import JobProcess
from limner.serving.runner import Runner
from limner.serving.store import Store
from queueing import ASKED, DEAF, POLITE, QUICK, becomes, gone, queue, reaches


def test_a_job_that_is_cancelled_while_it_starts_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[JobProcess] = []

    class Slow(JobProcess):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            started.append(self)
            time.sleep(0.3)  # it runs, and nobody has been told so

    monkeypatch.setattr(running, "JobProcess", Slow)
    with queue(tmp_path, monkeypatch, DEAF) as runner:
        job = runner.add("train", "one", ASKED).id
        becomes(lambda: bool(started))
        assert runner.store.get(job).state == "queued"
        assert runner.cancel(job).state == "cancelled"
        becomes(lambda: gone(started[0].id))
        assert runner.store.get(job).state == "cancelled"
        assert len(started) == 1


def test_a_job_that_is_cancelled_before_it_starts_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = threading.Event()

    def slowly(*_: Any) -> list[str]:
        chosen.set()
        time.sleep(0.3)
        return []

    monkeypatch.setattr(running, "command", slowly)
    with queue(tmp_path, monkeypatch, DEAF) as runner:
        job = runner.add("train", "one", ASKED).id
        assert chosen.wait(5)
        assert runner.cancel(job).state == "cancelled"
        time.sleep(0.5)
        assert (runner.store.get(job).state, runner.process) == ("cancelled", None)


def test_reading_does_not_wait_for_a_slow_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entered, leave = threading.Event(), threading.Event()
    with queue(tmp_path, monkeypatch, POLITE) as runner, ThreadPoolExecutor(1) as clients:
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
    with queue(tmp_path, monkeypatch, script) as runner:
        job = runner.add("train", "one", ASKED).id
        reaches(runner, job, "running", "begun")
        assert [runner.stop(job).state for _ in range(5)] == ["running"] * 5
        reaches(runner, job, "cancelled")
        _, changes = runner.store.changes_since(0)
    signal.signal(signal.SIGINT, before)
    assert sum('"message":"asked"' in change for change in changes) == 1


def test_what_does_not_save_when_it_is_stopped_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "STOPPING", 0.3)
    with queue(tmp_path, monkeypatch, DEAF) as runner:
        job = runner.add("train", "one", ASKED).id
        process = reaches(runner, job, "running", "begun").process
        runner.stop(job)
        found = reaches(runner, job, "failed")
        assert "did not save in time" in (found.error or "")
        assert gone(process)


def test_a_queue_ends_though_its_job_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SAVING", 0.5)
    with queue(tmp_path, monkeypatch, DEAF) as runner:
        job = runner.add("train", "one", ASKED).id
        process = reaches(runner, job, "running", "begun").process
        began = time.perf_counter()
        runner.close()
        assert time.perf_counter() - began < 6
        assert gone(process)
        assert runner.store.get(job).state == "queued"
        for refused in (lambda: runner.add("train", "two", ASKED), lambda: runner.cancel(job)):
            with pytest.raises(ApiError, match="the server is ending"):
                refused()


def test_a_training_that_was_stopped_is_not_begun_again_by_the_next_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "SAVING", 0.3)
    with queue(tmp_path, monkeypatch, DEAF) as runner:
        job = runner.add("train", "one", ASKED).id
        reaches(runner, job, "running", "begun")
        runner.stop(job)
    assert runner.store.get(job).state == "failed"


def test_a_process_that_is_left_behind_ends_with_its_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    behind = tmp_path / "behind"
    script = f"(trap '' INT; while true; do echo noise >&2; sleep 0.02; done) & echo $! > {behind}; echo 1/1 >&2"
    with queue(tmp_path, monkeypatch, script) as runner:
        job = runner.add("train", "one", ASKED).id
        reaches(runner, job, "done")
        becomes(lambda: gone(int(behind.read_text())))


def test_output_that_never_ends_a_line_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "head -c 3000000 /dev/zero | tr '\\0' x >&2; printf '\\rdone 3/4\\rlast' >&2; exit 1"
    with queue(tmp_path, monkeypatch, script) as runner:
        job = runner.add("train", "one", ASKED).id
        found = reaches(runner, job, "failed")
        assert found.error == "last"
        assert len(found.message) <= 300


def test_jobs_wait_while_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with queue(tmp_path, monkeypatch, QUICK) as runner:
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
        assert reaches(runner, job, "done").error is None
    again = Store(tmp_path / "studio.db")
    assert [(one.id, one.state) for one in again.all()] == [(job, "done")]
    again.close()


def test_a_slow_removal_of_uploads_holds_nothing_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, leave = threading.Event(), threading.Event()

    def slowly(*_: object, **__: object) -> None:
        begun.set()
        leave.wait(20)

    monkeypatch.setattr(running.shutil, "rmtree", slowly)
    with queue(tmp_path, monkeypatch, QUICK) as runner:
        jobs = [runner.add("prepare", name, ASKED | {"source": "x"}).id for name in ("one", "two")]
        began = time.perf_counter()
        assert runner.cancel(jobs[1]).state == "cancelled"
        assert time.perf_counter() - began < 5
        assert begun.wait(5)
        reaches(runner, jobs[0], "done")
    leave.set()


def test_uploads_of_jobs_that_ended_are_removed_when_the_server_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Runner, "_work", lambda _: None)
    with queue(tmp_path, monkeypatch, QUICK) as runner:
        waits = runner.add("prepare", "one", ASKED).id
    for name in (waits, "0123456789ab"):
        (tmp_path / "uploads" / name / "one").mkdir(parents=True)
    with queue(tmp_path, monkeypatch, QUICK):
        becomes(lambda: [folder.name for folder in (tmp_path / "uploads").iterdir()] == [waits])
