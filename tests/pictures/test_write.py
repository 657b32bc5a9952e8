"""Writing: the pixels, the provenance inside them, and nothing half written."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import hostile
from limner.errors import PictureError, UsageError
from limner.pictures import open_picture, read_provenance, save, save_walk

PROVENANCE = {
    "model": "0" * 64,
    "seed": 7,
    "condition": {"label": "dragon <&\"'> 龍"},
    "edits": [],
    "truncation": 0.7,
}


def opened(path: Path) -> Image.Image:
    """Opens a picture without keeping its file open."""
    return Image.open(io.BytesIO(path.read_bytes()))


@pytest.mark.parametrize("suffix", [".png", ".webp", ".PNG", ".jpg", ".jpeg"])
def test_pixels_and_provenance_come_back(tmp_path: Path, suffix: str) -> None:
    image = np.asarray(hostile.picture(48))
    save(image, tmp_path / f"a{suffix}", PROVENANCE)
    got = np.asarray(open_picture(tmp_path / f"a{suffix}")).astype(int)
    assert read_provenance(tmp_path / f"a{suffix}") == PROVENANCE
    assert np.abs(got - image).max() <= (12 if "j" in suffix else 0)
    assert [path.name for path in tmp_path.iterdir()] == [f"a{suffix}"]


@pytest.mark.parametrize("shape", [(16, 12), (16, 12, 1), (16, 12, 3), (16, 12, 4)])
def test_every_shape_is_written(tmp_path: Path, shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    save(values, tmp_path / "a.png")
    assert np.array_equal(np.asarray(opened(tmp_path / "a.png")), values.squeeze())
    save(values, tmp_path / "a.jpg")
    assert opened(tmp_path / "a.jpg").mode == ("L" if len(shape) == 2 or shape[2] == 1 else "RGB")


def test_ai_generation_is_marked_for_people_and_programs(tmp_path: Path) -> None:
    for suffix in ("png", "jpg", "webp"):
        save(hostile.picture(), tmp_path / f"a.{suffix}", PROVENANCE)
        image = opened(tmp_path / f"a.{suffix}")
        packet = str(image.info.get("xmp") or image.info.get("XML:com.adobe.xmp"))
        assert "digitalsourcetype/trainedAlgorithmicMedia" in packet
    text = opened(tmp_path / "a.png").text
    assert text["Comment"] == "AI-generated"
    assert text["Software"].startswith("Limner ")
    assert json.loads(text["limner"]) == PROVENANCE


def test_xmp_that_another_program_made_attributes_of_is_read(tmp_path: Path) -> None:
    packet = f'<rdf:Description limner:provenance="{json.dumps({"seed": 3}).replace(chr(34), "&quot;")}"/>'
    hostile.picture().save(tmp_path / "a.jpg", xmp=packet.encode())
    assert read_provenance(tmp_path / "a.jpg") == {"seed": 3}


def test_without_provenance_nothing_is_claimed(tmp_path: Path) -> None:
    for suffix in ("png", "jpg", "webp"):
        save(hostile.picture(), tmp_path / f"a.{suffix}")
        with pytest.raises(PictureError, match="does not say how it was made"):
            read_provenance(tmp_path / f"a.{suffix}")


@pytest.mark.parametrize("text", ["{broken", "[1, 2]", '"text"', "{" * 100_000])
def test_damaged_provenance_is_said_to_be(tmp_path: Path, text: str) -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("limner", "{" + text)
    hostile.picture().save(tmp_path / "a.png", pnginfo=info)
    with pytest.raises(PictureError, match="damaged"):
        read_provenance(tmp_path / "a.png")


def test_foreign_files_have_no_provenance(tmp_path: Path) -> None:
    for name in ("a.png", "a.mp4"):
        (tmp_path / name).write_bytes(b"a text")
        with pytest.raises(PictureError):
            read_provenance(tmp_path / name)
        with pytest.raises(PictureError):
            read_provenance(tmp_path / f"missing-{name}")


def test_what_cannot_be_written_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.png"):
        save(hostile.picture(), tmp_path / "a.xyz")
    for array in (np.zeros((8, 8)), np.zeros((8, 8, 2), np.uint8), np.zeros((0, 8, 3), np.uint8)):
        with pytest.raises(PictureError, match="shape"):
            save(array, tmp_path / "a.png")
    with pytest.raises(PictureError, match="JSON"):
        save(hostile.picture(), tmp_path / "a.png", {"model": object()})
    with pytest.raises(PictureError, match="png instead"):
        save(hostile.picture(), tmp_path / "a.jpg", {"text": "x" * 70_000})
    assert list(tmp_path.iterdir()) == []


def frames(count: int, shape: tuple[int, ...] = (33, 47, 3)) -> list[np.ndarray]:
    first = np.asarray(hostile.picture(64))[: shape[0], : shape[1], : shape[2]]
    return [np.roll(first, 3 * index, axis=1) for index in range(count)]


def test_mp4_plays_back_as_written(tmp_path: Path) -> None:
    import av

    save_walk(iter(frames(10)), tmp_path / "a.mp4", fps=12, provenance=PROVENANCE)
    with av.open(str(tmp_path / "a.mp4")) as film:
        stream = film.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.average_rate == 12
        got = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(got) == 10
    assert got[0].shape == (34, 48, 3)
    for shown, meant in zip(got, frames(10), strict=True):
        assert np.abs(shown[:33, :47].astype(int) - meant).mean() < 8
    assert read_provenance(tmp_path / "a.mp4") == PROVENANCE


def test_gif_plays_back_as_written(tmp_path: Path) -> None:
    save_walk(frames(5), tmp_path / "a.gif", provenance=PROVENANCE)
    film = opened(tmp_path / "a.gif")
    assert (film.n_frames, film.size, film.info["loop"]) == (5, (47, 33), 0)
    for index, meant in enumerate(frames(5)):
        film.seek(index)
        assert np.abs(np.asarray(film.convert("RGB")).astype(int) - meant).mean() < 8
    assert read_provenance(tmp_path / "a.gif") == PROVENANCE


@pytest.mark.parametrize("suffix", ["mp4", "gif"])
def test_grey_and_tiny_and_single_frames_are_written(tmp_path: Path, suffix: str) -> None:
    save_walk(frames(1, (8, 8, 1)), tmp_path / f"a.{suffix}")
    assert (tmp_path / f"a.{suffix}").stat().st_size > 0


def test_walks_that_cannot_be_written_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.mp4 or \.gif"):
        save_walk(frames(2), tmp_path / "a.avi")
    with pytest.raises(UsageError, match="out of range"):
        save_walk(frames(2), tmp_path / "a.gif", fps=0)
    with pytest.raises(PictureError, match="at least one frame"):
        save_walk([], tmp_path / "a.mp4")
    for suffix in ("mp4", "gif"):
        with pytest.raises(PictureError, match="one size"):
            save_walk([*frames(2), *frames(1, (16, 16, 3))], tmp_path / f"a.{suffix}")
    assert list(tmp_path.iterdir()) == []
