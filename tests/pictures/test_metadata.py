"""What an author says of a photograph goes with it; where and with what it was taken does not."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from command_line import limner
from limner.pictures import read_metadata, save

PIXELS = np.random.default_rng(0).integers(0, 256, (40, 48, 3), np.uint8)
TEXTS = {"artist": "Zoë Ängström", "copyright": "(c) 2024 Zoë", "description": "a boat", "taken": "2024:05:06 07:08:09"}
GPS, DETAILS = 0x8825, 0x8769
SERIALS = {0xA431: "SERIAL-1", 0xA435: "LENS-2"}


def _photograph(path: Path) -> Path:
    exif = Image.Exif()
    for tag, name in ((0x013B, "artist"), (0x8298, "copyright"), (0x010E, "description")):
        exif[tag] = TEXTS[name].encode()
    exif[0x010F], exif[0xC62F] = "CAMERA-MAKER", "SERIAL-0"
    exif.get_ifd(DETAILS).update({0x9003: TEXTS["taken"], **SERIALS})
    exif.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0)})
    Image.fromarray(PIXELS).save(path, exif=exif, dpi=(300, 300))
    return path


def _check(path: Path) -> None:
    metadata = read_metadata(path)
    assert dict(metadata.texts) == TEXTS
    if path.suffix != ".webp":
        assert metadata.dpi == pytest.approx((300, 300), abs=0.1)
    content = path.read_bytes()
    assert not any(word in content for word in (b"SERIAL", b"LENS-2", b"CAMERA-MAKER"))
    with Image.open(path) as image:
        assert not image.getexif().get_ifd(GPS)
        assert not set(image.getexif().get_ifd(DETAILS)) & set(SERIALS)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_edits_and_styles_keep_the_author_and_never_the_place_or_the_device(suffix: str, tmp_path: Path) -> None:
    photograph, out = _photograph(tmp_path / "photo.jpg"), tmp_path / f"out{suffix}"
    limner("edit", photograph, out, "--op", "exposure:0.2")
    _check(out)
    again = tmp_path / f"again{suffix}"
    limner("edit", out, again, "--op", "flip")
    _check(again)
    limner("edit", photograph, tmp_path / f"bare{suffix}", "--op", "flip", "--strip")
    assert read_metadata(tmp_path / f"bare{suffix}").texts == ()
    save(PIXELS[:, ::-1], tmp_path / "style.png")
    limner(
        "stylize", photograph, tmp_path / "style.png", "--line", "0", "--texture", "0", "--out", tmp_path / f"s{suffix}"
    )
    _check(tmp_path / f"s{suffix}")
    limner("replay", out, "--out", tmp_path / f"replay{suffix}")
    _check(tmp_path / f"replay{suffix}")


def test_a_folder_keeps_them_for_each(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    _photograph(tmp_path / "in" / "one.jpg")
    limner("edit", tmp_path / "in", tmp_path / "out", "--op", "flip")
    _check(tmp_path / "out" / "one.png")


def test_what_other_programs_write_is_understood(tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Ann")
    info.add_itxt("Copyright", "(c) Änn")
    Image.fromarray(PIXELS).save(tmp_path / "text.png", pnginfo=info)
    assert dict(read_metadata(tmp_path / "text.png").texts) == {"artist": "Ann", "copyright": "(c) Änn"}
    packet = (
        "<x:xmpmeta><dc:creator><rdf:Seq><rdf:li>Ann</rdf:li><rdf:li>Bo</rdf:li></rdf:Seq></dc:creator>"
        "<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>(c) A &amp; B</rdf:li></rdf:Alt></dc:rights></x:xmpmeta>"
    )
    Image.fromarray(PIXELS).save(tmp_path / "xmp.jpg", xmp=packet.encode())
    assert dict(read_metadata(tmp_path / "xmp.jpg").texts) == {"artist": "Ann; Bo", "copyright": "(c) A & B"}


@pytest.mark.parametrize("exif", [b"Exif\0\0broken", b"Exif\0\0II*\0\xff\xff\xff\xff", b""])
def test_damaged_metadata_is_none(exif: bytes, tmp_path: Path) -> None:
    Image.fromarray(PIXELS).save(tmp_path / "odd.jpg", exif=exif)
    assert read_metadata(tmp_path / "odd.jpg").texts == ()
    limner("edit", tmp_path / "odd.jpg", tmp_path / "out.png", "--op", "flip")
