"""A small dataset, a run and a model, made once for all faults."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from command_line import limner
from limner.data import garden, write_dataset
from promise import SMALL
from small_models import small_model


class Waits(BaseException):
    """A test that a fault has made to wait: no error that the command would put into one line."""


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 flowers of 16 pixels with their species and heights."""
    flowers = garden.sample(60, seed=0)
    pictures = np.stack([garden.draw(flower, 16) for flower in flowers])
    attributes = {"species": [one.species for one in flowers], "height": [one.height for one in flowers]}
    return write_dataset(tmp_path_factory.mktemp("data") / "flowers", pictures, attributes).path


@pytest.fixture(scope="session")
def trained(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 8 steps with checkpoints of steps 4 and 8, which nobody changes."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    limner("train", dataset, "--out", folder, "--steps", "8", "--save-every", "4", *SMALL)
    return folder


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may damage."""
    return Path(shutil.copytree(trained, tmp_path / "run"))


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small GAN with the conditions `kind` and `age`, which nobody changes."""
    folder = tmp_path_factory.mktemp("model") / "gan"
    small_model("gan", "condition=[kind, age]").save(folder)
    return folder


@pytest.fixture
def model(whole: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may damage."""
    return Path(shutil.copytree(whole, tmp_path / "gan"))


@pytest.fixture(autouse=True)
def _never_waits() -> Iterator[None]:
    """Ends a test that a fault has made to wait."""

    def stop(*_: object) -> None:
        raise Waits

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
