"""Sizes as people write them, and pictures fitted into them."""

import numpy as np
import pytest
from PIL import Image

import hostile
from limner.errors import UsageError
from limner.pictures import fit, parse_size


@pytest.mark.parametrize(
    ("text", "size"), [("64", (64, 64)), ("96x64", (64, 96)), (" 28 X 32 ", (32, 28)), ("8×4096", (4096, 8))]
)
def test_sizes_are_width_by_height(text: str, size: tuple[int, int]) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "big", "64x", "x64", "7", "64x5000", "-64", "64.5", "1e3", "64x64x3", "9999999"])
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="size") as caught:
        parse_size(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("how", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("source", [(48, 48), (100, 30), (9, 400), (16, 16)])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_way_gives_exactly_the_size(how: str, source: tuple[int, int], mode: str) -> None:
    got = fit(hostile.picture().resize(source).convert(mode), (32, 24), how)
    assert got.size == (24, 32)
    assert got.mode == mode


def test_a_picture_of_that_size_is_returned_unchanged() -> None:
    image = hostile.picture()
    assert fit(image, (32, 32)) is image


def halves() -> Image.Image:
    image = Image.new("RGB", (64, 32), "red")
    image.paste("blue", (32, 0, 64, 32))
    return image


def test_crop_keeps_the_middle() -> None:
    values = np.asarray(fit(halves(), (32, 32), "crop"))
    assert tuple(values[16, 2]) == (255, 0, 0)
    assert tuple(values[16, 29]) == (0, 0, 255)
    assert np.array_equal(values, np.asarray(halves().crop((16, 0, 48, 32))))


def test_pad_keeps_everything_on_the_background() -> None:
    values = np.asarray(fit(halves(), (32, 32), "pad", background="lime"))
    assert tuple(values[2, 16]) == tuple(values[29, 16]) == (0, 255, 0)
    assert tuple(values[16, 0]) == (255, 0, 0)
    assert tuple(values[16, 31]) == (0, 0, 255)


def test_grey_padded_with_a_colour_becomes_colour() -> None:
    grey = halves().convert("L")
    assert fit(grey, (32, 32), "pad", "grey").mode == "L"
    assert fit(grey, (32, 32), "pad", "red").mode == "RGB"


def test_reducing_is_anti_aliased() -> None:
    checks = Image.fromarray((np.indices((256, 256)).sum(axis=0) % 2 * 255).astype(np.uint8))
    values = np.asarray(fit(checks, (16, 16)))
    assert np.abs(values[2:-2, 2:-2].astype(int) - 127).max() <= 2


def test_unknown_way_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="crop, pad, stretch"):
        fit(halves(), (8, 8), "squash")
