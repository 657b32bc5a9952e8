"""A small picture with edges, shades and colours, and the same with opacity."""

import numpy as np
import pytest


def _picture(opacity: bool) -> np.ndarray:
    rows, columns = np.mgrid[:48, :64]
    pixels = np.stack([4 * columns, 5 * rows, 128 + 60 * np.sin(columns / 5)], 2)
    pixels[10:30, 20:40] = (220, 40, 60)
    if opacity:
        pixels = np.concatenate([pixels, np.where(columns > 31, 255, 4 * rows)[..., None]], 2)
    return pixels.clip(0, 255).astype(np.uint8)


@pytest.fixture(params=[False, True], ids=["colour", "opacity"])
def picture(request: pytest.FixtureRequest) -> np.ndarray:
    return _picture(request.param)


@pytest.fixture
def opaque() -> np.ndarray:
    return _picture(False)
