"""Readiness: only when a first request finds all that it needs, and never too late for ever."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from asking import TestClient, picture_of, serving
from limner.model import load
from limner.runtimes import choose_runtime
from limner.serving import catalogue, warmup
from limner.serving.catalogue import Catalogue
from small_models import small_model


def _ready(client: TestClient) -> tuple[int, dict]:
    answer = client.get("/health/ready")
    return answer.status_code, answer.json()


def _is_ready(client: TestClient) -> None:
    deadline = time.monotonic() + 60
    while _ready(client)[0] != 200:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_server_is_ready_once_its_models_are_open(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, load = threading.Event(), catalogue.load

    def held(*of: Any, **how: Any) -> Any:
        assert free.wait(30)
        return load(*of, **how)

    monkeypatch.setattr(catalogue, "load", held)
    with serving(models, tmp_path) as client:
        assert _ready(client) == (503, {"status": "starting"})
        assert client.get("/health/ready").headers["retry-after"] == "1"
        assert client.get("/health/live").status_code == 200
        free.set()
        _is_ready(client)
        assert client.app.state.limner.catalogue.opened("gan")
        assert client.app.state.limner.catalogue.opened("limner")
        assert client.app.state.limner.batch.generated >= 1
        assert picture_of(client.post("/v1/images/generations", json={"model": "gan"})).shape == (16, 16, 3)


def test_a_model_that_cannot_be_opened_keeps_no_server_from_being_ready(tmp_path: Path) -> None:
    small_model("gan").save(tmp_path / "models" / "a-bad-one")
    (tmp_path / "models" / "a-bad-one" / "model.safetensors").write_bytes(b"short")
    small_model("gan").save(tmp_path / "models" / "good")
    with serving(tmp_path / "models", tmp_path / "home") as client:
        _is_ready(client)
        assert client.app.state.limner.catalogue.opened("good")


def test_a_server_without_models_is_ready(tmp_path: Path) -> None:
    with serving(tmp_path, tmp_path / "home") as client:
        _is_ready(client)


def test_a_model_that_takes_for_ever_keeps_no_server_from_being_ready_or_from_ending(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = threading.Event()
    monkeypatch.setattr(Catalogue, "sampler", lambda *_: free.wait(60))
    monkeypatch.setattr(warmup, "MAX_WARMUP_SECONDS", 0.5)
    with serving(models, tmp_path) as client:
        _is_ready(client)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    free.set()


def test_a_model_is_there_at_once_and_quicker_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime")
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "cache"))
    small_model("gan").save(tmp_path / "models" / "gan")
    catalogue_ = Catalogue((tmp_path / "models",), tmp_path / "home")
    monkeypatch.setattr(catalogue, "choose_runtime", choose_runtime)
    first = catalogue_.sampler("gan")
    assert first.model.runtime == "torch"
    entry = catalogue_.slow.get(timeout=1)
    catalogue_.quicken(entry)
    assert catalogue_.sampler("gan") is first, "nothing is exported here"
    load(entry.path, runtime="onnx").sample(1)
    catalogue_.quicken(entry)
    second = catalogue_.sampler("gan")
    assert second.model.runtime == "onnx"
    difference = first.model.sample(2).astype(int) - second.model.sample(2)
    assert abs(difference).max() <= 1
    again = Catalogue((tmp_path / "models",), tmp_path / "home")
    assert again.sampler("gan").model.runtime == "onnx", "what was exported before is there at once"
    assert again.slow.empty()
