"""Weight files of every network, made up in the published layouts, and a user's folder that is empty."""

from collections.abc import Callable
from pathlib import Path

import pytest

import published
from limner.features import weights


@pytest.fixture(scope="session")
def made_up_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Gives the made-up file of a network, written once."""
    folder = tmp_path_factory.mktemp("made-up")

    def file(name: str) -> Path:
        path = folder / f"{name}.safetensors"
        return path if path.exists() else published.write(published.made_up(name), path)

    return file


@pytest.fixture(autouse=True)
def weight_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of weights, empty, with `LIMNER_WEIGHTS` unset."""
    monkeypatch.delenv("LIMNER_WEIGHTS", raising=False)
    monkeypatch.setattr(weights, "folder", lambda: tmp_path / "kept")
    return tmp_path / "kept"
