"""A full disk: told as such, and nothing is half written."""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asking import TestClient, error_of, file_of, handed_in, photo, serving

TRAINING = {"data": "flowers", "name": "rose", "minutes": 0.01}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def here(models: Path, home: Path) -> Iterator[TestClient]:
    with serving(models, home) as client:
        yield client


def _full(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device", "/home/me/secret")


def test_a_picture_that_cannot_be_kept(here: TestClient, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", _full)
        answer = here.post("/v1/pictures", content=file_of(photo()))
    _said(answer)
    assert not list((home / "pictures").iterdir())
    assert handed_in(here, photo())


def test_uploads_that_cannot_be_kept(here: TestClient, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = {"files": [("files", ("a.png", file_of(photo())))], "data": {"name": "roses"}}
    with monkeypatch.context() as full:
        full.setattr(shutil, "copyfileobj", _full)
        _said(here.post("/v1/data", **upload))
    assert not list((home / "uploads").iterdir())
    with monkeypatch.context() as full:
        full.setattr("tempfile.SpooledTemporaryFile.write", _full)
        _said(here.post("/v1/data", **upload))
    assert here.get("/v1/jobs").json() == {"data": []}


class Full:
    """A database on a disk that is full: it can be read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection, self.close = connection, connection.close

    def execute(self, words: str, *values: Any) -> Any:
        if words.startswith("select"):
            return self.connection.execute(words, *values)
        raise sqlite3.OperationalError("database or disk is full")


def test_a_job_that_cannot_be_queued(here: TestClient, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = here.app.state.limner.store
    monkeypatch.setattr(store, "connection", Full(store.connection))
    _said(here.post("/v1/train", json=TRAINING))
    files = [("files", ("a.png", file_of(photo()))), ("files", ("b.png", file_of(photo())))]
    _said(here.post("/v1/data", files=files, data={"name": "roses"}))
    assert here.get("/v1/jobs").json() == {"data": []}
    assert not list((home / "uploads").iterdir())


def test_any_other_fault_of_the_disk_is_ours(here: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise OSError(errno.EIO, "Input/output error", "/home/me/secret")

    monkeypatch.setattr(Path, "write_bytes", broken)
    answer = here.post("/v1/pictures", content=file_of(photo()))
    assert (answer.status_code, error_of(answer)["type"]) == (500, "internal")
    assert "secret" not in answer.text


def _said(answer: Any) -> None:
    assert (answer.status_code, error_of(answer)["type"]) == (507, "disk_full")
    assert "secret" not in answer.text
