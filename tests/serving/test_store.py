"""Jobs on disk: what is damaged, full, old or odd is met with one line, and the clock does not matter."""

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asking import serving
from limner.errors import UsageError
from limner.serving import run as running
from limner.serving.errors import ApiError
from limner.serving.job import Job, Record, Workspace
from limner.serving.runner import Runner
from limner.serving.settings import Settings
from limner.serving.store import CHANGES, Store

OLD = """create table jobs (id text primary key, kind text not null, name text not null, state text not null,
    created real not null, request text not null)"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "studio.db")
    yield store
    store.close()


def _record(job: str, **values: Any) -> Record:
    fields = {"id": job, "kind": "train", "name": job, "state": "queued", "created": time.time(), "request": {}}
    return Record(**fields | values)


def test_what_is_saved_is_there_again(tmp_path: Path, store: Store) -> None:
    odd = "\x1b[2J\x00\n‮𝒜"
    saved = [
        _record("one", begun=True, process=7, request={"set": {"a": [odd, 1.5]}}, message=odd, error=odd),
        _record("two", state="done", result={"model": "two"}, progress=1.0, started=1.0, ended=2.0),
    ]
    for record in saved:
        store.save(record)
    again = Store(tmp_path / "studio.db")
    assert again.all() == saved[::-1]
    assert again.texts() == store.texts()
    again.close()


def test_the_order_is_that_in_which_jobs_came_though_the_clock_goes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Runner, "_work", lambda _: None)
    store = Store(tmp_path / "studio.db")
    runner = Runner(store, Workspace(tmp_path), 1, 9)
    for name, clock in (("one", 3e9), ("two", 0.0), ("three", -5.0)):
        monkeypatch.setattr(time, "time", lambda clock=clock: clock)
        runner.add("train", name, {})
    runner.cancel(store.all()[-1].id)
    runner.close()
    store.close()
    again = Store(tmp_path / "studio.db")
    assert [job.name for job in again.all()] == ["three", "two", "one"]
    assert [json.loads(text)["name"] for text in again.texts()] == ["three", "two", "one"]
    again.close()


def test_a_table_of_an_older_version_is_completed(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "studio.db") as connection:
        connection.execute(OLD)
        connection.execute("insert into jobs values ('a', 'train', 'rose', 'running', 1.5, '{\"minutes\": 3}')")
    connection.close()
    store = Store(tmp_path / "studio.db")
    (found,) = store.all()
    assert found == _record("a", name="rose", state="running", created=1.5, request={"minutes": 3})
    store.save(found.changed(message="more"))
    store.close()
    store = Store(tmp_path / "studio.db")
    assert store.get("a").message == "more"
    store.close()


def test_a_table_of_a_newer_version_is_used(tmp_path: Path, store: Store) -> None:
    store.save(_record("one"))
    store.connection.execute("alter table jobs add column priority integer not null default 0")
    store.save(_record("two"))
    again = Store(tmp_path / "studio.db")
    assert [job.id for job in again.all()] == ["two", "one"]
    again.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "paused"},
        {"kind": "dance"},
        {"request": "{"},
        {"request": "[" * 100_000},
        {"result": "[]"},
        {"created": "yesterday"},
        {"name": b"\xff\xfe"},
    ],
    ids=str,
)
def test_a_job_that_cannot_be_read_spoils_no_other(tmp_path: Path, store: Store, wrong: dict[str, Any]) -> None:
    for name in ("good", "bad"):
        store.save(_record(name))
    for column, value in wrong.items():
        store.connection.execute(f"update jobs set {column} = ? where id = 'bad'", [value])
    again = Store(tmp_path / "studio.db")
    assert "good" in [job.id for job in again.all()]
    again.close()


def test_text_that_is_no_utf8_is_read(tmp_path: Path, store: Store) -> None:
    store.save(_record("one"))
    store.connection.execute("update jobs set message = cast(x'ff41' as text)")
    again = Store(tmp_path / "studio.db")
    assert again.get("one").message == "\ufffdA"
    again.close()


def _overwritten(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


def _other(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as connection:
        connection.execute("create view jobs as select 1 as id")
    connection.close()


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("damage", [_overwritten, _cut, _other, _folder])
def test_a_damaged_file_is_one_line(tmp_path: Path, damage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "studio.db")
    for number in range(200):
        store.save(_record(f"job-{number}", request={"text": "x" * 100}))
    store.connection.execute("pragma wal_checkpoint(truncate)")
    store.close()
    damage(tmp_path / "studio.db")
    monkeypatch.setattr(running, "_serve", lambda *_: pytest.fail("it serves"))
    with pytest.raises(UsageError, match=r"studio\.db cannot be opened") as refused:
        running.run(Settings((), tmp_path))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (sqlite3.OperationalError("database or disk is full"), 507),
        (sqlite3.OperationalError("database is locked"), 503),
        (sqlite3.OperationalError("attempt to write a readonly database"), 503),
        (sqlite3.ProgrammingError("Cannot operate on a closed database."), 503),
        (sqlite3.DatabaseError("database disk image is malformed"), 500),
    ],
    ids=str,
)
def test_a_disk_that_refuses_changes_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, error: sqlite3.Error, status: int
) -> None:
    store.save(_record("one"))
    before = store.all(), store.texts(), store.changes_since(0)

    def refuse(_: Record) -> None:
        raise error

    monkeypatch.setattr(store, "_write", refuse)
    with pytest.raises(ApiError) as refused:
        store.save(_record("two"))
    assert refused.value.status == status
    assert (store.all(), store.texts(), store.changes_since(0)) == before


def test_a_file_that_another_program_holds_is_waited_for_but_not_for_ever(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(tmp_path / "studio.db", isolation_level=None)
    other.execute("begin immediate")
    began = time.perf_counter()
    with pytest.raises(ApiError) as refused:
        store.save(_record("one"))
    assert (refused.value.status, time.perf_counter() - began < 5) == (503, True)
    store.note(_record("one", state="done"))
    assert not store.flush()
    assert store.get("one").state == "done"
    other.execute("rollback")
    other.close()
    assert store.flush()
    again = Store(tmp_path / "studio.db")
    assert again.get("one").state == "done"
    again.close()


def test_listeners_that_fall_behind_miss_the_oldest_changes(store: Store) -> None:
    seen, _ = store.changes_since(0)
    for step in range(CHANGES + 10):
        store.note(_record("one", progress=step / 10_000))
    count, changes = store.changes_since(seen)
    found = [Job.model_validate_json(text).progress for text in changes]
    assert (count, len(changes)) == (CHANGES + 10, CHANGES)
    assert found == [step / 10_000 for step in range(10, CHANGES + 10)]
    assert store.changes_since(count) == (count, ())


@pytest.mark.parametrize("name", ["x", "\x1b[31m\x00", "a" * 5000])
def test_a_store_refuses_what_it_does_not_know(store: Store, name: str) -> None:
    with pytest.raises(ApiError) as refused:
        store.get(name)
    assert refused.value.status == 404
    assert len(refused.value.message) < 120 + 80 * 4
    assert refused.value.message.isprintable()


def test_jobs_that_cannot_be_asked_for_are_told_in_plain_text(models: Path, tmp_path: Path) -> None:
    with serving(models, tmp_path) as client:
        for verb in ("cancel", "stop", "history"):
            answer = client.request("GET" if verb == "history" else "POST", f"/v1/jobs/%1b%5b2J%00/{verb}")
            assert answer.status_code == 404
            assert answer.json()["error"]["message"] == r"there is no job '\x1b[2J\x00'."
