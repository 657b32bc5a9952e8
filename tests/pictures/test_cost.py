"""What decoding takes is reckoned from the header, never below what it really takes, and not far above."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hostile import encoded, picture
from limner.pictures import UnusablePicture, decoding_cost, open_pixels, plain
from peak_memory import PEAK

SIDE = 3000
MEASURE = (
    PEAK
    + """
import sys
from limner.pictures import decoding_cost, open_pixels, read
paths = [pathlib.Path(path) for path in sys.argv[1:]]
open_pixels(paths[0])
before = peak()
content = paths[1].read_bytes()
read(content, background=None)
middle = peak()
open_pixels(paths[1])
after = peak()
cost = decoding_cost(content)
print(cost.to_read, (middle - before) * 1024, cost.to_pixels, (after - before) * 1024)
"""
)
TURNED = Image.Exif()
TURNED[274] = 6


def _file(kind: str, mode: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image = Image.new("L", (SIDE, SIDE), 3) if mode == "I;16" else Image.new(mode, (SIDE, SIDE))
    if mode == "I;16":
        image = Image.fromarray(np.zeros((SIDE, SIDE), np.uint16))
    image.save(buffer, kind, **options)
    return buffer.getvalue()


FILES = {
    "grey": ("PNG", "L", {}),
    "one bit": ("PNG", "1", {}),
    "colour": ("PNG", "RGB", {}),
    "transparent": ("PNG", "RGBA", {}),
    "transparent grey": ("PNG", "LA", {}),
    "palette": ("PNG", "P", {}),
    "transparent palette": ("PNG", "P", {"transparency": 0}),
    "16 bit": ("PNG", "I;16", {}),
    "32 bit": ("TIFF", "I", {"compression": "tiff_adobe_deflate"}),
    "float": ("TIFF", "F", {"compression": "tiff_adobe_deflate"}),
    "ink": ("JPEG", "CMYK", {}),
    "progressive": ("JPEG", "RGB", {"progressive": True, "subsampling": 0}),
    "turned": ("JPEG", "RGB", {"exif": TURNED}),
    "webp": ("WEBP", "RGB", {"method": 0}),
    "transparent webp": ("WEBP", "RGBA", {"method": 0, "lossless": True}),
    "avif": ("AVIF", "RGB", {"speed": 10}),
    "gif": ("GIF", "P", {}),
    "bmp": ("BMP", "RGB", {}),
}


def _check(tmp_path: Path, name: str) -> None:
    kind, mode, options = FILES[name]
    (tmp_path / "small").write_bytes(encoded("PNG", picture()))
    (tmp_path / "large").write_bytes(_file(kind, mode, **options))
    command = [sys.executable, "-c", MEASURE, str(tmp_path / "small"), str(tmp_path / "large")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    reckoned, read, reckoned_pixels, opened = map(int, done.stdout.split())
    assert read <= reckoned + 2**21
    assert opened <= reckoned_pixels + 2**21
    assert reckoned_pixels < 3.5 * opened


@pytest.mark.parametrize("name", ["16 bit", "transparent palette"])
def test_the_reckoned_bytes_are_enough(tmp_path: Path, name: str) -> None:
    _check(tmp_path, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_the_reckoned_bytes_are_enough_for_every_kind(tmp_path: Path, name: str) -> None:
    _check(tmp_path, name)


def test_what_cannot_be_read_has_no_cost() -> None:
    for content, reason in ((b"", "empty"), (b"text", "not a picture"), (encoded("PNG", picture())[:20], "truncated")):
        with pytest.raises(UnusablePicture, match=reason):
            decoding_cost(content)


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "I", "F"])
def test_pictures_of_many_strips_are_converted_whole(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limner.pictures.modes.STRIP_PIXELS", 100)
    values = np.random.default_rng(0).integers(0, 65536, (37, 30))
    if mode == "F":
        image, expected = Image.fromarray((values / 65536).astype(np.float32)), values / 65536 * 255
    else:
        kind = {"I;16": "<u2", "I;16B": ">u2", "I": np.int32}[mode]
        image, expected = Image.fromarray(values.astype(kind)), values / 257
    assert image.mode == mode
    assert np.abs(np.asarray(plain(image)) - expected).max() <= 0.5 + 1e-3


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_pixels_of_many_strips_are_whole(mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limner.pictures.modes.STRIP_PIXELS", 100)
    shape = (37, 30) if mode == "L" else (37, 30, len(mode))
    values = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    Image.fromarray(values).save(tmp_path / "a.png")
    expected = np.repeat(values[..., None], 3, axis=2) if mode == "L" else values
    assert np.array_equal(open_pixels(tmp_path / "a.png"), expected)
