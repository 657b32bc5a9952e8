"""What every test shares: one torch thread per worker, quiet terminals, and the shared real pictures when present."""

import gc
import os
from collections.abc import Generator, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

torch.set_num_threads(1)
os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # of the processes that tests start, too: there are as many workers as cores

LONGEST = (
    "causal/test_check.py",
    "journeys/test_studio.py",
    "journeys/test_transparency.py",
    "runtimes/test_runtimes.py",
    "evaluation/test_groups.py",
    "training/test_start_from.py",
    "journeys/test_causal_command.py",
    "evaluation/test_evaluate.py",
    "faults/test_faults_server.py",
    "journeys/test_train.py",
    "journeys/test_prepare_command.py",
    "journeys/test_evaluate_command.py",
    "training/test_resume.py",
    "faults/test_faults_runs.py",
    "test_memory.py",
)
"""Files that take longest: they begin first, so that no worker has much left when the others are done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    begin = {Path(__file__).parent / file: place for place, file in enumerate(LONGEST)}
    items.sort(key=lambda item: begin.get(item.path, len(begin)))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays to the end: the garbage collector need not look through it again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True, scope="session")
def _operators_known_once() -> Iterator[None]:
    """PyTorch compiles all that it knows of ONNX at every export, which takes longer than many an export: here, once."""
    from limner.runtimes import export

    trace = export._trace

    def first(*given: Any) -> Any:
        with suppress(ImportError, AttributeError):  # parts of PyTorch that have no promised name
            from torch.onnx._internal.exporter._registration import ONNXRegistry

            patch.setattr(ONNXRegistry, "from_torchlib", staticmethod(cache(ONNXRegistry.from_torchlib)))
        patch.setattr(export, "_trace", trace)
        return trace(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "_trace", first)
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real pictures and weights (`LIMNER_SHARED`, default `../shared`); skips when it is absent."""
    default = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("LIMNER_SHARED", default))
    if not (folder / "data").is_dir():
        pytest.skip(f"no real pictures: {folder} does not exist; set LIMNER_SHARED")
    return folder


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
