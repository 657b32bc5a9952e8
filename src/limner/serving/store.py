"""Jobs on disk: a queue that is there again after a restart, and that is read without waiting."""

import json
import logging
import sqlite3
import uuid
from pathlib import Path
from typing import Any

from limner.serving.errors import ApiError, understood
from limner.serving.job import Job, Record

LOG = logging.getLogger(__name__)
COLUMNS = {
    "id": "text primary key",
    "kind": "text not null default ''",
    "name": "text not null default ''",
    "state": "text not null default ''",
    "created": "real not null default 0",
    "started": "real",
    "ended": "real",
    "progress": "real",
    "message": "text not null default ''",
    "request": "text not null default '{}'",
    "result": "text",
    "error": "text",
    "begun": "integer not null default 0",
    "process": "integer",
}
"""Columns of the table of jobs."""
JSON = ("request", "result")
"""Columns that hold JSON."""
UPSERT = (
    f"insert into jobs ({', '.join(COLUMNS)}) values ({', '.join(':' + name for name in COLUMNS)}) "
    f"on conflict (id) do update set {', '.join(f'{name} = excluded.{name}' for name in COLUMNS if name != 'id')}"
)
"""Writes a job, new or not."""
BUSY = 2.0
"""Seconds to wait for another program that has the file open."""
CHANGES = 1000
"""Changes that a listener may be behind before it misses some."""


class Store:
    """Every job, in memory and in SQLite. sqlite3.Error for a file that is damaged or no database.

    Changes must come from one thread at a time. Reading needs no lock and never waits: what is read is replaced as a
    whole by every change, never modified. Nothing is called back; listeners ask for `changes_since`.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(file, timeout=BUSY, check_same_thread=False, isolation_level=None)
        try:
            self._jobs = _opened(self.connection, file)
        except BaseException:
            self.connection.close()
            raise
        self._texts = {name: _text(record) for name, record in self._jobs.items()}
        self._changes: tuple[int, tuple[str, ...]] = (0, ())
        self._unsaved: dict[str, Record] = {}
        self._refused = False

    def all(self) -> list[Record]:
        """Returns every job, the newest first, by the order in which they came, whatever the clock said."""
        return list(reversed(self._jobs.values()))

    def get(self, job: str) -> Record:
        """Returns a job; ApiError 404 for an id that is none."""
        found = self._jobs.get(job)
        if found is None:
            raise ApiError(404, f"there is no job {job[:80]!r}.", "id")
        return found

    def texts(self) -> list[str]:
        """Returns every job as clients see it, in JSON, the newest first."""
        return list(reversed(self._texts.values()))

    def changes_since(self, seen: int) -> tuple[int, tuple[str, ...]]:
        """Returns the number of changes so far, and those after the first `seen`, each a job in JSON as it was then."""
        count, texts = self._changes
        return count, texts[-(count - seen) :] if count > seen else ()

    def save(self, record: Record) -> None:
        """Writes a new or changed job; ApiError, and nothing has changed, when the disk refuses."""
        try:
            self._write(record)
        except sqlite3.Error as error:
            raise _refused(error) from error
        self._unsaved.pop(record.id, None)
        self._publish(record)

    def note(self, record: Record) -> None:
        """Changes a job in memory; the next `flush` writes it."""
        self._unsaved[record.id] = record
        self._publish(record)

    def flush(self) -> bool:
        """Writes what was noted; returns False where the disk refused, so that it has to be tried again."""
        try:
            for name, record in list(self._unsaved.items()):
                self._write(record)
                del self._unsaved[name]
            self._refused = False
        except sqlite3.Error as error:
            if not self._refused:  # it is tried again and again
                LOG.warning("studio.db cannot be written: %s", error)
            self._refused = True
        return not self._refused

    def close(self) -> None:
        """Writes what was noted and closes the file."""
        self.flush()
        self.connection.close()

    def _write(self, record: Record) -> None:
        values = record.model_dump()
        values |= {name: json.dumps(values[name]) for name in JSON if values[name] is not None}
        self.connection.execute(UPSERT, values)

    def _publish(self, record: Record) -> None:
        text = _text(record)
        self._jobs = self._jobs | {record.id: record}
        self._texts = self._texts | {record.id: text}
        count, texts = self._changes
        self._changes = count + 1, (*texts[1 - CHANGES :], text)


def new_id() -> str:
    """Returns an id that no other job has."""
    return uuid.uuid4().hex[:12]


def _opened(connection: sqlite3.Connection, file: Path) -> dict[str, Record]:
    """Returns the jobs of a file, made where it is new, completed where an older version wrote it."""
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    verdict = connection.execute("pragma quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise sqlite3.DatabaseError(" ".join(verdict.split()))
    connection.execute("pragma journal_mode = wal")
    columns = ", ".join(f"{name} {declared}" for name, declared in COLUMNS.items())
    connection.execute(f"create table if not exists jobs ({columns})")
    present = {row["name"] for row in connection.execute("pragma table_info(jobs)")}
    for name in COLUMNS.keys() - present:
        connection.execute(f"alter table jobs add column {name} {COLUMNS[name]}")
    rows = connection.execute("select * from jobs order by rowid").fetchall()
    return {record.id: record for row in rows if (record := _record(row, file))}


def _record(row: sqlite3.Row, file: Path) -> Record | None:
    """Returns a job, or None, and a line in the log, for a row that another version or a fault of the disk wrote."""
    try:
        values: dict[str, Any] = {name: row[name] for name in COLUMNS}
        return Record(**values | {name: json.loads(values[name]) for name in JSON if values[name] is not None})
    except (ValueError, TypeError, RecursionError):
        LOG.warning("%s: the job %r cannot be read and is left out.", file, row["id"])
        return None


def _text(record: Record) -> str:
    shown: Job = record.shown()
    return shown.model_dump_json()


def _refused(error: sqlite3.Error) -> ApiError:
    known = understood(error)
    if known:
        return known
    if isinstance(error, sqlite3.OperationalError | sqlite3.ProgrammingError):
        return ApiError(503, "the queue cannot be written to now; ask again later.", None, 10)
    return ApiError(500, "the queue's studio.db is damaged: end the server, and give it another --home.")
