"""Long work: queued on disk, done one by one in processes of their own, ended at once, and there again after a restart."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from asking import TestClient, error_of, file_of, photo, picture_of, reaches, serving, trains
from hostile import zipped
from limner.serving.job import Job, Workspace
from limner.serving.routes.jobs import _changes, _named
from limner.serving.runner import Runner
from limner.serving.store import Store

OUTSIDE = ("..%2f..%2fstudio.db", "%2fetc%2fpasswd", "model/model.safetensors", ".lock", "%00", "a" * 3000, "x/../")
SMALL = {
    "method.latent_dim": 4,
    "method.generator.widths": "[8, 8]",
    "method.discriminator.widths": "[8, 8]",
    "batch": 8,
}
LONG = {"data": "flowers", "recipe": "gan", "set": SMALL, "minutes": 10}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio") / "home"


@pytest.fixture(scope="module")
def studio(models: Path, home: Path) -> Iterator[TestClient]:
    with serving(models, home) as client:
        client.app.state.warm_up.done.wait(120)  # until then /health/ready answers 503
        yield client


@pytest.fixture
def idle(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A server that queues jobs and does none."""
    monkeypatch.setattr(Runner, "_work", lambda _: None)
    with serving(models, tmp_path, jobs=3) as client:
        yield client


def test_a_job_is_ended_at_once_when_it_is_cancelled(studio: TestClient) -> None:
    job = studio.post("/v1/train", json=LONG | {"name": "short"}).json()
    assert (job["state"], job["kind"], job["name"]) == ("queued", "train", "short")
    waits = studio.post("/v1/train", json=LONG | {"name": "next"}).json()["id"]
    reaches(studio, job["id"], "running")
    assert studio.post(f"/v1/jobs/{waits}/cancel").json()["state"] == "cancelled"
    process = studio.app.state.limner.runner.process.popen
    began = time.perf_counter()
    answer = studio.post(f"/v1/jobs/{job['id']}/cancel").json()
    assert time.perf_counter() - began < 2
    assert answer["state"] == "cancelled"
    assert process.wait(5) == -signal.SIGKILL
    assert not Path(f"/proc/{process.pid}").exists()
    assert studio.get(f"/v1/jobs/{job['id']}").json()["state"] == "cancelled"


def test_trainings_that_are_asked_for_at_once_are_all_answered(studio: TestClient) -> None:
    together = threading.Barrier(8)

    def post(name: str) -> Any:
        together.wait()
        return studio.post("/v1/train", json=LONG | {"name": name})

    def get(path: str) -> Any:
        together.wait()
        return [studio.get(path).status_code for _ in range(20)]

    with ThreadPoolExecutor(8) as clients:
        posted = [clients.submit(post, f"at once {number}") for number in range(4)]
        got = [clients.submit(get, path) for path in ("/metrics", "/health/ready", "/health/live", "/v1/jobs")]
        answers = [one.result(20) for one in posted]
        statuses = [one.result(20) for one in got]
    jobs = {answer.json()["id"] for answer in answers}
    listed = {job["id"] for job in studio.get("/v1/jobs").json()["data"]}
    cancelled = {
        studio.post(f"/v1/jobs/{job}/cancel").json()["state"] for job in jobs
    }  # first: others wait behind them
    assert statuses == [[200] * 20] * 4
    assert [answer.status_code for answer in answers] == [202] * 4
    assert jobs <= listed
    assert cancelled == {"cancelled"}


@pytest.mark.slow
def test_a_training_that_is_stopped_saves_and_its_model_can_be_asked(studio: TestClient) -> None:
    job = studio.post("/v1/train", json=LONG | {"name": "garden"}).json()["id"]
    trains(studio, job)
    assert studio.post(f"/v1/jobs/{job}/stop").json()["state"] == "running"
    done = reaches(studio, job, "done")
    assert (done["result"], done["message"], done["error"]) == ({"model": "garden"}, "stopped and saved", None)
    assert picture_of(studio.post("/v1/images/generations", json={"model": "garden"})).shape == (16, 16, 3)
    history = [row["step"] for row in studio.get(f"/v1/jobs/{job}/history").json()["data"]]
    assert history == sorted(history)
    assert "model/samples.png" in studio.get(f"/v1/jobs/{job}/files").json()["data"]
    answer = studio.get(f"/v1/jobs/{job}/files/model/samples.png")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    for name in OUTSIDE:
        answer = studio.get(f"/v1/jobs/{job}/files/{name}")
        assert (answer.status_code, error_of(answer)["type"]) == (404, "not_found")
    assert studio.post("/v1/train", json=LONG | {"name": "garden"}).status_code == 409
    again = studio.post(f"/v1/jobs/{job}/resume", json={"minutes": 20}).json()
    assert (again["state"], again["request"]["minutes"], again["result"]) == ("queued", 20, None)
    reaches(studio, job, "running")
    assert "--resume" in studio.app.state.limner.runner.process.popen.args
    studio.post(f"/v1/jobs/{job}/cancel")
    assert picture_of(studio.post("/v1/images/generations", json={"model": "garden"})).shape == (16, 16, 3)


def test_pictures_become_a_dataset_that_can_be_trained_on(studio: TestClient, home: Path) -> None:
    loose = [("files", (f"{kind}/{seed}.png", file_of(photo(16, 16, seed)))) for seed in range(20) for kind in "ab"]
    loose += [("files", ("../../evil.png", b"no picture"))]
    answer = studio.post("/v1/data", files=loose, data={"name": "mine", "size": "16"})
    assert answer.status_code == 202
    done = reaches(studio, answer.json()["id"], "done")
    assert done["result"] == {"data": "mine"}
    found = {one["id"]: one for one in studio.get("/v1/data").json()["data"]}["mine"]
    assert (found["pictures"], found["width"]) == (20, 16)
    assert "not a picture" in studio.get("/v1/data/mine/report").text
    _becomes(lambda: not list((home / "uploads").iterdir()))
    conflict = studio.post("/v1/data", files=loose[:1], data={"name": "mine"})
    assert (conflict.status_code, error_of(conflict)["type"]) == (409, "conflict")


def test_a_zip_without_pictures_fails_with_the_doctors_reason_and_leaves_nothing(
    studio: TestClient, home: Path
) -> None:
    hostile = zipped([("../../evil.png", file_of(photo())), ("/tmp/evil.png", b"x"), ("words.png", b"words")])
    answer = studio.post("/v1/data", files=[("files", ("all.zip", hostile))], data={"name": "zip"})
    failed = reaches(studio, answer.json()["id"], "failed")
    _becomes(lambda: not list((home / "uploads").iterdir()))
    assert "picture" in failed["error"]
    assert str(home) not in studio.get("/v1/jobs").text
    assert not (home / "data" / "zip").exists()
    assert not list(home.parent.rglob("evil.png"))
    assert not Path("/tmp/evil.png").exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../x.png", "x.png"),
        ("/etc/x.png", "etc/x.png"),
        ("..\\..\\x.png", "x.png"),
        ("C:pictures/x.png", "C:pictures/x.png"),
        ("a/b/c/x.png", "b/c/x.png"),
        ("..", "picture"),
        ("名前/薔薇.png", "名前/薔薇.png"),
        ("a" * 300 + "/" + "b" * 300 + ".png", "a" * 200 + "/" + "b" * 80),
    ],
)
def test_names_of_uploads_lead_nowhere_else(idle: TestClient, tmp_path: Path, name: str, kept: str) -> None:
    files = [("files", (name, b"one")), ("files", ("other.png", b"two"))]
    job = idle.post("/v1/data", files=files, data={"name": "x"}).json()
    folder, _, last = kept.rpartition("/")
    found = [
        str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file() and "uploads" in path.parts
    ]
    own = f"uploads/{job['id']}/x"
    assert sorted(found) == sorted([f"{own}/{folder}{'/' if folder else ''}000000-{last}", f"{own}/000001-other.png"])


@pytest.mark.parametrize("name", ["\0../x.png", "..\\..\\x.png", "./.. /x.png", "\ud800/x.png", "\n/\n"])
def test_no_letters_lead_out_of_the_uploads(name: str) -> None:
    assert _named(name, 7) in (Path("000007-x.png"), Path("000007-picture"))


def test_uploads_that_would_lie_in_one_another_are_refused(idle: TestClient, tmp_path: Path) -> None:
    files = [("files", ("a.png", b"one")), ("files", ("000000-a.png/b.png", b"two"))]
    answer = idle.post("/v1/data", files=files, data={"name": "x"})
    assert (answer.status_code, error_of(answer)["param"]) == (422, "files")
    assert not list((tmp_path / "uploads").iterdir())


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"name": "../rose"}, 422),
        ({"name": "/rose"}, 422),
        ({"name": ".rose"}, 422),
        ({"name": "-rose"}, 422),
        ({"name": "a\0b"}, 422),
        ({"name": ""}, 422),
        ({"name": "𝒜" * 64}, 422),
        ({"name": "gan"}, 409),
        ({"data": "nowhere"}, 404),
        ({"data": "../flowers"}, 404),
        ({"data": "http://localhost/x.zip"}, 404),
        ({"recipe": "/etc/passwd"}, 422),
        ({"recipe": "mine.yaml"}, 422),
        ({"minutes": 0}, 422),
        ({"minutes": 1e9}, 422),
        ({"seed": -1}, 422),
        ({"set": {"nothing": 1}}, 422),
        ({"set": {"batch": -1}}, 422),
        ({"set": {"batch": [8]}}, 422),
        ({"out": "/tmp"}, 422),
    ],
    ids=str,
)
def test_what_cannot_be_trained_is_refused(idle: TestClient, wrong: dict, status: int) -> None:
    answer = idle.post("/v1/train", json=LONG | {"name": "rose"} | wrong)
    assert answer.status_code == status
    assert idle.get("/v1/jobs").json() == {"data": []}


def test_names_are_used_once_and_the_queue_is_bounded(idle: TestClient) -> None:
    first = idle.post("/v1/train", json=LONG | {"name": "one"}).json()["id"]
    twice = idle.post("/v1/train", json=LONG | {"name": "one"})
    assert (twice.status_code, error_of(twice)["type"]) == (409, "conflict")
    idle.post(f"/v1/jobs/{first}/cancel")
    assert idle.post("/v1/train", json=LONG | {"name": "one"}).status_code == 202
    assert idle.post(f"/v1/jobs/{first}/resume", json={}).status_code == 409
    for name in ("two", "three"):
        idle.post("/v1/train", json=LONG | {"name": name})
    full = idle.post("/v1/train", json=LONG | {"name": "four"})
    assert (full.status_code, error_of(full)["type"], full.headers["retry-after"]) == (503, "busy", "60")
    listed = idle.get("/v1/jobs").json()["data"]
    assert [job["name"] for job in listed] == ["three", "two", "one", "one"]


def test_no_job_tells_where_anything_is_on_this_machine(idle: TestClient, models: Path, tmp_path: Path) -> None:
    picture = idle.post("/v1/pictures", content=file_of(photo())).json()["id"]
    answers = [
        idle.post("/v1/train", json=LONG | {"name": "one"}),
        idle.post("/v1/evaluate", json={"model": "gan", "data": "flowers"}),
        idle.post("/v1/stylize", json={"picture": picture, "styles": [{"style": picture}]}),
        idle.get("/v1/jobs"),
    ]
    for answer in answers:
        assert answer.status_code in (200, 202)
        assert str(tmp_path) not in answer.text
        assert str(models) not in answer.text


def test_only_what_can_be_is_stopped_or_resumed(idle: TestClient) -> None:
    job = idle.post("/v1/train", json=LONG | {"name": "one"}).json()["id"]
    assert idle.post(f"/v1/jobs/{job}/stop").status_code == 409
    assert idle.post(f"/v1/jobs/{job}/resume", json={}).status_code == 409
    assert idle.post(f"/v1/jobs/{job}/cancel").json()["state"] == "cancelled"
    assert idle.post(f"/v1/jobs/{job}/cancel").json()["state"] == "cancelled"
    assert idle.post(f"/v1/jobs/{job}/resume", json={"minutes": -1}).status_code == 422
    again = idle.post(f"/v1/jobs/{job}/resume", json={"minutes": 5}).json()
    assert (again["state"], again["request"]["minutes"], again["ended"]) == ("queued", 5, None)
    for asked in ("stop", "cancel", "history", "files"):
        path = f"/v1/jobs/nothing/{asked}"
        answer = idle.get(path) if asked in ("history", "files") else idle.post(path)
        assert (answer.status_code, error_of(answer)["type"]) == (404, "not_found")


def test_the_queue_is_there_again_after_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Runner, "_work", lambda _: None)
    store = Store(tmp_path / "studio.db")
    runner = Runner(store, Workspace(tmp_path), 1, 9)
    kinds: Any = {"waits": "train", "trains": "train", "prepares": "prepare", "done": "prepare"}
    jobs = {name: runner.add(kind, name, {"minutes": 1}) for name, kind in kinds.items()}
    for name in ("trains", "prepares"):
        store.save(jobs[name].changed(state="running", begun=True, process=2**22 - 1))
    done = jobs["done"].changed(state="done", result={"data": "done"}, progress=1.0)
    store.save(done)
    store.close()
    store = Store(tmp_path / "studio.db")
    Runner(store, Workspace(tmp_path), 1, 9).close()
    found: dict[str, Job] = {job.name: job for job in store.all()}
    assert {name: job.state for name, job in found.items()} == {
        "waits": "queued",
        "trains": "queued",
        "prepares": "interrupted",
        "done": "done",
    }
    assert found["done"] == done
    assert "interrupted" in (found["prepares"].error or "")
    taken_up = store.get(jobs["trains"].id)
    assert (taken_up.begun, taken_up.process) == (True, None)
    store.close()


def test_a_process_that_is_no_job_is_not_ended_in_place_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "killpg", lambda process, _: ended.append(process))
    monkeypatch.setattr(Runner, "_work", lambda _: None)
    store = Store(tmp_path / "studio.db")
    job = Runner(store, Workspace(tmp_path), 1, 9).add("train", "one", {})
    store.save(job.changed(state="running", process=os.getpid()))  # whose number it is after a restart
    Runner(store, Workspace(tmp_path), 1, 9).close()
    assert store.get(job.id).state == "queued"
    store.close()
    assert ended == []


def test_a_server_that_is_ended_takes_its_training_up_again(models: Path, tmp_path: Path) -> None:
    with serving(models, tmp_path) as client:
        job = client.post("/v1/train", json=LONG | {"name": "one"}).json()["id"]
        reaches(client, job, "running")
        process = client.app.state.limner.runner.process.popen
    assert process.poll() is not None
    store = Store(tmp_path / "studio.db")
    found = store.get(job)
    store.close()
    assert found.state == "queued"
    assert "interrupted" in (found.error or "")


def test_every_change_is_told_as_it_comes(idle: TestClient) -> None:
    state = idle.app.state.limner

    async def run() -> list[str]:
        changes = _changes(state)
        sent = [await anext(changes)]
        job = state.runner.add("train", "one", {"path": "/home/me/secret"})
        state.store.note(job.changed(progress=0.5))
        sent.append(await anext(changes))
        state.store.note(job.changed(progress=0.6))
        sent.append(await anext(changes))
        await changes.aclose()
        return sent

    sent = asyncio.run(run())
    assert sent[0].startswith(": ")
    events = [one for part in sent[1:] for one in part.split("\n\n") if one]
    assert [one.split("\n")[0] for one in events] == ["event: job"] * 3
    assert [Job.model_validate_json(one.split("data: ")[1]).progress for one in events] == [None, 0.5, 0.6]
    assert "secret" not in "".join(sent)


def _becomes(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
