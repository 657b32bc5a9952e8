"""Several processes prepare what one would, and one that is killed, crashes or is interrupted loses nothing and leaves nothing."""

import os
from pathlib import Path

import pytest

from limner.data import intake, prepare, workers
from preparing import prepared, write_folder


def test_processes_make_the_same_dataset_as_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_folder(tmp_path / "source", 60)
    (source / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    monkeypatch.setattr(intake, "MIN_PICTURES_FOR_WORKERS", 1)
    monkeypatch.setattr(intake, "CHUNK_PICTURES", 7)
    alone, one = prepared(source, tmp_path / "alone", workers=1)
    together, two = prepared(source, tmp_path / "together", workers=2)
    assert alone.fingerprint == together.fingerprint
    assert one == two


def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_folder(tmp_path / "source", 40)
    monkeypatch.setattr(intake, "MIN_PICTURES_FOR_WORKERS", 1)
    monkeypatch.setattr(intake, "CHUNK_PICTURES", 5)
    sent: list[int] = []
    exchange = workers.Worker._exchange

    def killed_now_and_then(worker: workers.Worker, message: object) -> object:
        if isinstance(message, list):
            sent.append(len(message))
            # whole chunks only: which single picture is tried again at that moment depends on the other worker
            if len(message) > 1 and sent.count(5) in (2, 5):
                worker.process.kill()
        return exchange(worker, message)

    monkeypatch.setattr(workers.Worker, "_exchange", killed_now_and_then)
    dataset, report = prepared(source, tmp_path / "out", workers=2)
    assert len(dataset) == 40
    assert (sent.count(5), sent.count(1)) == (8, 2 * 5)
    assert not report.set_aside


def test_a_picture_that_crashes_its_decoder_is_set_aside_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_folder(tmp_path / "source", 20)
    monkeypatch.setattr(intake, "MIN_PICTURES_FOR_WORKERS", 1)
    monkeypatch.setattr(intake, "CHUNK_PICTURES", 5)
    crashes = (source / "0007.png").read_bytes()
    exchange = workers.Worker._exchange

    def killed_by_one(worker: workers.Worker, message: object) -> object:
        if isinstance(message, list) and crashes in message:
            worker.process.kill()
        return exchange(worker, message)

    monkeypatch.setattr(workers.Worker, "_exchange", killed_by_one)
    dataset, report = prepared(source, tmp_path / "out", workers=2)
    assert len(dataset) == 19
    assert [(entry["file_name"], entry["detail"]) for entry in report.set_aside_list] == [
        ("0007.png", "its decoder crashed")
    ]


def _children() -> set[str]:
    """The processes that this one has started: the server of forks that other tests use is one."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_an_interruption_leaves_nothing_and_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MIN_PICTURES_FOR_WORKERS", 1)
    monkeypatch.setattr(intake, "CHUNK_PICTURES", 4)

    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(intake.DecodedSource, "add", interrupted)
    before = _children()
    with pytest.raises(KeyboardInterrupt):
        prepare(write_folder(tmp_path / "source", 40), tmp_path / "out", workers=2)
    assert {path.name for path in tmp_path.iterdir()} == {"source"}
    assert _children() <= before
