"""Pictures in another colour space come as sRGB, with the right values; all others keep their pixels."""

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from limner.data import prepare
from limner.editing import apply, parse
from limner.editing.history import open_source
from limner.pictures import open_picture, open_pixels, save
from limner.pictures.read import read

# sRGB's primaries adapted to D50, as ICC profiles have them: X, Y, Z of red, green and blue.
RED, GREEN, BLUE = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
WHITE = (0.9642, 1.0, 0.8249)


def profile(space: bytes, gamma: float, *primaries: tuple[float, float, float]) -> bytes:
    """Returns an ICC profile (version 2) of a grey or RGB space with one gamma."""
    xyz = lambda values: b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(65536 * one)) for one in values)  # noqa: E731
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(256 * gamma)) + b"\0\0"
    name = b"a space of ours\0"
    text = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(79)
    tags = {b"desc": text, b"cprt": b"text\0\0\0\0free\0", b"wtpt": xyz(WHITE)}
    if space == b"GRAY":
        tags[b"kTRC"] = curve
    for key, values in zip((b"r", b"g", b"b"), primaries, strict=False):
        tags[key + b"XYZ"], tags[key + b"TRC"] = xyz(values), curve
    body, table, start = b"", b"", 128 + 4 + 12 * len(tags)
    for key, content in tags.items():
        padded = content + bytes(-len(content) % 4)
        table += struct.pack(">4sII", key, start + len(body), len(content))
        body += padded
    size = start + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02100000, b"mntr", space, b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + b"".join(struct.pack(">i", round(65536 * one)) for one in WHITE)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


SWAPPED = profile(b"RGB ", 2.2, GREEN, RED, BLUE)
"""A space whose red is sRGB's green, and whose green is its red."""
LINEAR_GREY = profile(b"GRAY", 1.0)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def content(image: Image.Image, kind: str = "PNG", icc: bytes | None = SWAPPED) -> bytes:
    file = BytesIO()
    image.save(file, kind, icc_profile=icc, **({"quality": 100, "subsampling": 0} if kind == "JPEG" else {}))
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_profile_is_applied_once(kind: str) -> None:
    image = read(content(Image.new("RGB", (16, 16), (255, 0, 0)), kind))
    assert np.abs(np.asarray(image).astype(int) - (0, 255, 0)).max() <= 2
    assert "icc_profile" not in image.info
    again = read(content(image, "PNG", image.info.get("icc_profile")))
    assert np.array_equal(np.asarray(again), np.asarray(image)), "not twice"


def test_opacity_and_palettes_are_kept() -> None:
    transparent = Image.new("RGBA", (16, 16), (255, 0, 0, 90))
    found = np.asarray(read(content(transparent), background=None))
    assert np.abs(found.astype(int) - (0, 255, 0, 90)).max() <= 1
    palette = Image.new("RGB", (16, 16), (255, 0, 0)).convert("P", palette=Image.Palette.ADAPTIVE)
    assert np.abs(np.asarray(read(content(palette))).astype(int) - (0, 255, 0)).max() <= 1


def test_a_colour_that_is_transparent_stays_the_one() -> None:
    image = Image.new("RGB", (16, 16), (255, 0, 0))
    image.paste((0, 0, 255), (0, 0, 8, 16))
    file = BytesIO()
    image.save(file, "PNG", icc_profile=SWAPPED, transparency=(255, 0, 0))
    found = np.asarray(read(file.getvalue(), background=None))
    assert (found[:, 8:, 3] == 0).all()
    assert (found[:, :8, 3] == 255).all()


def test_linear_grey_becomes_brighter_and_stays_grey() -> None:
    image = read(content(Image.new("L", (16, 16), 128), icc=LINEAR_GREY))
    assert image.mode == "L"
    assert abs(int(np.asarray(image)[0, 0]) - 188) <= 1  # the sRGB curve at 128 / 255


@pytest.mark.parametrize(
    "icc", [None, SRGB, b"no profile", SWAPPED[:200], LINEAR_GREY], ids=["none", "srgb", "text", "cut", "grey"]
)
def test_other_pictures_keep_their_pixels(icc: bytes | None) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    assert np.array_equal(np.asarray(read(content(Image.fromarray(pixels), icc=icc))), pixels)


def test_datasets_and_edits_get_the_same_colours(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for index in range(4):
        image = Image.new("RGB", (16, 16), (255, 0, 0))
        image.paste((0, 0, 40 * index), (0, 0, 4 + index, 8))
        (folder / f"{index}.png").write_bytes(content(image))
    dataset = prepare(folder, tmp_path / "dataset", splits=(1, 0, 0))
    assert np.abs(np.asarray(dataset.pictures[0])[-1, -1].astype(int) - (0, 255, 0)).max() <= 1
    file = folder / "0.png"
    own = open_pixels(file)
    assert np.array_equal(apply([parse("flip"), parse("flip")], open_source(file).pixels), own)
    save(own, tmp_path / "saved.png")
    assert np.array_equal(open_pixels(tmp_path / "saved.png"), own), "what changes nothing changes no colour"
    assert open_picture(file).info.get("icc_profile") is None
