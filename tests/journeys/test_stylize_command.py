"""`limner stylize` and its company, as they are typed."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from command_line import limner
from limner.cli.app import app
from limner.pictures import open_picture, save


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(0)
    save(draw.integers(60, 200, (64, 80, 3), np.uint8), "photo.png")
    save(np.kron(draw.integers(0, 255, (10, 10, 3), np.uint8), np.ones((7, 7, 1), np.uint8)), "painting.png")
    return tmp_path


def test_slowly_at_once_and_again(here: Path) -> None:
    limner("stylize", "photo.png", "painting.png", "--out", "slow.png", "--preview")
    assert "the same pixels" in limner("replay", "slow.png")
    at_once = ("--model", "limner", "--out", "fast.png", "--texture", "0.5")
    limner("stylize", "photo.png", "munch-the-scream-1893", *at_once)
    assert np.asarray(open_picture(here / "fast.png")).shape == (64, 80, 3)
    assert "the same pixels" in limner("replay", "fast.png")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere.png", "--out", "x.png"], 1, "nowhere.png"),
        (["munch-the-screem", "--model", "limner", "--out", "x.png"], 2, "did you mean 'munch-the-scream-1893'"),
        (["painting.png", "--out", "photo.png"], 2, "is the content itself"),
        (["painting.png", "--weight", "1", "--weight", "2", "--out", "x.png"], 2, "give one for each"),
        (["painting.png", "--weight", "1", "--mask", "m.png", "--out", "x.png"], 2, "leave one out"),
    ],
)
def test_mistakes_are_named_and_leave_nothing(here: Path, words: list[str], code: int, said: str) -> None:
    assert said in limner("stylize", "photo.png", *words, code=code)
    assert sorted(path.name for path in here.iterdir()) == ["painting.png", "photo.png"]


def test_a_share_is_at_most_one(here: Path) -> None:
    done = CliRunner().invoke(app, ["stylize", "photo.png", "painting.png", "--out", "x.png", "--colour", "2"])
    assert done.exit_code == 2
    assert "less than or equal to 1" in done.output
    assert not (here / "x.png").exists()


def test_a_folder_has_one_line_of_progress(here: Path) -> None:
    (here / "photos").mkdir()
    for number in range(3):
        save(np.full((40, 40, 3), 60 * number, np.uint8), here / "photos" / f"{number}.png")
    quick = ("--size", "48", "--steps", "0.05", "--out")
    result = CliRunner().invoke(app, ["stylize", "photos", "painting.png", *quick, "out"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    (line,) = result.stderr.splitlines()
    assert line.startswith("stylising: 3/3 pictures")
    assert result.stdout == "out\n"
    result = CliRunner().invoke(
        app, ["stylize", "photo.png", "painting.png", *quick, "one.png"], catch_exceptions=False
    )
    assert "steps" in result.stderr
