import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from limner.data.doctor import flags, grey_of, measure


def _flags(pictures: np.ndarray) -> list[str]:
    return flags(*measure(pictures, grey_of(pictures)))


def test_measures_are_the_standard_deviation_and_the_correlation_of_neighbours() -> None:
    random = np.random.default_rng(0)
    smooth = random.integers(0, 256, (5, 12, 12, 3)).repeat(4, axis=1).repeat(4, axis=2).astype(np.uint8)
    std, correlation = measure(smooth, grey_of(smooth))
    grey = smooth.astype(float).mean(axis=3)
    assert std == pytest.approx(grey.std(axis=(1, 2)), rel=1e-4)
    for row in range(5):
        across = np.corrcoef(grey[row, :, 1:].ravel(), grey[row, :, :-1].ravel())[0, 1]
        down = np.corrcoef(grey[row, 1:].ravel(), grey[row, :-1].ravel())[0, 1]
        assert correlation[row] == pytest.approx((across + down) / 2, abs=0.02)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [16, 32, 128])
def test_noise_is_flagged_also_when_it_was_scaled_down(channels: int, size: int) -> None:
    random = np.random.default_rng(1)
    noise = random.integers(0, 256, (8, size, size, channels), dtype=np.uint8)
    assert _flags(noise) == ["noise"] * 8
    large = Image.fromarray(random.integers(0, 256, (4 * size, 4 * size, 3), dtype=np.uint8))
    scaled = np.asarray(large.resize((size, size), Image.Resampling.LANCZOS))
    assert _flags(scaled[None]) == ["noise"]


def test_blank_pictures_are_flagged_whatever_their_colour() -> None:
    blank = np.zeros((3, 32, 32, 3), dtype=np.uint8)
    blank[1] = (200, 30, 60)
    blank[2] = 255
    blank[2, 4, 4] = 250
    assert _flags(blank) == ["blank"] * 3


def test_a_shape_of_equal_brightness_in_another_colour_is_not_blank() -> None:
    picture = np.full((1, 32, 32, 3), (200, 0, 0), dtype=np.uint8)
    picture[:, 8:24, 8:24] = (0, 200, 0)
    assert _flags(picture) == [""]


def test_a_checkerboard_is_not_noise() -> None:
    board = np.indices((32, 32)).sum(axis=0) % 2 * 255
    assert _flags(board.astype(np.uint8)[None, ..., None]) == [""]


def test_no_real_texture_or_emoji_is_flagged(shared: Path) -> None:
    for name, size in (("texture-shape-224.zip", 64), ("noto-emoji-128.zip", 32)):
        with zipfile.ZipFile(shared / "data" / name) as archive:
            files = [entry for entry in archive.namelist() if entry.endswith((".png", ".jpg"))][::20]
            pictures = [Image.open(io.BytesIO(archive.read(file))).convert("RGBA") for file in files]
        white = Image.new("RGBA", pictures[0].size, "white")
        flat = [Image.alpha_composite(white, picture).convert("RGB").resize((size, size)) for picture in pictures]
        assert set(_flags(np.stack([np.asarray(picture) for picture in flat]))) == {""}
