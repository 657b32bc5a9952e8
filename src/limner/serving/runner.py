"""Does the jobs of the queue one by one, each in a process of its own, so that it can be ended at once and harms nothing else.

There is one lock. It is held for every change of the queue, and under it nothing waits but the disk: no call goes back to
whoever listens, no process is waited for. Reading the store needs no lock.
"""

import logging
import re
import shutil
import signal
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from limner.serving.errors import ApiError, without_paths
from limner.serving.job import JobKind, Record, Workspace, command, result_of
from limner.serving.process import JobProcess, child_command, end_left_over
from limner.serving.store import Store, new_id

LOG = logging.getLogger(__name__)
ACTIVE = ("queued", "running")
"""States of a job that is not over."""
PROGRESS = re.compile(r"([\d,.]+)\s*/\s*([\d,.]+)(?:\s|$)")
"""Done and all of it, in a line of progress."""
INTERRUPTED = (130, -signal.SIGINT)
"""How a process ends that was asked to: after it saved, or before it could have."""
LOCKED = 10.0
"""Seconds that a request waits for the queue."""
POLLED = 0.2
"""Seconds between two checks of a process that says nothing."""
SAVING = 3.0
"""Seconds that a job has to save when its server ends; a training that needs longer goes on from its last checkpoint."""
REMOVING = 0.5
"""Seconds that are waited for a removal."""
STOPPING = 300.0
"""Seconds that a training has to save when it is stopped."""


class Runner:
    """The queue of jobs, of which at most `most` wait, and the thread that does them."""

    def __init__(self, store: Store, workspace: Workspace, threads: int, most: int) -> None:
        self.store, self.workspace, self.threads, self.most = store, workspace, threads, most
        self.lock, self.changed, self.closed = threading.Lock(), threading.Event(), False
        self.process: JobProcess | None = None
        self.deadline: float | None = None
        """When the process is killed that was asked to save."""
        self.stopped = False
        """Whether a client asked for that."""
        self._take_up_again()
        self.thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self.thread.start()

    def add(self, kind: JobKind, name: str, request: dict[str, Any], job: str | None = None) -> Record:
        """Puts a job at the end of the queue; ApiError 503 when that is full, 409 for a name that is being worked on."""
        new = Record(id=job or new_id(), kind=kind, name=name, state="queued", created=time.time(), request=request)
        with self._changing():
            self._check_room(kind, name)
            self.store.save(new)
        self.changed.set()
        return new

    def cancel(self, job: str) -> Record:
        """Ends a job at once; what it had saved stays."""
        with self._changing():
            found = self.store.get(job)
            if found.state not in ACTIVE:
                return found
            cancelled = found.changed(state="cancelled", ended=time.time(), process=None)
            if found.state == "queued":
                self.store.save(cancelled)
            else:  # even on a full disk, which it may be that fills it
                if self.process:
                    self.process.signal(signal.SIGKILL)
                self.store.note(cancelled)
                self.store.flush()
        self._tidy(cancelled)
        return cancelled

    def stop(self, job: str) -> Record:
        """Asks a training to save and end; ApiError 409 for a job that is not running, or cannot be stopped."""
        with self._changing():
            found = self.store.get(job)
            if found.state != "running" or found.kind != "train":
                raise ApiError(409, "only a training that is running can be stopped; cancel this.", "id")
            self.stopped = True
            self._ask_to_save(STOPPING)
            return found

    def resume(self, job: str, minutes: float | None) -> Record:
        """Puts a training that has ended back into the queue, for so many minutes in all."""
        with self._changing():
            found = self.store.get(job)
            if found.kind != "train" or found.state in ACTIVE:
                raise ApiError(409, "only a training that has ended can be resumed.", "id")
            self._check_room(found.kind, found.name)
            request = found.request | ({"minutes": minutes} if minutes else {})
            queued = found.changed(state="queued", ended=None, error=None, result=None, request=request, message="")
            self.store.save(queued)
        self.changed.set()
        return queued

    def end(self) -> None:
        """Begins to end: what runs is asked to save, and nothing new begins. It does not wait."""
        self.closed = True
        self.changed.set()

    def close(self) -> None:
        """Ends what runs, which is then interrupted, and the thread, within little more than `SAVING` seconds."""
        self.end()
        self.thread.join(SAVING + 1)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        if not self.lock.acquire(timeout=LOCKED):
            raise ApiError(503, "the queue is busy; ask again.", None, LOCKED)
        try:
            if self.closed:
                raise ApiError(503, "the server is ending; ask again when it is back.", None, LOCKED)
            yield
        finally:
            self.lock.release()

    def _check_room(self, kind: JobKind, name: str) -> None:
        active = [job for job in self.store.all() if job.state in ACTIVE]
        if sum(job.state == "queued" for job in active) >= self.most:
            raise ApiError(503, f"{self.most} jobs are waiting; ask again later.", None, 60)
        if any((job.kind, job.name) == (kind, name) for job in active):
            raise ApiError(409, f"'{name}' is being worked on.", "name")

    def _take_up_again(self) -> None:
        """Marks what ran when the server died: a training goes back into the queue. Removes uploads of jobs that ended."""
        for job in self.store.all():
            if job.state == "running":
                end_left_over(job.process)
                self.store.note(job.changed(process=None, **_interrupted(job)))
        self.store.flush()
        waiting = {job.id for job in self.store.all() if job.state in ACTIVE}
        uploads = self.workspace.uploads("")
        _remove([folder for folder in uploads.iterdir() if folder.name not in waiting] if uploads.is_dir() else [])

    def _tidy(self, job: Record) -> None:
        if job.kind == "prepare":  # the dataset has all of it that is good
            _remove([self.workspace.uploads(job.id)])

    def _work(self) -> None:
        while not self.closed:
            self.changed.clear()
            queued = [job for job in self.store.all() if job.state == "queued"]
            if not (queued and self._do(queued[-1])):
                self.changed.wait(1.0)
            with self.lock:
                self.store.flush()

    def _do(self, job: Record) -> bool:
        """Does a job, and returns whether it could be begun."""
        try:
            process = self._begin(job)
            if process is not None:
                said = self._follow(job, process)
                self._end(job, process, said)
        except ApiError as error:  # the disk is full: it waits until it is not
            LOG.warning("a job cannot be begun: %s", error)
            return False
        except Exception as error:
            LOG.exception("a job could not be done")
            self._leave(job, {"state": "failed", "error": without_paths(str(error))})
        return True

    def _begin(self, job: Record) -> JobProcess | None:
        resumes = job.begun and (self.workspace.folder(job) / "recipe.yaml").is_file()
        self.workspace.folder(job).parent.mkdir(parents=True, exist_ok=True)
        arguments = child_command(command(job, self.workspace, resumes))
        with self.lock:
            if self.store.get(job.id) is not job or self.closed:  # cancelled just now
                return None
            # pictures have their names there, and these are what is written of them into what is made
            folder = self.workspace.pictures if job.kind == "stylize" else None
            process = JobProcess(arguments, self.threads, folder)
            now: dict[str, Any] = {"state": "running", "started": time.time(), "error": None}
            try:
                self.store.save(job.changed(begun=True, process=process.id, **now))
            except ApiError:
                process.kill()
                process.close()
                raise
            self.process, self.deadline, self.stopped = process, None, False
            return process

    def _follow(self, job: Record, process: JobProcess) -> deque[str]:
        """Keeps what a process says until it has ended, which it must by the deadline; returns its last lines."""
        said: deque[str] = deque(maxlen=20)
        while True:
            lines = process.lines(POLLED)
            said.extend(lines)
            with self.lock:
                self._progress(job, lines)
                if self.closed:
                    self._ask_to_save(SAVING)
                if self.deadline is not None and time.monotonic() > self.deadline:
                    process.signal(signal.SIGKILL)
                ended = process.status() is not None
            if ended:
                process.kill()  # what it started and left behind
                while lines := process.lines(0):
                    said.extend(lines)
                return said

    def _progress(self, job: Record, lines: list[str]) -> None:
        found = self.store.get(job.id)
        if not lines or found.state != "running":
            return
        progress = [fraction for fraction in map(_progress, lines) if fraction is not None]
        self.store.note(
            found.changed(message=without_paths(lines[-1][:300]), progress=progress[-1] if progress else found.progress)
        )

    def _end(self, job: Record, process: JobProcess, said: deque[str]) -> None:
        status, saved = process.status() or 0, (self.workspace.folder(job) / "model").is_dir()
        values: dict[str, Any]
        if self.closed and status and not self.stopped:
            values = _interrupted(job)
        elif status == 0:
            values = {"state": "done", "progress": 1.0, "result": result_of(job), "error": None}
        elif status in INTERRUPTED and saved:
            values = {"state": "done", "result": result_of(job), "error": None, "message": "stopped and saved"}
        elif status in INTERRUPTED:
            values = {"state": "cancelled", "message": "stopped before there was a model"}
        elif self.deadline is not None and status == -signal.SIGKILL:
            values = {
                "state": "failed",
                "error": "it did not save in time and was ended: resume it from what it saved.",
            }
        else:
            last = said[-1] if said else f"it ended with status {status}"
            values = {"state": "failed", "error": without_paths(last.removeprefix("limner: "))}
        self._leave(job, values)

    def _leave(self, job: Record, values: dict[str, Any]) -> None:
        """Lets go of a process, and says what became of its job, unless that was cancelled, and perhaps resumed, by then."""
        with self.lock:
            if self.process:
                self.process.signal(signal.SIGKILL)
                self.process.close()
            self.process = None
        self._tidy(job)
        with self.lock:
            found = self.store.get(job.id)
            if found.state == "running" or found is job:
                self.store.note(found.changed(**{"ended": time.time(), "process": None} | values))

    def _ask_to_save(self, seconds: float) -> None:
        """Interrupts the process once, as a second time would end it before it has saved, and sets or shortens its time."""
        if self.deadline is None and self.process:
            self.process.signal(signal.SIGINT)
        deadline = time.monotonic() + seconds
        self.deadline = deadline if self.deadline is None else min(self.deadline, deadline)


def _interrupted(job: Record) -> dict[str, Any]:
    """Returns what becomes of work that ran when the server ended: a training waits for the next one."""
    state = (
        {"state": "queued", "ended": None} if job.kind == "train" else {"state": "interrupted", "ended": time.time()}
    )
    return state | {"error": "interrupted: the server ended while it ran."}


def _progress(line: str) -> float | None:
    found = PROGRESS.search(line)
    if not found:
        return None
    try:
        done, all_of_it = (float(text.replace(",", "")) for text in found.groups())
    except ValueError:  # dots and commas alone
        return None
    return min(1.0, done / all_of_it) if all_of_it else None


def _remove(folders: Iterable[Path]) -> None:
    """Removes folders, and goes on after `REMOVING` seconds while that lasts: there may be 100,000 files in them."""

    def remove() -> None:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)

    thread = threading.Thread(target=remove, name="remove", daemon=True)
    thread.start()
    thread.join(REMOVING)
