"""A folder of small models and a dataset, and a server of them for each file of tests."""

import json
import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from asking import TestClient, serving
from limner.data import garden, write_dataset
from limner.editing.latent_sampler import LatentSampler
from limner.model import load
from small_models import small_model


@pytest.fixture(autouse=True, scope="session")
def _run_by_torch() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:  # an export to ONNX takes seconds a model
        patch.setattr("limner.serving.catalogue.choose_runtime", lambda name, device: "torch")
        yield


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`gan` and `vae`, a dataset `flowers`; `damaged`, `pickled` and `<b>bold` are no models that can be used."""
    folder = tmp_path_factory.mktemp("served")
    for name in ("gan", "vae"):
        small_model(name).save(folder / name)
    _write_flowers(folder / "flowers")
    (folder / "damaged").mkdir()
    (folder / "damaged" / "config.json").write_text("{")
    (folder / "pickled").mkdir()
    (folder / "pickled" / "config.json").write_text(json.dumps({"format": 1}))
    (folder / "pickled" / "model.safetensors").write_bytes(pickle.dumps({"weights": [1.0]}))
    small_model("gan").save(folder / "<b>bold")
    (folder / "<b>bold" / "model.safetensors").write_bytes(b"short")
    return folder


@pytest.fixture(scope="module")
def client(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a server of all of them."""
    with serving(models, tmp_path_factory.mktemp("home")) as client:
        yield client


@pytest.fixture(scope="session")
def gan(models: Path) -> LatentSampler:
    """What the library generates with."""
    return LatentSampler.of(load(models / "gan"), models / "gan")


def _write_flowers(folder: Path) -> None:
    flowers = garden.sample(60, seed=0)
    pictures = np.stack([garden.draw(flower, 16) for flower in flowers])
    write_dataset(folder, pictures, {"species": [one.species for one in flowers]})
