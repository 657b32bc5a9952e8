"""A few pictures with opacity, and a base small enough to train in a second."""

from pathlib import Path

import numpy as np
import pytest

from limner.bases import train
from limner.data import write_dataset

SMALL = (
    "method.generator.widths=[16, 8, 8]",
    "method.discriminator.widths=[8, 8, 16]",
    "method.latent_dim=8",
    "batch=8",
    "ema.half_life=50",
)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A dataset of 40 discs of one colour each, transparent around them, 32 pixels a side."""
    draw = np.random.default_rng(0)
    rows, columns = np.ogrid[:32, :32]
    some = np.zeros((40, 32, 32, 4), np.uint8)
    for picture in some:
        centre, radius = draw.uniform(10, 22, size=2), draw.uniform(5, 10)
        inside = (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 < radius**2
        picture[inside] = (*draw.integers(0, 256, size=3), 255)
    write_dataset(tmp_path / "pictures", some, {"source": ["discs"] * 40})
    return tmp_path / "pictures"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the base `gan` a small one."""
    monkeypatch.setitem(train.SETTINGS, "gan", (*train.SETTINGS["gan"], *SMALL))
