"""Folders that hold anything at all: each is listed with its problem, and none spoils the list or the server."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asking import TestClient, error_of, serving
from limner.serving import catalogue
from small_models import small_model

CONFIGS: dict[str, bytes] = {
    "deep": b'{"a":' * 100_000,
    "deep-list": b"[" * 200_000 + b"]" * 200_000,
    "digits": b'{"format": ' + b"9" * 100_000 + b"}",
    "list": b"[]",
    "null": b"null",
    "text": b'"x"',
    "surrogate": b'{"format": 1, "recipe": "\\ud800"}',
    "binary": bytes(range(256)),
    "nan": b'{"format": NaN}',
    "huge-number": b'{"format": 1e999}',
    "wrong": b'{"format": 1, "recipe": {"name": []}, "schema": {"width": -1}}',
    "utf16": '{"format": 1}'.encode("utf-16"),
    "empty": b"",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damaged")
    small_model("gan").save(folder / "good")
    whole = json.loads((folder / "good" / "config.json").read_text())
    configs = CONFIGS | {f"without-{key}": json.dumps({**whole, key: None}).encode() for key in whole}
    configs |= {f"odd-{key}": json.dumps({**whole, key: [[{}]]}).encode() for key in whole}
    for name, content in configs.items():
        small_model("gan").save(folder / name)
        (folder / name / "config.json").write_bytes(content)
        (folder / f"causal-{name}").mkdir()
        (folder / f"causal-{name}" / catalogue.CAUSAL).write_bytes(content)
        (folder / f"data-{name}").mkdir()
        (folder / f"data-{name}" / "dataset.json").write_bytes(content)
    (folder / "huge").mkdir()
    with (folder / "huge" / "config.json").open("wb") as file:
        file.truncate(3 * 2**30)  # which takes no room on disk
    (folder / "config-is-a-folder" / "config.json").mkdir(parents=True)
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "to-nothing").symlink_to(folder / "nothing")
    os.mkfifo(folder / "pipe")
    (folder / "piped").mkdir()
    os.mkfifo(folder / "piped" / "config.json")
    return folder


@pytest.fixture(scope="module")
def asked(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(folder, tmp_path_factory.mktemp("home")) as client:
        yield client


def test_one_bad_model_never_spoils_the_list(asked: TestClient) -> None:
    began = time.monotonic()
    answer = asked.get("/v1/models")
    assert answer.status_code == 200, answer.text
    assert time.monotonic() - began < 20
    found = {one["id"]: one for one in answer.json()["data"]}
    assert found["good"]["problem"] is None
    for name in (*CONFIGS, *(f"causal-{name}" for name in CONFIGS), "huge"):
        if name in found:
            assert found[name]["problem"], name
            assert found[name]["can"] == []
            assert len(found[name]["problem"]) <= 1000
    assert "bytes" in found["huge"]["problem"]
    assert len(found) > 2 * len(CONFIGS)
    assert asked.get("/v1/data").status_code == 200


def test_what_cannot_be_used_is_refused_and_no_fault_of_the_server(asked: TestClient) -> None:
    for one in asked.get("/v1/models").json()["data"]:
        if one["problem"]:
            name = one["id"]
            for answer in (
                asked.get(f"/v1/models/{name}"),
                asked.get(f"/v1/models/{name}/directions"),
                asked.post("/v1/images/generations", json={"model": name}),
                asked.post("/v1/causal/do", json={"model": name}),
            ):
                assert answer.status_code in (200, 422), answer.text
    for name in CONFIGS:
        answer = asked.post("/v1/train", json={"data": f"data-{name}", "name": "x"})
        assert answer.status_code in (404, 422), answer.text
    assert asked.post("/v1/images/generations", json={"model": "good"}).status_code == 200


def test_a_folder_that_may_not_be_read_is_listed_with_its_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_model("gan").save(tmp_path / "models" / "good")
    (tmp_path / "models" / "closed").mkdir()
    is_file, is_dir = Path.is_file, Path.is_dir

    def closed(of: Any) -> Any:
        def asked(path: Path) -> bool:
            if "closed" in path.parent.parts:
                raise PermissionError(13, "Permission denied", str(path))
            return bool(of(path))

        return asked

    monkeypatch.setattr(Path, "is_file", closed(is_file))
    monkeypatch.setattr(Path, "is_dir", closed(is_dir))
    with serving(tmp_path / "models", tmp_path / "home") as client:
        found = {one["id"]: one for one in client.get("/v1/models").json()["data"]}
        assert found["closed"]["problem"] == "it cannot be read (Permission denied)."
        assert found["good"]["problem"] is None
        answer = client.post("/v1/images/generations", json={"model": "closed"})
        assert (answer.status_code, error_of(answer)["param"]) == (422, "model")
        assert str(tmp_path) not in answer.text


def test_a_problem_that_is_over_is_not_told_any_more(tmp_path: Path) -> None:
    small_model("gan").save(tmp_path / "models" / "good")
    config = tmp_path / "models" / "good" / "config.json"
    whole = config.read_bytes()
    config.write_bytes(b"{")
    with serving(tmp_path / "models", tmp_path / "home") as client:
        assert client.get("/v1/models/good").json()["problem"]
        config.write_bytes(whole)
        assert client.get("/v1/models/good").json()["problem"] is None
