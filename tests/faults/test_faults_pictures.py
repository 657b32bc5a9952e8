"""Faults 1 to 9: what stands in a folder of pictures and is not a good picture."""

import io
import os
import resource
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import hostile
from promise import fails, prepared, unchanged, write_good


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder of six good pictures, to which a test adds its fault."""
    return write_good(tmp_path / "source")


def _set_aside(source: Path, out: Path, **files: tuple[bytes, str]) -> None:
    """Prepares the good pictures with these files `{name: (content, reason)}`, each of which is set aside for its reason."""
    for name, (content, _) in files.items():
        (source / name).write_bytes(content)
    with unchanged(source):
        dataset, report = prepared(source, out)
    assert len(dataset) == 6
    found = {entry["file_name"]: entry["reason"] for entry in report.set_aside_list}
    assert found == {name: reason for name, (_, reason) in files.items()}


def _pixels(dataset: object, name: str) -> np.ndarray:
    row = dataset.table["file_name"].to_pylist().index(name)
    return dataset.pictures[row]


def test_fault_01_a_picture_is_cut_off(source: Path, tmp_path: Path) -> None:
    cut = {
        f"cut.{kind.lower()}": (hostile.encoded(kind)[:-200], "truncated") for kind in ("PNG", "JPEG", "GIF", "TIFF")
    }
    _set_aside(source, tmp_path / "out", **cut)


def test_fault_02_a_few_bytes_claim_a_picture_of_gigabytes(source: Path, tmp_path: Path) -> None:
    rows = (b"IDAT", zlib.compress(bytes(10_000)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _set_aside(
        source,
        tmp_path / "out",
        **{
            "wide.png": (hostile.png(60_000, 60_000, rows), "too large"),
            "just.png": (hostile.png(10_000, 10_000, rows), "too large"),
            "text.png": (
                hostile.png(32, 32, (b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000))), rows),
                "too large",
            ),
        },
    )
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000, "it was decoded all the same"


def test_fault_03_another_kind_of_file_has_the_name_of_a_picture(source: Path, tmp_path: Path) -> None:
    page = b"<!DOCTYPE html><html><body>404 Not Found</body></html>"
    script = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    contents = {"page.jpg": page, "script.png": script, "paper.png": b"%PDF-1.7\n", "notes.png": b"a text\n" * 50}
    _set_aside(source, tmp_path / "out", **{name: (content, "not a picture") for name, content in contents.items()})
    assert "<script" not in (tmp_path / "out" / "report.html").read_text()


def test_fault_04_the_suffix_is_wrong(source: Path, tmp_path: Path) -> None:
    (source / "really-jpeg.png").write_bytes(hostile.encoded("JPEG", hostile.picture(16, seed=7), quality=95))
    (source / "really-png.jpg").write_bytes(hostile.encoded("PNG", hostile.picture(16, seed=8)))
    dataset, _ = prepared(source, tmp_path / "out")
    assert len(dataset) == 8
    for name, seed, most in (("really-jpeg.png", 7, 12), ("really-png.jpg", 8, 0)):
        difference = np.abs(_pixels(dataset, name).astype(int) - np.asarray(hostile.picture(16, seed=seed)))
        assert difference.mean() <= most


def test_fault_05_a_camera_was_held_upright(source: Path, tmp_path: Path) -> None:
    upright, exif = hostile.picture(16, seed=7), Image.Exif()
    exif[274] = 6
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    (source / "turned.png").write_bytes(hostile.encoded("PNG", stored, exif=exif))
    dataset, _ = prepared(source, tmp_path / "out")
    assert np.array_equal(_pixels(dataset, "turned.png"), np.asarray(upright))


def test_fault_06_pixels_come_in_cmyk_or_in_sixteen_bits(source: Path, tmp_path: Path) -> None:
    colour = Image.new("RGB", (16, 16), (200, 40, 90))
    deep = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    (source / "print.jpg").write_bytes(hostile.encoded("JPEG", colour.convert("CMYK"), quality=98))
    (source / "deep.png").write_bytes(hostile.encoded("PNG", Image.fromarray(deep)))
    dataset, _ = prepared(source, tmp_path / "out")
    assert np.abs(_pixels(dataset, "print.jpg").astype(int) - (200, 40, 90)).max() <= 6
    assert np.array_equal(_pixels(dataset, "deep.png")[:, :, 0], np.rint(deep / 257))


def test_fault_07_a_picture_moves_and_its_later_frames_are_broken(source: Path, tmp_path: Path) -> None:
    content, _ = hostile.pictures()[b"second-frame.gif"]
    (source / "moving.gif").write_bytes(content)
    dataset, _ = prepared(source, tmp_path / "out", "--size", "32")
    still = Image.open(io.BytesIO(hostile.encoded("GIF"))).convert("RGB")
    assert np.abs(_pixels(dataset, "moving.gif").astype(int) - np.asarray(still)).mean() < 4


def test_fault_08_not_one_picture_is_good(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    assert "no files to read" in fails(tmp_path, "prepare", tmp_path / "source", tmp_path / "out")
    for name, content in (("empty.png", b""), ("cut.png", hostile.encoded("PNG")[:60]), ("text.jpg", b"a text\n" * 9)):
        (tmp_path / "source" / name).write_bytes(content)
    for verb in (
        ["prepare", tmp_path / "source", tmp_path / "out"],
        ["train", tmp_path / "source", "--out", tmp_path / "run"],
    ):
        line = fails(tmp_path, *verb, progress="prepare: ")
        assert "none of 3 pictures" in line
        assert all(reason in line for reason in ("empty", "truncated", "not a picture"))


def test_fault_09_pipes_devices_and_links_out_of_the_folder(source: Path, tmp_path: Path) -> None:
    made = hostile.write_links(source, tmp_path / "outside")
    with unchanged(tmp_path / "outside"):
        dataset, report = prepared(source, tmp_path / "out")
    assert len(dataset) == 6
    assert {entry["file_name"]: entry["reason"] for entry in report.set_aside_list} == made
    assert not any(name.startswith("secret") for name in dataset.table["file_name"].to_pylist())
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path / "pipe.png", Path("/dev/zero")):
        assert "not a file" in fails(tmp_path, "edit", path, tmp_path / "edited.png", "--op", "flip")
