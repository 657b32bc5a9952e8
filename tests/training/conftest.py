"""A small real dataset and a small quick recipe for everything that trains."""

from pathlib import Path

import numpy as np
import pytest

from limner.data import Dataset, garden, write_dataset
from limner.recipes import Recipe, apply_settings, find_recipe

QUICK = (
    "method.generator.widths=[16, 8, 8]",
    "method.discriminator.widths=[8, 8, 16]",
    "method.latent_dim=8",
    "batch=8",
    "ema.half_life=50",
)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """160 flowers of 32 pixels, with their species; 16 are for validation and 16 for tests."""
    flowers = garden.sample(160, seed=0)
    pictures = np.stack([garden.draw(flower, 32) for flower in flowers])
    folder = tmp_path_factory.mktemp("data") / "flowers"
    return write_dataset(
        folder, pictures, {"species": [f.species for f in flowers], "height": [f.height for f in flowers]}
    )


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    """The GAN with all that has state: augmentation, dropout, penalties now and then, a schedule, an average."""
    settings = ["augment.flip=0.5", "method.discriminator.dropout=0.1", "schedule.kind=cosine", "schedule.pictures=400"]
    return apply_settings(find_recipe("r3gan"), [*QUICK, *settings])


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Where a run goes."""
    return tmp_path / "run"
