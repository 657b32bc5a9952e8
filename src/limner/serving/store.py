"""Jobs on disk: a queue that is there again after a restart."""

import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from limner.serving.errors import ApiError
from limner.serving.job import Job, JobKind

TABLE = """create table if not exists jobs (
    id text primary key, kind text not null, name text not null, state text not null, created real not null,
    started real, ended real, share real, says text not null default '', asked text not null, result text, error text,
    begun integer not null default 0, process integer
)"""
JSON = ("asked", "result")
ACTIVE = ("queued", "running")


class Store:
    """Jobs in SQLite. What changes is told to `listeners`."""

    def __init__(self, file: Path, most: int) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.lock, self.most = threading.RLock(), most
        self.listeners: list[Callable[[Job], None]] = []
        self.connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("pragma journal_mode = wal")
        self.connection.execute(TABLE)

    def add(self, kind: JobKind, name: str, asked: dict[str, Any], job: str | None = None) -> Job:
        """Puts a job at the end of the queue; ApiError 503 when that is full, 409 for a name that is being worked on."""
        with self.lock:
            self.check_room(kind, name)
            identity = job or new_id()
            row = (identity, kind, name, "queued", time.time(), json.dumps(asked))
            self.connection.execute(
                "insert into jobs (id, kind, name, state, created, asked) values (?, ?, ?, ?, ?, ?)", row
            )
            return self._told(identity)

    def check_room(self, kind: JobKind, name: str) -> None:
        """Raises what `add` does."""
        active = [job for job in self.all() if job.state in ACTIVE]
        if sum(job.state == "queued" for job in active) >= self.most:
            raise ApiError(503, f"{self.most} jobs are waiting; ask again later.", None, 60)
        if any((job.kind, job.name) == (kind, name) for job in active):
            raise ApiError(409, f"'{name}' is being worked on.", "name")

    def all(self) -> list[Job]:
        """Returns every job, the newest first."""
        with self.lock:
            rows = self.connection.execute("select * from jobs order by created desc, rowid desc").fetchall()
        return [_job(row) for row in rows]

    def get(self, job: str) -> Job:
        """Returns a job; ApiError 404 for an id that is none."""
        return _job(self._row(job))

    def begun(self, job: str) -> tuple[bool, int | None]:
        """Returns whether a job has been at work before, and the process that it was at work in."""
        row = self._row(job)
        return bool(row["begun"]), row["process"]

    def first_queued(self) -> Job | None:
        """Returns the job that is next."""
        with self.lock:
            row = self.connection.execute(
                "select * from jobs where state = 'queued' order by created, rowid limit 1"
            ).fetchone()
        return _job(row) if row else None

    def update(self, job: str, only_if: str | None = None, **values: Any) -> Job:
        """Changes a job, where it still is in the state `only_if`, and returns it as it is then."""
        columns = ", ".join(f"{name} = ?" for name in values)
        parts = [json.dumps(value) if name in JSON and value is not None else value for name, value in values.items()]
        where, more = (" and state = ?", [only_if]) if only_if else ("", [])
        with self.lock:
            self.connection.execute(f"update jobs set {columns} where id = ?{where}", [*parts, job, *more])
            return self._told(job)

    def close(self) -> None:
        """Closes the file."""
        with self.lock:
            self.connection.close()

    def _row(self, job: str) -> sqlite3.Row:
        with self.lock:
            row: sqlite3.Row | None = self.connection.execute("select * from jobs where id = ?", [job]).fetchone()
        if row is None:
            raise ApiError(404, f"there is no job '{job[:80]}'.", "id")
        return row

    def _told(self, job: str) -> Job:
        found = self.get(job)
        for listener in self.listeners:
            listener(found)
        return found


def new_id() -> str:
    """Returns an id that no other job has."""
    return uuid.uuid4().hex[:12]


def _job(row: sqlite3.Row) -> Job:
    values = {name: row[name] for name in Job.model_fields}
    return Job(**values | {name: json.loads(values[name]) for name in JSON if values[name] is not None})
