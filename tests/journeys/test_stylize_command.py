"""`limner stylize` and its company, as they are typed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from limner.pictures import open_picture, save


@pytest.fixture
def here(tmp_path: Path) -> Path:
    draw = np.random.default_rng(0)
    save(draw.integers(60, 200, (64, 80, 3), np.uint8), tmp_path / "photo.png")
    save(np.kron(draw.integers(0, 255, (10, 10, 3), np.uint8), np.ones((7, 7, 1), np.uint8)), tmp_path / "painting.png")
    return tmp_path


def _limner(here: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "limner", *words], cwd=here, capture_output=True, text=True, check=False, timeout=300
    )


def test_slowly_at_once_and_again(here: Path) -> None:
    done = _limner(here, "stylize", "photo.png", "painting.png", "--out", "slow.png", "--preview")
    assert done.returncode == 0, done.stderr
    again = _limner(here, "replay", "slow.png")
    assert "the same pixels" in again.stdout
    done = _limner(
        here,
        "stylize",
        "photo.png",
        "munch-the-scream-1893",
        "--model",
        "limner",
        "--out",
        "fast.png",
        "--texture",
        "0.5",
    )
    assert done.returncode == 0, done.stderr
    assert np.asarray(open_picture(here / "fast.png")).shape == (64, 80, 3)
    assert "the same pixels" in _limner(here, "replay", "fast.png").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["painting.png", "--out", "x.png", "--colour", "2"], "less than or equal to 1"),
        (["nowhere.png", "--out", "x.png"], "nowhere.png"),
        (["munch-the-screem", "--model", "limner", "--out", "x.png"], "did you mean 'munch-the-scream-1893'"),
        (["painting.png", "--out", "photo.png"], "is the content itself"),
        (["painting.png", "--weight", "1", "--weight", "2", "--out", "x.png"], "give one for each"),
    ],
)
def test_mistakes_are_named_and_leave_nothing(here: Path, words: list[str], said: str) -> None:
    done = _limner(here, "stylize", "photo.png", *words)
    assert done.returncode == 2 or "nowhere" in said
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in here.iterdir()) == ["painting.png", "photo.png"]
