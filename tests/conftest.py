"""What every test shares: one torch thread per worker, quiet terminals, and the shared real pictures when present."""

import os
from pathlib import Path

import pytest
import torch

torch.set_num_threads(1)
os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # of the processes that tests start, too: there are as many workers as cores


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
