"""A predictor of attributes is kept, and found again by what it was trained on."""

from pathlib import Path

import numpy as np
import pytest
import torch

from limner.data import Dataset, write_dataset
from limner.explain.predictor import AttributePredictor
from limner.explain.predictor_cache import predictor_once


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("limner.explain.predictor.TRAINING_STEPS", 4)
    return tmp_path / "cache" / "predictors"


def _greys(folder: Path, seed: int = 0) -> Dataset:
    light = np.random.default_rng(seed).uniform(0.1, 0.9, 60)
    pictures = (255 * light).astype(np.uint8)[:, None, None, None].repeat(16, 1).repeat(16, 2).repeat(3, 3)
    columns = {"light": light.tolist(), "tone": ["light" if each > 0.5 else "dark" for each in light]}
    return write_dataset(folder, pictures, columns)


def _once(dataset: Dataset, *names: str, seed: int = 0) -> AttributePredictor:
    return predictor_once(dataset, [dataset.schema.attribute(name) for name in names], seed)


def test_the_second_use_reads_what_the_first_one_trained(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = _greys(tmp_path / "greys")
    trained = _once(dataset, "light", "tone")
    assert "read from" not in capsys.readouterr().err
    monkeypatch.setattr("limner.explain.predictor_cache.train_attribute_predictor", None)
    kept = _once(dataset, "light", "tone")
    (file,) = cache.iterdir()
    assert (
        capsys.readouterr().err
        == f"predictor of attributes: trained before, read from {file}; delete it to train again.\n"
    )
    assert kept.errors == trained.errors
    images = np.asarray(dataset.pictures[:5])
    assert all(np.array_equal(kept.predict(images)[name], trained.predict(images)[name]) for name in ("light", "tone"))


def test_other_pictures_attributes_seeds_and_settings_are_trained_anew(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = _greys(tmp_path / "greys")
    _once(dataset, "light")
    _once(dataset, "tone")
    _once(dataset, "light", seed=1)
    _once(_greys(tmp_path / "others", 1), "light")
    monkeypatch.setattr("limner.explain.predictor.TRAINING_STEPS", 5)
    _once(dataset, "light")
    assert len(list(cache.iterdir())) == 5


def test_a_damaged_one_is_trained_again_and_said(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = _greys(tmp_path / "greys")
    trained = _once(dataset, "light")
    (file,) = cache.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    again = _once(dataset, "light")
    assert f"{file}: damaged; the predictor of attributes is trained again." in capsys.readouterr().err
    for one, other in zip(trained.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)
    assert _once(dataset, "light").errors == trained.errors


def test_one_that_cannot_be_kept_is_still_used(cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cache.parent.mkdir()
    cache.touch()
    assert set(_once(_greys(tmp_path / "greys"), "light").errors) == {"light"}
    assert "could not be kept" in capsys.readouterr().err
