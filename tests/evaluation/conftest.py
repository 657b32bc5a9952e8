"""Small sets of flowers with known relations to one another."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from limner.data import Dataset, garden, write_dataset

PICTURES = 360


@pytest.fixture(autouse=True, scope="session")
def _quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limner.evaluation.classifier.TRAINING_STEPS", 60)
        patch.setattr("limner.evaluation.tuning.NUM_SAMPLES", 120)
        yield


@pytest.fixture(scope="session")
def flowers(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """360 flowers of 32 pixels with species and height: 240 to learn from, 40 for validation, 80 for tests."""
    drawn = garden.sample(PICTURES, seed=0)
    pictures = np.stack([garden.draw(flower, 32) for flower in drawn])
    table = {"split": ["train"] * 240 + ["validation"] * 40 + ["test"] * 80}
    table |= {"species": [one.species for one in drawn], "height": [one.height for one in drawn]}
    return write_dataset(tmp_path_factory.mktemp("flowers") / "flowers", pictures, table)


@pytest.fixture(scope="session")
def more_flowers(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Flowers of the same garden that are in no other set."""
    drawn = garden.sample(720, seed=0)[PICTURES:]
    pictures = np.stack([garden.draw(flower, 32) for flower in drawn])
    return write_dataset(
        tmp_path_factory.mktemp("more") / "more", pictures, {"species": [one.species for one in drawn]}
    )


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where reports go."""
    return tmp_path_factory.mktemp("out")
