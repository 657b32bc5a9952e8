"""Reading: each stated conversion gives the stated pixels, and bad bytes give their reason."""

import io
import os
import pickle
import tracemalloc
import warnings
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import hostile
from limner.errors import UsageError
from limner.pictures import MAX_PIXELS, REASONS, UnusablePicture, open_picture, read, read_bytes
from limner.pictures.formats import ACCEPTED, describe, sniff


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image).astype(int)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "TIFF", "PPM", "WEBP"])
def test_exact_formats_keep_every_pixel(kind: str) -> None:
    original = hostile.picture()
    options = {"lossless": True} if kind == "WEBP" else {}
    shown = original.quantize(256).convert("RGB") if kind == "GIF" else original
    got = read(hostile.encoded(kind, shown, **options))
    assert got.mode == "RGB"
    assert np.abs(pixels(got) - pixels(shown)).max() <= (0 if kind != "GIF" else 12)


@pytest.mark.parametrize("kind", ["JPEG", "AVIF"])
def test_lossy_formats_stay_close(kind: str) -> None:
    got = read(hostile.encoded(kind, hostile.picture(64), quality=95))
    assert np.abs(pixels(got) - pixels(hostile.picture(64))).mean() < 4


def test_grey_stays_grey_and_one_bit_becomes_grey() -> None:
    grey = hostile.picture().convert("L")
    assert np.array_equal(pixels(read(hostile.encoded("PNG", grey))), pixels(grey))
    one_bit = read(hostile.encoded("PNG", grey.convert("1")))
    assert one_bit.mode == "L"
    assert set(np.unique(pixels(one_bit))) == {0, 255}


def test_sixteen_bits_are_divided_by_257() -> None:
    values = np.linspace(0, 65535, 1024).astype(np.uint16).reshape(32, 32)
    for kind in ("PNG", "TIFF"):
        got = read(hostile.encoded(kind, Image.fromarray(values)))
        assert got.mode == "L"
        assert np.array_equal(pixels(got), np.rint(values / 257))


def test_float_grey_is_read_by_its_range() -> None:
    values = np.linspace(0, 1, 1024, dtype=np.float32).reshape(32, 32)
    for scale in (1, 255):
        got = read(hostile.encoded("TIFF", Image.fromarray(values * scale)))
        assert np.array_equal(pixels(got), np.rint(values * 255))
    values[3, 3] = np.nan
    with pytest.raises(UnusablePicture, match="damaged"):
        read(hostile.encoded("TIFF", Image.fromarray(values)))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_is_composed_over_the_background(mode: str) -> None:
    image = Image.new("RGBA", (16, 16), (255, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 8, 16))
    content = hostile.encoded("PNG", image.quantize(4) if mode == "P" else image.convert(mode))
    red = (76, 76, 76) if mode == "LA" else (255, 0, 0)
    got = read(content, background="#0000ff")
    assert got.mode == "RGB"
    assert got.getpixel((2, 2)) == (0, 0, 255)
    assert got.getpixel((12, 2)) == red


def test_half_transparent_is_half_background() -> None:
    image = Image.new("RGBA", (16, 16), (200, 100, 0, 128))
    assert np.allclose(pixels(read(hostile.encoded("PNG", image)))[0, 0], (227, 177, 127), atol=1)


def test_grey_with_transparency_stays_grey_over_a_grey_background() -> None:
    image = Image.new("LA", (16, 16), (100, 0))
    assert read(hostile.encoded("PNG", image), background="#808080").getpixel((3, 3)) == 128


def test_transparent_colour_of_rgb_and_grey_png_is_honoured() -> None:
    for mode, colour in (("RGB", (10, 20, 30)), ("L", 10)):
        content = hostile.encoded("PNG", Image.new(mode, (16, 16), colour), transparency=colour)
        assert pixels(read(content, background="white")).min() == 255


def test_grey_palette_becomes_grey_and_colour_palette_colour() -> None:
    grey = Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16)).convert("P")
    assert np.array_equal(pixels(read(hostile.encoded("PNG", grey))), np.arange(256).reshape(16, 16))
    assert read(hostile.encoded("PNG", hostile.picture().quantize(8))).mode == "RGB"


def test_cmyk_keeps_its_colours() -> None:
    image = Image.new("RGB", (32, 32), (200, 40, 90)).convert("CMYK")
    got = pixels(read(hostile.encoded("JPEG", image, quality=98)))
    assert np.abs(got - (200, 40, 90)).max() <= 6


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_orientation_is_applied(orientation: int, kind: str) -> None:
    upright = hostile.picture(48).resize((48, 32))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transposition that a camera's reader must invert
    stored = upright.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[274] = orientation
    options = {"lossless": True} if kind == "WEBP" else {"quality": 98, "subsampling": 0} if kind == "JPEG" else {}
    got = read(hostile.encoded(kind, stored, exif=exif, **options))
    assert got.size == (48, 32)
    assert np.abs(pixels(got) - pixels(upright)).mean() < 3


def test_first_frame_of_an_animation_counts() -> None:
    first, second = (Image.new("RGB", (16, 16), colour) for colour in ("red", "blue"))
    for kind in ("GIF", "WEBP", "PNG", "TIFF"):
        got = read(hostile.encoded(kind, first, save_all=True, append_images=[second]))
        assert np.abs(pixels(got)[8, 8] - (255, 0, 0)).max() < 6


def test_large_jpeg_is_decoded_smaller_but_never_below_twice_the_size() -> None:
    content = hostile.encoded("JPEG", hostile.picture(1024).resize((1024, 512)))
    got = read(content, size=(64, 64))
    assert got.size == (256, 128)
    assert read(content).size == (1024, 512)


def test_arrays_are_pictures_too() -> None:
    values = np.random.default_rng(0).integers(0, 256, (16, 12, 4), dtype=np.uint8)
    assert np.array_equal(pixels(read(values[:, :, :3])), values[:, :, :3])
    assert np.array_equal(pixels(read(values[:, :, :1])), values[:, :, 0])
    assert read(values[:, :, 0]).mode == "L"
    opaque = values.copy()
    opaque[:, :, 3] = 0
    assert pixels(read(opaque, background="black")).max() == 0
    for wrong in (values.astype(float), values[:, :, :2], values[0, 0]):
        with pytest.raises(UnusablePicture, match="not a picture"):
            read(wrong)
    with pytest.raises(UnusablePicture, match="too small"):
        read(values[:4, :4])


@pytest.mark.parametrize("name", sorted(hostile.pictures()), ids=ascii)
def test_hostile_picture_gets_its_reason(name: bytes) -> None:
    content, reason = hostile.pictures()[name]
    if reason == hostile.OK:
        assert read(content).mode in ("L", "RGB")
        return
    with pytest.raises(UnusablePicture) as caught:
        read(content)
    assert caught.value.reason == reason
    assert reason in REASONS
    assert "\n" not in str(caught.value)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM"]), st.data())
def test_any_mutation_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    content = bytearray(hostile.encoded(kind))
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(UnusablePicture):
        assert read(bytes(content[: data.draw(st.integers(0, len(content)))])).mode in ("L", "RGB")


def test_refusing_a_bomb_takes_no_memory() -> None:
    content, _ = hostile.pictures()[b"bomb-just.png"]
    tracemalloc.start()
    with pytest.raises(UnusablePicture, match="too large"):
        read(content)
    assert tracemalloc.get_traced_memory()[1] < 500_000
    tracemalloc.stop()
    assert MAX_PIXELS < 10_000 * 10_000


def test_no_warning_of_pillow_leaks(recwarn: pytest.WarningsRecorder) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        for content, _ in hostile.pictures().values():
            with suppress(UnusablePicture):
                read(content)
    assert not list(recwarn)


def test_files_are_opened_by_path_and_named_in_the_error(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(hostile.encoded("PNG"))
    assert np.array_equal(pixels(open_picture(tmp_path / "a.png")), pixels(hostile.picture()))
    (tmp_path / "b.png").write_bytes(b"a text")
    for name, reason in (("b.png", "not a picture"), ("c.png", "unreadable"), ("", "unreadable")):
        with pytest.raises(UnusablePicture, match=reason) as caught:
            open_picture(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value)


def test_pipes_and_devices_are_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path / "pipe.png", Path("/dev/zero")):
        with pytest.raises(UnusablePicture, match="not a file"):
            read_bytes(path)


def test_sparse_giant_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "giant.png").open("wb") as file:
        file.write(hostile.encoded("PNG"))
        file.truncate(2**40)
    with pytest.raises(UnusablePicture, match="too large"):
        read_bytes(tmp_path / "giant.png")


def test_unusable_picture_survives_a_worker_process() -> None:
    error = pickle.loads(pickle.dumps(UnusablePicture("damaged", "here")))
    assert (error.reason, error.detail, str(error)) == ("damaged", "here", "damaged: here")


def test_wrong_background_is_a_usage_error() -> None:
    image = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    with pytest.raises(UsageError, match="not a colour"):
        read(hostile.encoded("PNG", image), background="blurple")


def test_formats_are_told_by_content() -> None:
    for kind in ACCEPTED:
        buffer = io.BytesIO()
        hostile.picture().save(buffer, kind)
        assert sniff(buffer.getvalue()[:16]) == kind
    assert sniff(b"") is None
    assert "web page" in describe(b"\n <HTML>")


def test_real_pictures_read_as_pillow_reads_them(shared: Path) -> None:
    for path in sorted((shared / "data/styles").glob("*.jpg")):
        assert np.array_equal(
            pixels(open_picture(path)), pixels(Image.open(io.BytesIO(path.read_bytes())).convert("RGB"))
        )


@pytest.mark.parametrize(("most", "bits"), [(255, 8), (4095, 12), (65535, 16)])
def test_grey_of_fewer_bits_in_a_file_of_sixteen_keeps_its_contrast(most: int, bits: int) -> None:
    values = np.linspace(0, most, 256).round().astype(np.uint16).reshape(16, 16)
    found = np.asarray(read(hostile.encoded("PNG", Image.fromarray(values)))).astype(int)
    assert np.abs(found - np.arange(256).reshape(16, 16)).max() <= 1, f"{bits} bits"
