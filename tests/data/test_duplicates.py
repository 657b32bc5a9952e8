import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image, ImageOps

from limner.data.decode import decode
from limner.data.duplicates import Duplicates, exact_copies, find_duplicates, near_pairs

SIZE = (64, 64)


def _encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _found(contents: list[bytes], size: tuple[int, int] = SIZE) -> Duplicates:
    decoded = decode(contents, size, "crop", "white")
    assert not decoded.rejected
    pictures = [np.frombuffer(pixels, np.uint8).reshape(*size, -1) for pixels in decoded.pixels]
    colours = np.stack([np.broadcast_to(picture, (*size, 3)) for picture in pictures])
    return find_duplicates(decoded.digests, decoded.miniatures, lambda rows: colours[rows])


@pytest.fixture(scope="module")
def photographs(shared: Path) -> list[Image.Image]:
    with zipfile.ZipFile(shared / "data" / "kodak.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".png"))
        return [Image.open(io.BytesIO(archive.read(name))).convert("RGB") for name in names[:24:4]]


@pytest.fixture(scope="module")
def emoji(shared: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(shared / "data" / "noto-emoji-128.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.endswith(".png")}


VARIANTS: dict[str, Callable[[Image.Image], bytes]] = {
    "jpeg 90": lambda image: _encoded(image, "JPEG", quality=90),
    "jpeg 40": lambda image: _encoded(image, "JPEG", quality=40),
    "webp": lambda image: _encoded(image, "WEBP", quality=70, method=0),
    "half the size": lambda image: _encoded(image.resize((image.width // 2, image.height // 2)), "JPEG", quality=80),
    "a little smaller": lambda image: _encoded(image.resize((image.width * 9 // 10, image.height * 9 // 10)), "BMP"),
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("size", [(32, 32), (128, 128)])
def test_a_photograph_stored_another_way_is_a_copy(photographs: list, variant: str, size: tuple[int, int]) -> None:
    originals = [_encoded(image, "BMP") for image in photographs]
    copies = [VARIANTS[variant](image) for image in photographs]
    found = _found(originals + copies, size)
    count = len(photographs)
    assert found.copy_of.tolist() == list(range(count)) * 2
    assert not found.exact.any()
    assert found.group[:count].tolist() == found.group[count:].tolist()


def test_photographs_that_were_mirrored_or_recoloured_are_other_pictures(photographs: list[Image.Image]) -> None:
    changed = [ImageOps.mirror(photographs[0]), ImageOps.invert(photographs[0]), photographs[0].rotate(90, expand=True)]
    recoloured = Image.merge("RGB", photographs[1].split()[::-1])
    contents = [_encoded(image, "PNG") for image in [*photographs[:2], *changed, recoloured]]
    assert _found(contents).copy_of.tolist() == list(range(6))


def test_emoji_that_look_alike_stay_different(emoji: dict[str, bytes]) -> None:
    clocks = [content for name, content in emoji.items() if "1f55" in name or "1f56" in name]
    skins = [content for name, content in emoji.items() if "1f44d" in name or "1f468" in name]
    assert len(clocks) >= 20
    assert len(skins) >= 20
    contents = list(dict.fromkeys(clocks + skins))
    found = _found(contents)
    assert (found.copy_of[~found.exact] == np.flatnonzero(~found.exact)).all()


def test_exact_copies_among_emoji_are_those_with_equal_pixels(emoji: dict[str, bytes]) -> None:
    contents = list(emoji.values())[:600]
    decoded = decode(contents, SIZE, "crop", "white")
    copy_of, copied = exact_copies(decoded.digests)
    for row, original in enumerate(copy_of):
        assert decoded.pixels[row] == decoded.pixels[original]
        assert original <= row
    assert len(contents) - copied.sum() == len({decoded.pixels[row] for row in range(len(contents))})


def test_handwritten_digits_are_not_copies_of_one_another(shared: Path) -> None:
    table = pq.read_table(shared / "data" / "mnist" / "test-00000-of-00001.parquet")
    contents = [row["bytes"] for row in table["image"][:4000].to_pylist()]
    assert _found(contents, (28, 28)).copy_of.tolist() == list(range(4000))


def test_of_a_set_of_copies_the_first_is_kept_and_grey_equals_grey_in_colour() -> None:
    grey = Image.linear_gradient("L").resize(SIZE)
    contents = [
        _encoded(grey.rotate(180), "PNG"),
        _encoded(grey, "PNG"),
        _encoded(grey.convert("RGB"), "BMP"),
        _encoded(grey, "TIFF"),
    ]
    found = _found(contents)
    assert found.copy_of.tolist() == [0, 1, 1, 1]
    assert found.exact.tolist() == [False, False, True, True]
    assert found.group.tolist() == [0, 1, 1, 1]


def test_in_a_slow_film_not_every_frame_is_a_copy_of_the_first_but_all_are_one_group() -> None:
    start, end = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3)).astype(np.float32)
    frames = [((1 - t) * start + t * end).round().astype(np.uint8) for t in np.linspace(0, 1, 200)]
    contents = [_encoded(Image.fromarray(frame).resize(SIZE, Image.Resampling.BICUBIC), "PNG") for frame in frames]
    found = _found(contents)
    kept = np.flatnonzero(found.copy_of == np.arange(200))
    assert 10 < len(kept) < 150
    assert set(found.copy_of.tolist()) == set(kept.tolist())
    assert (found.group == 0).all()


def test_time_stays_short_when_all_pictures_resemble_one_another() -> None:
    count = 20_000
    miniatures = np.random.default_rng(0).integers(100, 102, (count, 9, 9), dtype=np.uint8)
    started = time.perf_counter()
    pairs = near_pairs(miniatures)
    assert time.perf_counter() - started < 5
    assert count - 1 <= len(pairs) <= 8 * 8 * count


def test_copies_are_found_among_many_that_share_their_layout() -> None:
    count = 3000
    random = np.random.default_rng(1)
    miniatures = np.zeros((2 * count, 9, 9), dtype=np.uint8)
    miniatures[:count, 2:7, 3:6] = random.integers(0, 256, (count, 5, 3))
    miniatures[count:] = miniatures[:count]
    miniatures[count:, 2:7, 3:6] = np.clip(miniatures[:count, 2:7, 3:6] + random.integers(-1, 2, (count, 5, 3)), 0, 255)
    pairs = {tuple(pair) for pair in near_pairs(miniatures).tolist()}
    assert sum((row, row + count) in pairs for row in range(count)) >= 0.99 * count
