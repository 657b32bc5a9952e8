from pathlib import Path

import numpy as np
import pytest

from limner.errors import PictureError
from limner.pictures import read_provenance, save, save_walk
from limner.style import run, video
from limner.style.stylization import Source, Stylization


def _film(count: int = 6, side: int = 64) -> list[np.ndarray]:
    """A textured ground that moves by two pixels a frame."""
    draw = np.random.default_rng(0)
    ground = np.kron(draw.integers(30, 220, (16, 32, 3), np.uint8), np.ones((6, 6, 1), np.uint8))
    import cv2

    ground = cv2.GaussianBlur(ground, (0, 0), 2)
    return [np.ascontiguousarray(ground[:side, 2 * index : 2 * index + side]) for index in range(count)]


def test_what_moved_is_carried_along() -> None:
    film = _film()
    expected, trust = video.carried(film[0], film[1], film[0])
    inner = (slice(8, -8), slice(8, -8))
    assert np.abs(expected.astype(int) - film[1])[inner].mean() < 3
    assert trust[inner].mean() > 0.7


def test_flicker_is_less_than_of_frames_on_their_own() -> None:
    film = _film()
    draw = np.random.default_rng(1)

    def apply_style(frame: np.ndarray, _: np.ndarray | None) -> np.ndarray:
        return np.clip(frame + draw.normal(0, 20, frame.shape), 0, 255).astype(np.uint8)

    alone = [apply_style(frame, None) for frame in film]
    together = list(video.stylized(film, apply_style))
    assert video.flicker(film, together) <= 0.5 * video.flicker(film, alone)
    assert video.flicker(film, film) < 3


def test_a_cut_is_stylized_again() -> None:
    other = 255 - _film()[0]
    stylized = list(video.stylized([_film()[0], other], lambda frame, _: frame))
    assert np.array_equal(stylized[1], other)


def test_a_film_goes_in_and_comes_out(tmp_path: Path) -> None:
    save_walk(_film(3), tmp_path / "film.mp4", fps=12)
    save(np.full((40, 40, 3), [30, 60, 200], np.uint8), tmp_path / "blue.png")
    request = Stylization(styles=[Source(style=str(tmp_path / "blue.png"))], line=0, texture=0, size=48)
    run.carry_out(request, tmp_path / "film.mp4", tmp_path / "out.mp4")
    rate, frames = video.read_frames(tmp_path / "out.mp4")
    shown = list(frames)
    assert (rate, len(shown), shown[0].shape) == (12, 3, (48, 48, 3))
    assert np.abs(shown[0].reshape(-1, 3).mean(0) - [30, 60, 200]).max() < 12
    assert read_provenance(tmp_path / "out.mp4")["kind"] == "stylization"


@pytest.mark.parametrize("content", [b"", b"no film at all"])
def test_what_is_no_film_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(content)
    with pytest.raises(PictureError, match="film"):
        video.read_frames(tmp_path / "film.mp4")
