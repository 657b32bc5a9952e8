"""Does the jobs of the queue one by one, each in a process of its own, so that it can be ended at once and harms nothing else."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any

from limner.serving.errors import ApiError, without_paths
from limner.serving.job import Job, Places, command, result_of
from limner.serving.store import ACTIVE, Store

SHARE = re.compile(r"([\d,.]+)\s*/\s*([\d,.]+)(?:\s|$)")
"""Done and all of it, in a line of progress."""
INTERRUPTED = (130, -signal.SIGINT)
"""How a process ends that was asked to: after it saved, or before it could have."""
CHILD = "limner.serving.child"
PATIENCE = 10.0
"""Seconds that a job has to save before its server ends."""


class Runner:
    """A thread that takes jobs from a store."""

    def __init__(self, store: Store, places: Places, threads: int) -> None:
        self.store, self.places, self.threads = store, places, threads
        self.changed, self.closed = threading.Condition(), False
        self.process: subprocess.Popen[str] | None = None
        self.current: str | None = None
        store.listeners += [self._wake, self._tidy]
        self._take_up_again()
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def cancel(self, job: str) -> Job:
        """Ends a job at once; what it had saved stays."""
        with self.changed:
            found = self.store.get(job)
            if found.state in ACTIVE:
                found = self.store.update(job, state="cancelled", ended=time.time(), process=None)
                self._signal(job, signal.SIGKILL)
            return found

    def stop(self, job: str) -> Job:
        """Asks a training to save and end; ApiError 409 for a job that is not running, or cannot be stopped."""
        with self.changed:
            found = self.store.get(job)
            if found.state != "running" or found.kind != "train":
                raise ApiError(409, "only a training that is running can be stopped; cancel this.", "id")
            self._signal(job, signal.SIGINT)
            return found

    def resume(self, job: str, minutes: float | None) -> Job:
        """Puts a training that has ended back into the queue, for so many minutes in all."""
        with self.store.lock:
            found = self.store.get(job)
            if found.kind != "train" or found.state in ACTIVE:
                raise ApiError(409, "only a training that has ended can be resumed.", "id")
            self.store.check_room(found.kind, found.name)
            asked = found.asked | ({"minutes": minutes} if minutes else {})
            return self.store.update(job, state="queued", ended=None, error=None, result=None, asked=asked, says="")

    def close(self) -> None:
        """Ends what runs, which is then interrupted, and the thread."""
        with self.changed:
            self.closed = True
            if self.current:
                self._signal(self.current, signal.SIGINT)
            self.changed.notify_all()
        self.thread.join(PATIENCE)
        if self.thread.is_alive() and self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.thread.join()

    def _take_up_again(self) -> None:
        """Marks what ran when the server died; a training goes back into the queue."""
        for job in self.store.all():
            if job.state == "running":
                _end_left_over(self.store.begun(job.id)[1])
                self.store.update(job.id, process=None, **_interrupted(job))

    def _wake(self, job: Job) -> None:
        if job.state == "queued":
            with self.changed:
                self.changed.notify_all()

    def _tidy(self, job: Job) -> None:
        if job.kind == "prepare" and job.state not in ACTIVE:  # the dataset has all of it that is good
            shutil.rmtree(self.places.uploads(job.id), ignore_errors=True)

    def _work(self) -> None:
        while not self.closed:
            job = self.store.first_queued()
            if job is None:
                with self.changed:
                    self.changed.wait(1.0)
                continue
            try:
                self._do(job)
            except Exception as error:
                self.store.update(job.id, state="failed", ended=time.time(), error=without_paths(str(error)))

    def _do(self, job: Job) -> None:
        again = self.store.begun(job.id)[0] and (self.places.folder(job) / "recipe.yaml").is_file()
        self.places.folder(job).parent.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {"OMP_NUM_THREADS": str(self.threads), "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
        arguments = [sys.executable, "-m", CHILD, str(os.getpid()), *command(job, self.places, again)]
        with self.changed:
            if self.store.get(job.id).state != "queued" or self.closed:
                return
            self.process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                env=environment,
                # where pictures have their names, which is what is written of them into what is made
                cwd=self.places.pictures if job.kind == "stylize" else None,
                start_new_session=True,
            )
            self.current = job.id
            started: dict[str, Any] = {"started": time.time(), "begun": 1, "error": None}
            self.store.update(job.id, state="running", process=self.process.pid, **started)
        said = self._listen(job, self.process)
        self._ended(job, self.process.wait(), said)

    def _listen(self, job: Job, process: subprocess.Popen[str]) -> deque[str]:
        said: deque[str] = deque(maxlen=20)
        assert process.stderr is not None
        with process.stderr as lines:
            for line in filter(None, map(str.strip, lines)):
                said.append(line)
                share = _share(line)
                values: dict[str, Any] = {"says": without_paths(line[:300])}
                self.store.update(job.id, "running", **values | ({"share": share} if share is not None else {}))
        return said

    def _ended(self, job: Job, status: int, said: deque[str]) -> None:
        with self.changed:
            self.current = None
        values: dict[str, Any] = {"ended": time.time(), "process": None}
        if self.closed and status:
            values |= _interrupted(job)
        elif status == 0:
            values |= {"state": "done", "share": 1.0, "result": result_of(job), "error": None}
        elif status in INTERRUPTED and (self.places.folder(job) / "model").is_dir():
            values |= {"state": "done", "result": result_of(job), "error": None, "says": "stopped and saved"}
        elif status in INTERRUPTED:
            values |= {"state": "cancelled", "says": "stopped before there was a model"}
        else:
            last = said[-1] if said else f"it ended with status {status}"
            values |= {"state": "failed", "error": without_paths(last.removeprefix("limner: "))}
        self.store.update(job.id, "running", **values)

    def _signal(self, job: str, kind: signal.Signals) -> None:
        if self.current == job and self.process and self.process.poll() is None:
            os.killpg(self.process.pid, kind)


def _interrupted(job: Job) -> dict[str, Any]:
    """Returns what becomes of work that ran when the server ended: a training waits for the next one."""
    again = (
        {"state": "queued", "ended": None} if job.kind == "train" else {"state": "interrupted", "ended": time.time()}
    )
    return again | {"error": "interrupted: the server ended while it ran."}


def _share(line: str) -> float | None:
    found = SHARE.search(line)
    if not found:
        return None
    done, all_of_it = (float(text.replace(",", "")) for text in found.groups())
    return min(1.0, done / all_of_it) if all_of_it else None


def _end_left_over(process: int | None) -> None:
    """Ends a process that outlived the server that began it, unless its number is another's by now."""
    if process is None or CHILD not in _command_of(process):
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)


def _command_of(process: int) -> str:
    """Returns the command line of a process; nothing where there is none."""
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")
    with suppress(OSError):
        asked = ["ps", "-o", "args=", "-p", str(process)]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return ""
